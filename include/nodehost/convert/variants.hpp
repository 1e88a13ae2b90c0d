// One of several, or several of one: std::optional (T or undefined), std::variant (a union),
// std::tuple and std::pair (an Array of fixed length).
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "nodehost/detail/export.hpp"
#include "nodehost/detail/type_info_of.hpp"

namespace nodehost::detail {

struct OptionalOps {
  const void* (*get)(const void* optional);  ///< null when empty
  void* (*emplace)(void* optional);
  void (*reset)(void* optional);
};

/// std::tuple, std::pair. `element` gives the address of the I-th.
struct TupleOps {
  std::span<const TypeInfo* const> types;
  const void* (*element)(const void* tuple, std::size_t index);
};

struct VariantOps {
  std::span<const TypeInfo* const> types;
  std::size_t (*index)(const void* variant);  ///< beyond the types when valueless
  const void* (*get)(const void* variant);
  void* (*emplace)(void* variant, std::size_t index);
};

namespace conversions {
extern NODEHOST_API const Conversion kOptional;  // OptionalOps
extern NODEHOST_API const Conversion kVariant;   // VariantOps
extern NODEHOST_API const Conversion kTuple;     // TupleOps
}  // namespace conversions

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

template <class T>
inline constexpr bool kNestedOptional = false;
template <class T>
inline constexpr bool kNestedOptional<std::optional<std::optional<T>>> = true;

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

template <class T>
struct InfoOf<std::optional<T>> {
  static constexpr TypeInfo Make() {
    static_assert(!kNestedOptional<T>,
                  "nodehost: JavaScript has two ways of being empty, undefined and null: a "
                  "std::optional of an optional crosses, a third level does not");
    return MakeInfo<std::optional<T>>(conversions::kOptional, &OptionalOf<std::optional<T>>::kOps,
                                      kTypeInfoOf<T>);
  }
};

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
  return MakeInfo<T>(conversions::kTuple, &TupleOf<T>::kOps);
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

template <class... A>
struct InfoOf<std::variant<A...>> {
  static constexpr TypeInfo Make() {
    return MakeInfo<std::variant<A...>>(conversions::kVariant,
                                        &VariantOf<std::variant<A...>>::kOps);
  }
};

}  // namespace nodehost::detail
