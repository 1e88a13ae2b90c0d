// Property: a field of a typed interface that is read and written live. A plain field of an
// interface is read once, at the import; what C++ then writes to it stays in C++, also where the
// interface is handed back, which is the object that came.
#pragma once

#include <concepts>
#include <memory>
#include <mutex>
#include <type_traits>
#include <utility>

#include "nodehost/detail/holds_js.hpp"
#include "nodehost/detail/member.hpp"
#include "nodehost/method.hpp"

namespace nodehost {

namespace detail {

/// What is written to a Property<T>; another Property is not.
template <class U, class Self, class T>
concept ValueFor = std::convertible_to<U, T> && !std::same_as<std::remove_cvref_t<U>, Self>;

}  // namespace detail

/// A JavaScript property as a field, found under the field's name. Each use reads or writes the
/// object's property:
///
///     struct Document { nh::Property<std::string> title; };
///     document.title = "new";
///     std::string title = document.title;
///
/// That it is there and fits is checked at the import. Threads and exceptions are as for Method. A
/// copy is the same property: `=` with a T writes, `=` with a Property makes it that property.
///
/// Made from a value it is a variable of C++'s that all copies share, and made from two functions
/// it calls these; JavaScript gets a property with a getter and a setter.
template <class T>
class Property {
 public:
  Property() noexcept { Check(); }

  /// A variable that holds `value`; any thread may use it.
  template <detail::ValueFor<Property, T> U>
  Property(U&& value) {
    Check();
    auto variable = std::make_shared<Variable>(std::forward<U>(value));
    accessors_ = std::make_shared<Accessors>(
        [variable] {
          const std::lock_guard lock(variable->mutex);
          return variable->value;
        },
        [variable](T to) {
          const std::lock_guard lock(variable->mutex);
          variable->value = std::move(to);
        });
  }

  /// What reads and writes it; without the second it is read-only.
  Property(Method<T()> get, Method<void(T)> set = {})
      : accessors_(std::make_shared<Accessors>(std::move(get), std::move(set))) {
    Check();
  }

  T Get() const {
    if (accessors_) return accessors_->get();
    T value = detail::MakeBlank<T>();
    detail::ReadProperty(member_, detail::kTypeInfo<T>, &value);
    return value;
  }
  operator T() const { return Get(); }

  void Set(const T& value) const {
    if (accessors_) {
      accessors_->set(value);
    } else {
      detail::WriteProperty(member_, detail::kTypeInfo<T>, &value);
    }
  }
  template <detail::ValueFor<Property, T> U>
  const Property& operator=(U&& value) const {
    Set(std::forward<U>(value));
    return *this;
  }
  // Without it, `property = value` on a non-const Property could as well mean: make a new Property
  // of the value and assign that. The call would be ambiguous.
  template <detail::ValueFor<Property, T> U>
  Property& operator=(U&& value) {
    Set(std::forward<U>(value));
    return *this;
  }

  /// Whether it is a property of anything.
  explicit operator bool() const noexcept requires(!std::same_as<T, bool>) {
    return member_.receiver || accessors_;
  }

 private:
  static detail::Member* MemberOf(void* property) {
    return &static_cast<Property*>(property)->member_;
  }
  static bool Probe(detail::Filler filler) {
    T value{};
    return filler.fill(filler.context, std::addressof(value), nullptr);
  }
  static void AccessorsOf(const void* property, const void** get, const void** set) {
    const auto& accessors = static_cast<const Property*>(property)->accessors_;
    *get = accessors ? &accessors->get : nullptr;
    *set = accessors && accessors->set ? &accessors->set : nullptr;
  }

 public:
  /// For the library's own templates.
  static constexpr detail::PropertyOps kOps{&MemberOf, &Probe, &AccessorsOf, &Method<T()>::kOps,
                                            &Method<void(T)>::kOps};

 private:
  struct Accessors {
    Accessors(Method<T()> getter, Method<void(T)> setter)
        : get(std::move(getter)), set(std::move(setter)) {}
    Method<T()> get;
    Method<void(T)> set;
  };
  struct Variable {
    template <class U>
    explicit Variable(U&& initial) : value(std::forward<U>(initial)) {}
    std::mutex mutex;
    T value;
  };

  static constexpr void Check() noexcept {
    static_assert(!detail::kHoldsJs<T>,
                  "A Property moves only data, so that any thread may use it. Take a Value inside "
                  "Run and use value[\"name\"] instead.");
    static_assert(std::is_object_v<T> && !std::is_pointer_v<T>,
                  "A Property's value is a copy: name the type itself.");
  }

  detail::Member member_;
  std::shared_ptr<const Accessors> accessors_;
};

}  // namespace nodehost
