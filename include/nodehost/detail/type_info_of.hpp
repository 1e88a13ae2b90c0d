// kTypeInfo<T>: the TypeInfo of a C++ type, declared. What fills it in are InfoOf, for a type known
// by its name, and convert.hpp, for those known by what they can do.
#pragma once

#include <concepts>
#include <type_traits>

#include "nodehost/detail/type_info.hpp"

namespace nodehost::detail {

template <class T>
inline constexpr bool kAlwaysFalse = false;

// The declared type is not deduced, so that a type may contain itself: struct Tree has a
// std::vector<Tree>, whose TypeInfo takes the address of Tree's.
template <class T>
constexpr TypeInfo MakeTypeInfo();
template <class T>
inline constexpr TypeInfo kTypeInfo = MakeTypeInfo<T>();

/// For `T` as it is written in a signature, a field or a template argument.
template <class T>
inline constexpr const TypeInfo* kTypeInfoOf = &kTypeInfo<std::remove_cvref_t<T>>;

/// Specialised for each type that is known by its name, next to its conversion, with a
/// `static constexpr TypeInfo Make()`.
template <class T>
struct InfoOf;

template <class T>
concept HasInfo = requires {
  { InfoOf<T>::Make() } -> std::same_as<TypeInfo>;
};

template <class T>
constexpr TypeInfo MakeInfo(const Conversion& conversion, const void* ops = nullptr,
                            const TypeInfo* element = nullptr) {
  return {&conversion, element, ops, sizeof(T), Quick::kNone};
}
template <class T>
constexpr TypeInfo MakeInfo(const Conversion& conversion, Quick quick) {
  return {&conversion, nullptr, nullptr, sizeof(T), quick};
}

}  // namespace nodehost::detail
