// Value: an owning handle to any JavaScript value. Use it on its JS thread; copy, move and destroy
// it anywhere. It never leaves `Run`: take data out with As<T>(), or import a typed interface.
//
// The family, all of them Values and all without state of their own: Object, Array, Function,
// Promise, Error, Date, RegExp, Map, Set, Symbol, BigInt, Proxy, Iterator, ArrayBuffer,
// SharedArrayBuffer, TypedArray<T>, DataView. `value.As<nh::Array>()` makes one of a Value, and
// `nh::Array::New(js, …)` makes a new one: every class has a static `New`, and some have more.
#pragma once

#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "nodehost/detail/engine.hpp"
#include "nodehost/detail/value_class.hpp"

namespace nodehost {

class Object;
class Iterator;
class ValueIterator;

/// A JavaScript value kept alive from C++. A default-constructed one is `undefined`.
///
/// Every member but construction, copy, move and destruction must be called on the JS thread of the
/// value's environment, and throws `WrongThread` elsewhere, `EnvironmentStopped` after its end, and
/// `JsError` for what JavaScript throws. A Value of another environment handed in as an argument
/// throws `WrongThread` too. Arguments are C++ data, typed interfaces or Values.
class Value {
 public:
  Value() noexcept = default;
  Value(const Value&) noexcept = default;
  Value(Value&&) noexcept = default;
  // Only to a variable: `value["a"] = other` does not compile, for it would change nothing. A
  // result of operator[] that assigns would be a reference to a property, read again at each use:
  // `auto x = value["a"]` would then be no value. Set says what it does.
  Value& operator=(const Value&) & noexcept = default;
  Value& operator=(Value&&) & noexcept = default;
  ~Value() = default;

  /// C++ data as a JavaScript value.
  template <class T>
  static Value From(Js& js, const T& data);

  /// The value as C++ data (a copy), as a handle of the family, or as a typed interface (a
  /// reference). Throws `JsError` with the name TypeError or RangeError and the path in the data if
  /// it does not fit.
  template <class T>
  T As() const;

  /// What As<T>() returns, or nothing if the value does not fit. What a getter throws is thrown.
  template <class T>
  std::optional<T> TryAs() const;

  /// Whether As<T>() would fit; for C++ data at the cost of converting it.
  template <class T>
  bool Is() const;

  /// `value[key]`; the key is a string, an integer, a Symbol or another Value.
  Value operator[](const detail::Key& key) const { return Value(detail::GetProperty(ref_, key)); }

  /// `value[key] = item`, as in strict mode: a TypeError if the property cannot be written.
  template <class T>
  void Set(const detail::Key& key, const T& item) const;

  /// `value(...arguments)`, with `this` undefined.
  template <class... A>
  Value operator()(const A&... arguments) const;

  /// `value[key](...arguments)`, with `this` the value.
  template <class... A>
  Value Call(const detail::Key& key, const A&... arguments) const;

  /// `new value(...arguments)`
  template <class... A>
  Object Construct(const A&... arguments) const;

  /// `typeof value`
  std::string TypeOf() const;
  bool IsUndefined() const;
  bool IsNull() const;
  bool IsNullish() const;  ///< undefined or null
  /// `value instanceof constructor`
  bool InstanceOf(const Value& constructor) const;
  /// `value === other`
  bool StrictEquals(const Value& other) const;
  /// `Object.is(value, other)`: NaN is the same as NaN, and 0 is not the same as -0.
  bool SameValue(const Value& other) const;

  bool ToBoolean() const;        ///< `!!value`
  double ToNumber() const;       ///< `+value`; a TypeError for symbols and bigints
  std::string ToString() const;  ///< `` `${value}` ``; a TypeError for symbols
  Object ToObject() const;       ///< `Object(value)`; a TypeError for undefined and null

  /// `value[Symbol.iterator]()`; a TypeError if there is no such method.
  Iterator Iterate() const;
  /// `for (const nh::Value& item : value)`, over anything that JavaScript's for-of goes over.
  /// Leaving the loop early closes the iterator, as there.
  ValueIterator begin() const;
  std::default_sentinel_t end() const noexcept { return {}; }

  /// The counted handle underneath; for the library's own templates.
  explicit Value(detail::Ref ref) noexcept : ref_(std::move(ref)) {}
  const detail::Ref& ref() const noexcept { return ref_; }
  static constexpr auto kClass = detail::ValueClass::kAny;

 private:
  detail::Ref ref_;
};

}  // namespace nodehost

#include "nodehost/convert.hpp"  // the templates' bodies need it, and it needs Value
