// kHoldsJs<T>: whether a T holds JavaScript handles, which must not leave the JS thread.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include "nodehost/detail/reflect.hpp"

namespace nodehost {
class Js;
class Value;

namespace detail {

// `Seen` are the types that T is a part of: a type may contain itself, as in
// `struct Tree { std::vector<Tree> children; }`, and is not asked again.
template <class T, class... Seen>
consteval bool HoldsJs();

template <class T, class... Seen>
struct TemplateHoldsJs : std::false_type {};
// std::vector<Value>, std::optional<Value>, std::shared_ptr<Value>, std::pair<int, Value>, ...
template <template <class...> class C, class... A, class... Seen>
struct TemplateHoldsJs<C<A...>, Seen...>
    : std::bool_constant<(HoldsJs<A, C<A...>, Seen...>() || ...)> {};

// std::array<Value, N>, std::span<Value>.
template <template <class, std::size_t> class C, class A, std::size_t N, class... Seen>
struct TemplateHoldsJs<C<A, N>, Seen...> : std::bool_constant<HoldsJs<A, C<A, N>, Seen...>()> {};

template <class T, class... Seen, std::size_t... I>
consteval bool AnyFieldHoldsJs(std::index_sequence<I...>) {
  return (HoldsJs<FieldType<T, I>, T, Seen...>() || ...);
}

// Turns into a field that holds JavaScript, and into no other.
template <class T, class... Seen>
struct HolderField {
  template <class F>
  requires(!std::is_same_v<F, T> && HoldsJs<F, T, Seen...>()) operator F() const noexcept {
    __builtin_unreachable();
  }
};
// Turns into a union, which may be an anonymous one: structured bindings do not take those.
template <class T>
struct UnionField {
  template <class F>
  requires std::is_union_v<F>
  operator F() const noexcept { __builtin_unreachable(); }
};

template <class T, std::size_t... I>
consteval bool HasUnion(std::index_sequence<I...>) {
  return (Braces<I>::template Make<T, UnionField<T>>() || ...);
}

template <class T, class... Seen, std::size_t... I>
consteval bool TakesHolderAfter(std::index_sequence<I...>) {
  return requires { T{AnyFieldAt<T, I>{}..., HolderField<T, Seen...>{}}; };
}

template <class T, class... Seen, std::size_t... I>
consteval bool TakesHolder(std::index_sequence<I...>) {
  return (TakesHolderAfter<T, Seen...>(std::make_index_sequence<I>()) || ...);
}

// For a struct whose fields cannot be taken apart: such a one never crosses into JavaScript, but it
// may be the result of a Run. Asks of each place in `T{…}` whether it takes what holds JavaScript;
// of up to 96 fields, and of none where a reference without initialiser is among them.
template <class T, class... Seen>
consteval bool OpaqueHoldsJs() {
  constexpr std::size_t kPlaces = TroubleOf<T>() == FieldTrouble::kTooMany ? 96 : kMaxFields;
  return TakesHolder<T, Seen...>(std::make_index_sequence<kPlaces>());
}

template <class T, class... Seen>
consteval bool StructHoldsJs() {
  if constexpr (HasFieldList<T>) {
    return AnyFieldHoldsJs<T, Seen...>(std::make_index_sequence<kFieldCount<T>>());
  } else if constexpr (TroubleOf<T>() != FieldTrouble::kNone) {
    return OpaqueHoldsJs<T, Seen...>();
  } else if constexpr (HasUnion<T>(std::make_index_sequence<kFieldCount<T>>())) {
    return OpaqueHoldsJs<T, Seen...>();
  } else {
    return AnyFieldHoldsJs<T, Seen...>(std::make_index_sequence<kFieldCount<T>>());
  }
}

template <class T, class... Seen>
consteval bool HoldsJs() {
  using U = std::remove_cvref_t<T>;
  if constexpr (std::is_array_v<U>) {
    return HoldsJs<std::remove_all_extents_t<U>, Seen...>();
  } else if constexpr (std::is_pointer_v<U>) {
    return HoldsJs<std::remove_pointer_t<U>, Seen...>();
  } else if constexpr (std::is_void_v<U> || std::is_function_v<U> ||
                       (std::is_same_v<U, Seen> || ...)) {
    return false;
  } else if constexpr (!requires { sizeof(U); }) {
    return false;  // declared only, behind a pointer
  } else if constexpr (std::is_base_of_v<Value, U> || std::is_same_v<Js, U>) {
    return true;
  } else if constexpr (requires { typename U::NodehostHoldsJs; }) {
    return true;  // a class that keeps Values among its private members says so
  } else if constexpr (TemplateHoldsJs<U, Seen...>::value) {
    return true;
  } else if constexpr (std::is_empty_v<U>) {
    return false;  // std::less and the like: there is no field to look at
  } else if constexpr (Reflectable<U>) {
    return StructHoldsJs<U, Seen...>();
  } else {
    return false;
  }
}

template <class T>
inline constexpr bool kHoldsJs = HoldsJs<T>();

}  // namespace detail
}  // namespace nodehost
