// Structs in JavaScript: a plain object with the same fields; what has a Method, a Property, a
// Constructor or another interface among its fields is an interface, and stays a JavaScript object.
//
// The plain fields of an imported interface are copies, made when it is imported. Handed back to
// JavaScript it is the object that it was, with the properties it has now: what C++ has assigned to
// a plain field does not reach it. A field that both sides change is a Property<T>.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "nodehost/convert/custom.hpp"
#include "nodehost/detail/class_instance.hpp"
#include "nodehost/detail/export.hpp"
#include "nodehost/detail/reflect.hpp"
#include "nodehost/detail/type_info_of.hpp"
#include "nodehost/detail/type_name.hpp"

namespace nodehost {

template <class Signature>
class Method;
template <class Signature>
class Constructor;
template <class T>
class Property;

namespace detail {

struct FieldInfo {
  std::string_view name;  ///< on the JavaScript side
  std::size_t offset = 0;
  const TypeInfo* type = nullptr;
  bool optional = false;    ///< missing in JavaScript: the field keeps what it has
  bool keep_empty = false;  ///< an empty std::optional is a property that is undefined
  std::string_view doc = {};
};

/// The fields of a struct. `id` is unique in the process, small and dense, so that each
/// environment keeps its property keys for the struct in an array.
struct StructInfo {
  std::string_view name;
  std::span<const FieldInfo> fields;
  std::uint32_t id = 0;
};

/// A function, because field offsets are known only at run time: built at the first use.
struct StructOps {
  const StructInfo& (*info)();
};

namespace conversions {
extern NODEHOST_API const Conversion kStruct;     // plain data, copied field by field: StructOps
extern NODEHOST_API const Conversion kInterface;  // an object, by reference: StructOps
}  // namespace conversions

template <class T>
inline constexpr bool kIsMethod = false;
template <class S>
inline constexpr bool kIsMethod<Method<S>> = true;
template <class T>
inline constexpr bool kIsConstructor = false;
template <class S>
inline constexpr bool kIsConstructor<Constructor<S>> = true;
template <class T>
inline constexpr bool kIsProperty = false;
template <class T>
inline constexpr bool kIsProperty<Property<T>> = true;

template <class T>
inline constexpr bool kIsMember =
    kIsMethod<T> || kIsConstructor<T> || kIsProperty<T> || kIsClass<T>;
template <class T>
inline constexpr bool kIsMember<std::optional<T>> = kIsMember<T>;

template <class T>
constexpr bool IsInterface();

template <class T, std::size_t... I>
constexpr bool AnyFieldIsReference(std::index_sequence<I...>) {
  return (IsInterface<std::remove_cv_t<FieldType<T, I>>>() || ...);
}

/// A member, or a struct with a member or another interface among its fields: a JavaScript object
/// seen from C++.
template <class T>
constexpr bool IsInterface() {
  if constexpr (kIsMember<T>) {
    return true;
  } else if constexpr (Described<T> || !Reflectable<T> || HasConvert<T>) {
    return false;
  } else {
    return AnyFieldIsReference<T>(std::make_index_sequence<kFieldCount<T>>());
  }
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
    return {FieldInfo{kFieldSpecs<T>[I].js_name, FieldOffsets<T>()[I], kTypeInfoOf<FieldType<T, I>>,
                      kFieldSpecs<T>[I].optional, kFieldSpecs<T>[I].keep_empty,
                      kFieldSpecs<T>[I].doc}...};
  }
};

template <Reflectable T>
constexpr TypeInfo StructTypeInfo() {
  return MakeInfo<T>(IsInterface<T>() ? conversions::kInterface : conversions::kStruct,
                     &StructOf<T>::kOps);
}

}  // namespace detail
}  // namespace nodehost
