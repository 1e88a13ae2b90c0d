// Which C++ types cross into JavaScript, and as what: each type's TypeInfo.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "nodehost/detail/reflect.hpp"
#include "nodehost/detail/type_info.hpp"
#include "nodehost/detail/type_name.hpp"
#include "nodehost/detail/value_class.hpp"
#include "nodehost/value.hpp"

namespace nodehost {

template <class Signature>
class Method;

namespace detail {

template <class T>
inline constexpr bool kAlwaysFalse = false;

// The declared type is not deduced, so that a type may contain itself: struct Tree has a
// std::vector<Tree>, whose TypeInfo takes the address of Tree's.
template <class T>
constexpr TypeInfo MakeTypeInfo();
template <class T>
inline constexpr TypeInfo kTypeInfo = MakeTypeInfo<T>();

template <class T>
inline constexpr bool kIsMethod = false;
template <class S>
inline constexpr bool kIsMethod<Method<S>> = true;

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

template <class T>
inline constexpr bool kIsVector = false;
template <class T, class A>
inline constexpr bool kIsVector<std::vector<T, A>> = !std::is_same_v<T, bool>;

template <class T, std::size_t... I>
constexpr bool AnyFieldIsMethod(std::index_sequence<I...>) {
  return (kIsMethod<FieldType<T, I>> || ...);
}

/// A struct with a Method among its fields is an interface: a JavaScript object seen from C++.
template <class T>
constexpr bool IsInterface() {
  return AnyFieldIsMethod<T>(std::make_index_sequence<kFieldCount<T>>());
}

NODEHOST_API std::uint32_t NextStructId() noexcept;

template <class T>
struct StructOf {
  static constexpr std::size_t kCount = kFieldCount<T>;

  static const StructInfo& Info() {
    static const std::array<FieldInfo, kCount> fields =
        MakeFields(std::make_index_sequence<kCount>());
    static const StructInfo info{TypeName<T>(), fields, NextStructId()};
    return info;
  }

  static constexpr StructOps kOps{&Info};

 private:
  template <std::size_t... I>
  static std::array<FieldInfo, kCount> MakeFields(std::index_sequence<I...>) {
    return {FieldInfo{kFieldSpecs<T>[I].js_name, FieldOffsets<T>()[I],
                      &kTypeInfo<std::remove_cv_t<FieldType<T, I>>>}...};
  }
};

template <class O>
struct OptionalOf {
  static constexpr OptionalOps kOps{
      [](const void* o) -> const void* {
        const O& optional = *static_cast<const O*>(o);
        return optional ? std::addressof(*optional) : nullptr;
      },
      [](void* o) -> void* { return std::addressof(static_cast<O*>(o)->emplace()); },
      [](void* o) { static_cast<O*>(o)->reset(); }};
};

template <class V>
struct SequenceOf {
  static constexpr SequenceOps kOps{
      [](const void* v) { return static_cast<const V*>(v)->size(); },
      [](const void* v) -> const void* { return static_cast<const V*>(v)->data(); },
      [](void* v, std::size_t size) -> void* {
        static_cast<V*>(v)->resize(size);
        return static_cast<V*>(v)->data();
      }};
};

template <ValueClass C>
inline constexpr ValueOps kValueOps{C};

template <class T>
constexpr TypeInfo MakeTypeInfo() {
  constexpr auto leaf = [](Kind kind) {
    if constexpr (std::is_void_v<T>) {
      return TypeInfo{kind, 0, nullptr, nullptr};
    } else {
      return TypeInfo{kind, sizeof(T), nullptr, nullptr};
    }
  };
  if constexpr (std::is_void_v<T>) {
    return leaf(Kind::kUndefined);
  } else if constexpr (std::is_same_v<T, bool>) {
    return leaf(Kind::kBool);
  } else if constexpr (std::is_same_v<T, double>) {
    return leaf(Kind::kDouble);
  } else if constexpr (std::is_same_v<T, float>) {
    return leaf(Kind::kFloat);
  } else if constexpr (std::is_integral_v<T> && sizeof(T) <= 4 && !std::is_same_v<T, char>) {
    constexpr Kind kSigned[] = {Kind::kInt8, Kind::kInt16, Kind::kInt32, Kind::kInt32};
    constexpr Kind kUnsigned[] = {Kind::kUint8, Kind::kUint16, Kind::kUint32, Kind::kUint32};
    return leaf((std::is_signed_v<T> ? kSigned : kUnsigned)[sizeof(T) / 2]);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return leaf(Kind::kString);
  } else if constexpr (std::is_same_v<T, std::string_view>) {
    return leaf(Kind::kStringView);
  } else if constexpr (std::is_same_v<T, const char*> || std::is_same_v<T, char*>) {
    return leaf(Kind::kCString);
  } else if constexpr (std::is_base_of_v<Value, T>) {
    return TypeInfo{Kind::kValue, sizeof(T), nullptr, &kValueOps<T::kClass>};
  } else if constexpr (kIsOptional<T>) {
    return TypeInfo{Kind::kOptional, sizeof(T), &kTypeInfo<typename T::value_type>,
                    &OptionalOf<T>::kOps};
  } else if constexpr (kIsVector<T>) {
    return TypeInfo{Kind::kSequence, sizeof(T), &kTypeInfo<typename T::value_type>,
                    &SequenceOf<T>::kOps};
  } else if constexpr (kIsMethod<T>) {
    return TypeInfo{Kind::kMethod, sizeof(T), nullptr, &T::kOps};
  } else if constexpr (Reflectable<T>) {
    return TypeInfo{IsInterface<T>() ? Kind::kInterface : Kind::kStruct, sizeof(T), nullptr,
                    &StructOf<T>::kOps};
  } else {
    static_assert(kAlwaysFalse<T>,
                  "This type does not cross into JavaScript: there is no Convert<T> for it.");
  }
}

/// A C++ signature as data.
template <class R, class... A>
struct SignatureOf {
  static constexpr const TypeInfo* kArguments[sizeof...(A) + 1] = {
      &kTypeInfo<std::remove_cvref_t<A>>..., nullptr};
  static constexpr Signature kValue{&kTypeInfo<std::remove_cvref_t<R>>, kArguments, sizeof...(A)};
};

// Arrays (string literals) travel as the pointers they decay to.
template <class T>
using Decayed = std::conditional_t<std::is_array_v<T>, std::decay_t<const T>, const T&>;

}  // namespace detail
}  // namespace nodehost

#include "nodehost/detail/value_bodies.hpp"
