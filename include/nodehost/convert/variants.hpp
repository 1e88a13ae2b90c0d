// One of several, or several of one: std::optional (T or undefined), std::variant (a union),
// std::tuple and std::pair (an Array of fixed length).
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "nodehost/detail/type_info_of.hpp"

namespace nodehost::detail {

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

template <class O>
struct OptionalOf {
  static constexpr OptionalOps kOps{
      [](const void* o) -> const void* {
        const O& optional = *static_cast<const O*>(o);
        return optional ? std::addressof(*optional) : nullptr;
      },
      [](void* o) -> void* {
        if constexpr (std::default_initializable<typename O::value_type>) {
          return std::addressof(static_cast<O*>(o)->emplace());
        } else {
          return nullptr;  // such a type is refused before it is decoded
        }
      },
      [](void* o) { static_cast<O*>(o)->reset(); }};
};

template <class O>
constexpr TypeInfo OptionalInfo() {
  return MakeInfo<O>(Kind::kOptional, &OptionalOf<O>::kOps, kTypeInfoOf<typename O::value_type>);
}

template <class T>
concept TupleLike = requires {
  std::tuple_size<T>::value;
};

template <class T, class = std::make_index_sequence<std::tuple_size_v<T>>>
struct TupleOf;
template <class T, std::size_t... I>
struct TupleOf<T, std::index_sequence<I...>> {
  static constexpr std::array<const TypeInfo*, sizeof...(I)> kTypes{
      kTypeInfoOf<std::tuple_element_t<I, T>>...};

  template <std::size_t J>
  static const void* At(const void* tuple) {
    return std::addressof(std::get<J>(*static_cast<const T*>(tuple)));
  }

  static constexpr TupleOps kOps{
      kTypes, [](const void* tuple, std::size_t index) -> const void* {
        constexpr const void* (*at[])(const void*) = {&At<I>..., nullptr};
        return at[index](tuple);
      }};
};

template <TupleLike T>
constexpr TypeInfo TupleInfo() {
  return MakeInfo<T>(Kind::kTuple, &TupleOf<T>::kOps);
}

template <class T>
inline constexpr bool kIsVariant = false;
template <class... A>
inline constexpr bool kIsVariant<std::variant<A...>> = true;

template <class V, class = std::make_index_sequence<std::variant_size_v<V>>>
struct VariantOf;
template <class V, std::size_t... I>
struct VariantOf<V, std::index_sequence<I...>> {
  static constexpr std::array<const TypeInfo*, sizeof...(I)> kTypes{
      kTypeInfoOf<std::variant_alternative_t<I, V>>...};

  template <std::size_t J>
  static void* Emplace(V& variant) {
    if constexpr (std::default_initializable<std::variant_alternative_t<J, V>>) {
      return std::addressof(variant.template emplace<J>());
    } else {
      return nullptr;  // such a type is refused before it is decoded
    }
  }

  static constexpr VariantOps kOps{
      kTypes, [](const void* v) { return static_cast<const V*>(v)->index(); },
      [](const void* v) {
        return std::visit([](const auto& held) -> const void* { return std::addressof(held); },
                          *static_cast<const V*>(v));
      },
      [](void* v, std::size_t index) -> void* {
        constexpr void* (*emplace[])(V&) = {&Emplace<I>...};
        return emplace[index](*static_cast<V*>(v));
      }};
};

template <class V>
constexpr TypeInfo VariantInfo() {
  return MakeInfo<V>(Kind::kVariant, &VariantOf<V>::kOps);
}

}  // namespace nodehost::detail
