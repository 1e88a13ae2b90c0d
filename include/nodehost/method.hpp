// Method: a field of a typed interface. It is a JavaScript function with a C++ signature, callable
// from any thread because only data crosses.
#pragma once

#include <type_traits>
#include <utility>

#include "nodehost/convert.hpp"
#include "nodehost/detail/engine.hpp"
#include "nodehost/detail/holds_js.hpp"

namespace nodehost {

/// A JavaScript function as a field of a struct, found under the field's name:
///
///     struct Marked { nh::Method<std::string(std::string)> parse; };
///     auto marked = node.Import<Marked>("marked");
///     marked.parse("# hi");
///
/// Any thread may call it: on the JS thread it calls straight, elsewhere it hops there and blocks.
/// `this` is the object the struct was imported from. Throws `JsError` for what JavaScript throws
/// and for a result of another type, `EnvironmentStopped` after the environment's end, `HostError`
/// when it was never imported.
template <class R, class... A>
class Method<R(A...)> {
  static_assert(!detail::kHoldsJs<R> && (!detail::kHoldsJs<A> && ...),
                "A Method moves only data, so that any thread may call it. Take a Value inside Run "
                "and call that instead.");
  static_assert(!std::is_reference_v<R> && !std::is_pointer_v<R>,
                "A Method's result is a copy: return it by value.");

 public:
  Method() noexcept = default;

  R operator()(A... arguments) const {
    const void* const pointers[] = {std::addressof(arguments)..., nullptr};
    if constexpr (std::is_void_v<R>) {
      detail::Invoke(function_, receiver_, kSignature, pointers, nullptr);
    } else {
      static_assert(detail::CheckDecodable<std::remove_cv_t<R>>());
      R result{};
      detail::Invoke(function_, receiver_, kSignature, pointers, &result);
      return result;
    }
  }

  /// Whether it was imported.
  explicit operator bool() const noexcept { return static_cast<bool>(function_); }

  /// For the library's own templates.
  static constexpr const detail::Signature& kSignature = detail::SignatureOf<R, A...>::kValue;
  static constexpr detail::MethodOps kOps{
      &kSignature, [](void* method, const detail::Ref& function, const detail::Ref& receiver) {
        static_cast<Method*>(method)->function_ = function;
        static_cast<Method*>(method)->receiver_ = receiver;
      }};

 private:
  detail::Ref function_;
  detail::Ref receiver_;
};

}  // namespace nodehost
