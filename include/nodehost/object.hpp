// Object: any JavaScript object, and everything JavaScript can ask about its properties.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nodehost/detail/operations.hpp"
#include "nodehost/js.hpp"
#include "nodehost/value.hpp"

namespace nodehost {

/// A property as `Object.defineProperty` takes it. What is left empty is left as it is, or false in
/// a new property.
struct PropertyDescriptor {
  std::optional<Value> value = {};
  std::optional<Value> get = {};  ///< a function
  std::optional<Value> set = {};  ///< a function
  std::optional<bool> writable = {};
  std::optional<bool> enumerable = {};
  std::optional<bool> configurable = {};
};

/// A JavaScript object; arrays and functions are objects too. What its members throw, and where
/// they may be called, is as for Value. A key is a string, an integer, a Symbol or another Value.
class Object : public Value {
 public:
  using Value::Value;
  static constexpr auto kClass = detail::ValueClass::kObject;

  /// `{}`
  static Object New(Js& js) { return detail::DoIn<Object>(Op::kNewObject, js); }
  /// `Object.create(prototype)`; the prototype is an object or null.
  static Object New(Js& js, const Value& prototype) {
    return detail::DoIn<Object>(Op::kObjectFrom, js, prototype);
  }

  /// `key in object`
  bool Has(const detail::Key& key) const { return detail::DoAt<bool>(Op::kHas, ref(), key); }
  /// `Object.hasOwn(object, key)`
  bool HasOwn(const detail::Key& key) const { return detail::DoAt<bool>(Op::kHasOwn, ref(), key); }
  /// `delete object[key]`, as in strict mode: a TypeError if it cannot be deleted.
  void Delete(const detail::Key& key) const { detail::DoAt<void>(Op::kRemove, ref(), key); }

  /// `Object.defineProperty(object, key, descriptor)`
  NODEHOST_API void Define(const detail::Key& key, const PropertyDescriptor& descriptor) const;
  /// `Object.getOwnPropertyDescriptor(object, key)`
  NODEHOST_API std::optional<PropertyDescriptor> OwnDescriptor(const detail::Key& key) const;

  /// `Object.keys(object)`: its own enumerable names.
  std::vector<std::string> Keys() const { return Get<std::vector<std::string>>(Op::kKeys); }
  /// `Reflect.ownKeys(object)`: its own names and symbols, the ones not enumerable too.
  std::vector<Value> OwnKeys() const { return Get<std::vector<Value>>(Op::kOwnKeys); }
  /// What `for (key in object)` visits: enumerable names, the inherited ones too.
  std::vector<std::string> AllKeys() const { return Get<std::vector<std::string>>(Op::kAllKeys); }

  void Freeze() const { Get<void>(Op::kFreeze); }
  void Seal() const { Get<void>(Op::kSeal); }
  void PreventExtensions() const { Get<void>(Op::kPreventExtensions); }
  bool IsFrozen() const { return Get<bool>(Op::kIsFrozen); }
  bool IsSealed() const { return Get<bool>(Op::kIsSealed); }
  bool IsExtensible() const { return Get<bool>(Op::kIsExtensible); }

  /// `Object.getPrototypeOf(object)`: an object or null.
  Value Prototype() const { return Get<Value>(Op::kPrototype); }
  void SetPrototype(const Value& prototype) const {
    detail::Do<void>(Op::kSetPrototype, ref(), prototype);
  }

 protected:
  using Op = detail::Operation;

  template <class R>
  R Get(detail::Operation operation) const {
    return detail::Do<R>(operation, ref());
  }
};

inline Object Value::ToObject() const {
  return detail::Do<Object>(detail::Operation::kToObject, ref_);
}

template <class... A>
Object Value::Construct(const A&... arguments) const {
  return detail::Do<Object>(detail::Operation::kConstruct, ref_, arguments...);
}

}  // namespace nodehost
