// Value: an owning handle to any JavaScript value. Use it on its JS thread; copy, move and destroy
// it anywhere. It never leaves `Run`: take data out with As<T>(), or import a typed interface.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "nodehost/detail/engine.hpp"

namespace nodehost {

/// A JavaScript value kept alive from C++. A default-constructed one is `undefined`.
///
/// Every member but construction, copy, move and destruction must be called on the JS thread of the
/// value's environment, and throws `WrongThread` elsewhere, `EnvironmentStopped` after its end, and
/// `JsError` for what JavaScript throws.
class Value {
 public:
  Value() noexcept = default;

  /// The value as C++ data (a copy) or as a typed interface (a reference). Throws `JsError` with
  /// the name TypeError or RangeError and the path in the data if it does not fit.
  template <class T>
  T As() const;

  /// `value[name]`
  Value operator[](std::string_view name) const { return Value(detail::GetProperty(ref_, name)); }
  /// `value[index]`
  Value operator[](std::uint32_t index) const { return Value(detail::GetElement(ref_, index)); }

  /// `value[name] = item`
  template <class T>
  void Set(std::string_view name, const T& item) const;

  /// `value(...arguments)`, with `this` undefined.
  template <class... A>
  Value operator()(const A&... arguments) const;

  /// `value[name](...arguments)`, with `this` the value.
  template <class... A>
  Value Call(std::string_view name, const A&... arguments) const;

  /// The counted handle underneath; for the library's own templates.
  explicit Value(detail::Ref ref) noexcept : ref_(std::move(ref)) {}
  const detail::Ref& ref() const noexcept { return ref_; }

 private:
  detail::Ref ref_;
};

}  // namespace nodehost
