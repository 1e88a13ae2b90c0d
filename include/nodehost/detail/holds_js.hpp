// kHoldsJs<T>: whether a T holds JavaScript handles, which must not leave the JS thread.
#pragma once

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

template <class T, class... Seen, std::size_t... I>
consteval bool AnyFieldHoldsJs(std::index_sequence<I...>) {
  return (HoldsJs<FieldType<T, I>, T, Seen...>() || ...);
}

template <class T, class... Seen>
consteval bool HoldsJs() {
  using U = std::remove_cv_t<std::remove_pointer_t<std::remove_cvref_t<T>>>;
  if constexpr (std::is_void_v<U> || std::is_function_v<U> || (std::is_same_v<U, Seen> || ...)) {
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
    return AnyFieldHoldsJs<U, Seen...>(std::make_index_sequence<kFieldCount<U>>());
  } else {
    return false;
  }
}

template <class T>
inline constexpr bool kHoldsJs = HoldsJs<T>();

}  // namespace detail
}  // namespace nodehost
