// The bodies of Value's templates, which need the TypeInfo of what is converted. Private to
// convert.hpp, which includes it at its end.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "nodehost/convert.hpp"
#include "nodehost/detail/operations.hpp"

namespace nodehost {

template <class T>
Value Value::From(Js& js, const T& data) {
  detail::Decayed<T> value = data;
  return Value(detail::ToJs(js, detail::kTypeInfo<std::remove_cvref_t<decltype(value)>>,
                            std::addressof(value)));
}

template <class T>
T Value::As() const {
  if constexpr (std::is_same_v<T, Value>) {
    return *this;
  } else {
    T result = detail::MakeBlank<T>();
    detail::FromJs(ref_, detail::DecodedType<T>(), std::addressof(result));
    return result;
  }
}

template <class T>
std::optional<T> Value::TryAs() const {
  if constexpr (std::is_same_v<T, Value>) {
    return *this;
  } else {
    std::optional<T> result = detail::MakeBlank<T>();
    if (!detail::TryFromJs(ref_, detail::DecodedType<T>(), std::addressof(*result))) result.reset();
    return result;
  }
}

template <class T>
bool Value::Is() const {
  if constexpr (std::is_base_of_v<Value, T>) {
    return detail::IsOfClass(ref_, T::kClass);
  } else {
    return TryAs<T>().has_value();
  }
}

template <class T>
void Value::Set(const detail::Key& key, const T& item) const {
  detail::DoAt<void>(detail::Operation::kSet, ref_, key, item);
}

template <class... A>
Value Value::operator()(const A&... arguments) const {
  return [&](detail::Decayed<A>... decayed) {
    const void* const pointers[] = {std::addressof(decayed)..., nullptr};
    Value result;
    detail::InvokeValue(ref_, detail::SignatureOf<Value, detail::Decayed<A>...>::kValue, pointers,
                        &result);
    return result;
  }(arguments...);
}

template <class... A>
Value Value::Call(const detail::Key& key, const A&... arguments) const {
  return [&](detail::Decayed<A>... decayed) {
    const void* const pointers[] = {std::addressof(decayed)..., nullptr};
    Value result;
    detail::InvokeMember(ref_, key, detail::SignatureOf<Value, detail::Decayed<A>...>::kValue,
                         pointers, &result);
    return result;
  }(arguments...);
}

inline std::string Value::TypeOf() const {
  return detail::Do<std::string>(detail::Operation::kTypeOf, ref_);
}
inline bool Value::IsUndefined() const {
  return detail::IsOfClass(ref_, detail::ValueClass::kUndefined);
}
inline bool Value::IsNull() const { return detail::IsOfClass(ref_, detail::ValueClass::kNull); }
inline bool Value::IsNullish() const {
  return detail::IsOfClass(ref_, detail::ValueClass::kNullish);
}
inline bool Value::InstanceOf(const Value& constructor) const {
  return detail::Do<bool>(detail::Operation::kInstanceOf, ref_, constructor);
}
inline bool Value::StrictEquals(const Value& other) const {
  return detail::Do<bool>(detail::Operation::kStrictEquals, ref_, other);
}
inline bool Value::SameValue(const Value& other) const {
  return detail::Do<bool>(detail::Operation::kSameValue, ref_, other);
}
inline bool Value::ToBoolean() const {
  return detail::Do<bool>(detail::Operation::kToBoolean, ref_);
}
inline double Value::ToNumber() const {
  return detail::Do<double>(detail::Operation::kToNumber, ref_);
}
inline std::string Value::ToString() const {
  return detail::Do<std::string>(detail::Operation::kToString, ref_);
}

}  // namespace nodehost
