// Overridable: the base of a C++ class whose virtual functions JavaScript overrides.
#pragma once

#include <memory>
#include <string>
#include <type_traits>

#include "nodehost/convert.hpp"
#include "nodehost/detail/bound.hpp"
#include "nodehost/detail/fixed_text.hpp"
#include "nodehost/detail/function_traits.hpp"
#include "nodehost/detail/override_link.hpp"

namespace nodehost {

/// What stands in for a C++ class where JavaScript extends it: it overrides each virtual function
/// with one that asks JavaScript.
///
///     struct Shape {
///       virtual ~Shape() = default;
///       virtual double Area() const = 0;
///       virtual std::string Name() const { return "shape"; }
///     };
///     struct ShapeInJs final : Shape, nh::Overridable {
///       double Area() const override { return Override<&Shape::Area>(); }
///       std::string Name() const override {
///         return OverrideOr<&Shape::Name>([this] { return Shape::Name(); });
///       }
///     };
///     template <>
///     struct nodehost::Describe<Shape> {
///       static void To(nh::Class<Shape>& c) {
///         c.ExtendedAs<ShapeInJs>().Method<&Shape::Area>().Method<&Shape::Name>();
///       }
///     };
///
/// `class Circle extends Shape { area() { … } }` is then a Shape whose Area is JavaScript's, for
/// all C++ that calls it by a reference to Shape. Where JavaScript overrides nothing, and for
/// `super.name()`, it is C++'s own.
///
/// Any thread may call, as it may a Method: elsewhere than on the JS thread the call hops there and
/// blocks. It throws what JavaScript throws as JsError, and EnvironmentStopped after the
/// environment's end; so a virtual function that is noexcept ends the program there.
///
/// While C++ keeps a std::shared_ptr that it got of JavaScript, the JavaScript object stays, too; a
/// std::weak_ptr of one expires with the last of them, not with the object. A share that the object
/// makes of itself, by shared_from_this, does not keep the JavaScript object: once that is
/// collected, the virtual functions are C++'s own. As a std::unique_ptr the object is not handed
/// over. The result of a virtual function is there when it returns: for a Task, give JavaScript a
/// PromiseSource or take a std::function.
class Overridable {
  template <auto Virtual>
  using ResultOf = typename detail::FunctionTraits<decltype(Virtual)>::Result;

 public:
  Overridable(const Overridable&) = delete;
  Overridable& operator=(const Overridable&) = delete;

  /// For the library's own templates.
  const std::shared_ptr<detail::OverrideLink>& link() const noexcept { return link_; }

 protected:
  Overridable() : link_(detail::NewOverrideLink()) {}
  ~Overridable() = default;

  /// In place of a virtual function that C++ does not implement: calls JavaScript's method, or
  /// reads its property. The JavaScript name is the C++ name in camelCase, or `name`. Throws
  /// JsError, a TypeError, where JavaScript has none.
  template <auto Virtual, detail::FixedText name = "", class... A>
  auto Override(const A&... arguments) const {
    return OverrideOr<Virtual, name>(
        [this]() -> ResultOf<Virtual> { detail::ThrowNoOverride(*link_, NameOf<Virtual, name>()); },
        arguments...);
  }

  /// The same; where JavaScript has none, the result is that of `own()`, which calls C++'s own.
  template <auto Virtual, detail::FixedText name = "", class F, class... A>
  ResultOf<Virtual> OverrideOr(F&& own, const A&... arguments) const {
    using R = ResultOf<Virtual>;
    using Call =
        detail::OverrideCall<R, typename detail::FunctionTraits<decltype(Virtual)>::Arguments>;
    if constexpr (std::is_void_v<R>) {
      if (!Call::Run(*link_, NameOf<Virtual, name>(), nullptr, arguments...)) own();
    } else {
      R result = detail::MakeBlank<R>();
      if (Call::Run(*link_, NameOf<Virtual, name>(), &result, arguments...)) return result;
      return own();
    }
  }

 private:
  template <auto Virtual, detail::FixedText name>
  static const std::string& NameOf() {
    static const std::string made = name.view().empty()
                                        ? detail::CamelCase(detail::NameOfPointer<Virtual>())
                                        : std::string(name.view());
    return made;
  }

  const std::shared_ptr<detail::OverrideLink> link_;
};

}  // namespace nodehost
