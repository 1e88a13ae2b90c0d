// Map: a JavaScript Map inside Run. A std::map is its copy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>

#include "nodehost/iterator.hpp"

namespace nodehost {

/// Iterates over a Map: each item is its key and its value.
class MapIterator {
 public:
  using value_type = std::pair<Value, Value>;
  using difference_type = std::ptrdiff_t;
  using iterator_concept = std::input_iterator_tag;
  using NodehostHoldsJs = void;

  MapIterator() = default;
  explicit MapIterator(ValueIterator entries) : entries_(std::move(entries)) {}

  value_type operator*() const { return {(*entries_)[0], (*entries_)[1]}; }
  MapIterator& operator++() {
    ++entries_;
    return *this;
  }
  void operator++(int) { ++*this; }
  friend bool operator==(const MapIterator& iterator, std::default_sentinel_t end) noexcept {
    return iterator.entries_ == end;
  }

 private:
  ValueIterator entries_;
};

/// A JavaScript Map. Keys and items may be any C++ data or Values. Its `Set` is Map's own; a
/// property of the object is set with `map.Value::Set`.
class Map : public Object {
 public:
  using Object::Object;
  static constexpr auto kClass = detail::ValueClass::kMap;

  static Map New(Js& js) { return detail::DoIn<Map>(Op::kNewMap, js); }

  std::uint32_t size() const { return Object::Get<std::uint32_t>(Op::kMapSize); }
  /// undefined if there is no such key.
  template <class K>
  Value Get(const K& key) const {
    return detail::Do<Value>(Op::kMapGet, ref(), key);
  }
  template <class K>
  bool Has(const K& key) const {
    return detail::Do<bool>(Op::kMapHas, ref(), key);
  }
  template <class K, class T>
  void Set(const K& key, const T& item) const {
    detail::Do<void>(Op::kMapSet, ref(), key, item);
  }
  /// Whether there was such a key.
  template <class K>
  bool Delete(const K& key) const {
    return detail::Do<bool>(Op::kMapRemove, ref(), key);
  }
  void Clear() const { Object::Get<void>(Op::kMapClear); }

  /// `for (const auto& [key, item] : map)`, in the order of insertion.
  MapIterator begin() const { return MapIterator(Value::begin()); }
};

}  // namespace nodehost
