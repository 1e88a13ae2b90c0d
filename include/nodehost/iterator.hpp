// Iterator: a JavaScript iterator, and what a range-for over a Value runs on.
#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>

#include "nodehost/object.hpp"

namespace nodehost {

/// An object with a `next` method, as generators and `map.keys()` return. Whether it really has one
/// shows at the first step, with a TypeError.
class Iterator : public Object {
 public:
  using Object::Object;
  static constexpr auto kClass = detail::ValueClass::kIterator;

  /// The next item, or nothing at the end.
  std::optional<Value> Next() const {
    detail::Ref item;
    if (!detail::Step(ref(), item)) return std::nullopt;
    return Value(std::move(item));
  }
  /// `iterator.return()`, if it has that: no more items are wanted.
  void Return() const { Get<void>(Op::kStop); }

  /// The items that are left, also where the iterator itself is not iterable.
  ValueIterator begin() const;
};

/// The C++ iterator over a JavaScript one. It reads one item ahead; when it goes before the end, it
/// closes the JavaScript iterator and ignores what that throws.
class ValueIterator {
 public:
  using value_type = Value;
  using difference_type = std::ptrdiff_t;
  using iterator_concept = std::input_iterator_tag;
  using NodehostHoldsJs = void;

  ValueIterator() = default;
  explicit ValueIterator(Iterator iterator) : iterator_(std::move(iterator)) { ++*this; }
  ValueIterator(ValueIterator&& other) noexcept
      : iterator_(std::exchange(other.iterator_, std::nullopt)), item_(std::move(other.item_)) {}
  ValueIterator& operator=(ValueIterator&& other) noexcept {
    std::swap(iterator_, other.iterator_);
    std::swap(item_, other.item_);
    return *this;
  }
  ~ValueIterator() {
    if (iterator_) detail::CloseIterator(iterator_->ref());
  }

  const Value& operator*() const noexcept { return item_; }
  const Value* operator->() const noexcept { return &item_; }
  ValueIterator& operator++() {
    // An iterator whose `next` throws is not closed, as in JavaScript.
    const Iterator iterator = *std::exchange(iterator_, std::nullopt);
    if (std::optional<Value> next = iterator.Next()) {
      item_ = *std::move(next);
      iterator_ = iterator;
    }
    return *this;
  }
  void operator++(int) { ++*this; }

  friend bool operator==(const ValueIterator& iterator, std::default_sentinel_t) noexcept {
    return !iterator.iterator_;
  }

 private:
  std::optional<Iterator> iterator_;  // until the end
  Value item_;
};

inline ValueIterator Iterator::begin() const { return ValueIterator(*this); }

inline Iterator Value::Iterate() const {
  return detail::Do<Iterator>(detail::Operation::kIterate, ref_);
}

inline ValueIterator Value::begin() const { return ValueIterator(Iterate()); }

}  // namespace nodehost
