// kTypeInfo<T>: the TypeInfo of a C++ type, declared. What fills it in is convert.hpp; the headers
// of include/nodehost/convert/ take addresses of it for what a type is made of.
#pragma once

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

template <class T>
constexpr TypeInfo MakeInfo(Kind kind, const void* ops = nullptr,
                            const TypeInfo* element = nullptr) {
  return {kind, sizeof(T), element, ops};
}

}  // namespace nodehost::detail
