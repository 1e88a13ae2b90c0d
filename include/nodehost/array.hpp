// Array: a JavaScript array of anything. For an array of one C++ type take a std::vector with As.
#pragma once

#include <cstddef>
#include <cstdint>

#include "nodehost/object.hpp"

namespace nodehost {

/// A JavaScript array. `array[i]`, `array.Set(i, item)` and range-for are Value's.
class Array : public Object {
 public:
  using Object::Object;
  static constexpr auto kClass = detail::ValueClass::kArray;

  /// `new Array(length)`: `length` holes.
  static Array New(Js& js, std::uint32_t length = 0) {
    return detail::DoIn<Array>(Op::kNewArray, js, length);
  }
  /// `[...items]`, of any C++ types.
  template <class... A>
  static Array Of(Js& js, const A&... items) {
    return detail::DoIn<Array>(Op::kArrayOf, js, items...);
  }

  std::uint32_t length() const { return Get<std::uint32_t>(Op::kArrayLength); }

  /// `array.push(...items)`; returns the new length.
  template <class... A>
  std::uint32_t Push(const A&... items) const {
    return detail::Do<std::uint32_t>(Op::kPush, ref(), items...);
  }
};

}  // namespace nodehost
