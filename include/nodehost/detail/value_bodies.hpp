// The bodies of Value's templates, which need the TypeInfo of what is converted. Private to
// convert.hpp, which includes it at its end.
#pragma once

#include <memory>
#include <optional>
#include <type_traits>

#include "nodehost/convert.hpp"

namespace nodehost {

namespace detail {

// Arrays (string literals) travel as the pointers they decay to.
template <class T>
using Decayed = std::conditional_t<std::is_array_v<T>, std::decay_t<const T>, const T&>;

}  // namespace detail

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
    T result{};
    detail::FromJs(ref_, detail::kTypeInfo<T>, std::addressof(result));
    return result;
  }
}

template <class T>
std::optional<T> Value::TryAs() const {
  if constexpr (std::is_same_v<T, Value>) {
    return *this;
  } else {
    std::optional<T> result(std::in_place);
    if (!detail::TryFromJs(ref_, detail::kTypeInfo<T>, std::addressof(*result))) result.reset();
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
  detail::Decayed<T> value = item;
  detail::SetProperty(ref_, key, detail::kTypeInfo<std::remove_cvref_t<decltype(value)>>,
                      std::addressof(value));
}

template <class... A>
Value Value::operator()(const A&... arguments) const {
  return [&](detail::Decayed<A>... decayed) {
    const void* const pointers[] = {std::addressof(decayed)..., nullptr};
    Value result;
    detail::Invoke(ref_, {}, detail::SignatureOf<Value, detail::Decayed<A>...>::kValue, pointers,
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

}  // namespace nodehost
