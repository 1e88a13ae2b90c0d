// Set: a JavaScript Set inside Run. A std::set is its copy.
#pragma once

#include <cstdint>

#include "nodehost/iterator.hpp"

namespace nodehost {

/// A JavaScript Set. Items may be any C++ data or Values; range-for is Value's.
class Set : public Object {
 public:
  using Object::Object;
  static constexpr auto kClass = detail::ValueClass::kSet;

  static Set New(Js& js) { return detail::DoIn<Set>(Op::kNewSet, js); }

  std::uint32_t size() const { return Get<std::uint32_t>(Op::kSetSize); }
  template <class T>
  bool Has(const T& item) const {
    return detail::Do<bool>(Op::kSetHas, ref(), item);
  }
  template <class T>
  void Add(const T& item) const {
    detail::Do<void>(Op::kSetAdd, ref(), item);
  }
  /// Whether it was there.
  template <class T>
  bool Delete(const T& item) const {
    return detail::Do<bool>(Op::kSetRemove, ref(), item);
  }
  void Clear() const { Get<void>(Op::kSetClear); }
};

}  // namespace nodehost
