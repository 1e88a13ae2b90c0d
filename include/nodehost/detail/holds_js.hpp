// kHoldsJs<T>: whether a T holds JavaScript handles, which must not leave the JS thread.
#pragma once

#include <type_traits>

#include "nodehost/detail/reflect.hpp"

namespace nodehost {
class Js;
class Value;

namespace detail {

template <class T>
constexpr bool HoldsJs();

template <class T>
inline constexpr bool kTemplateHoldsJs = false;
// std::vector<Value>, std::optional<Value>, std::shared_ptr<Value>, std::pair<int, Value>, ...
template <template <class...> class C, class... A>
inline constexpr bool kTemplateHoldsJs<C<A...>> = (HoldsJs<A>() || ...);

template <class T, std::size_t... I>
constexpr bool AnyFieldHoldsJs(std::index_sequence<I...>) {
  return (HoldsJs<FieldType<T, I>>() || ...);
}

template <class T>
constexpr bool HoldsJs() {
  using U = std::remove_cv_t<std::remove_pointer_t<std::remove_cvref_t<T>>>;
  if constexpr (std::is_void_v<U> || std::is_function_v<U>) {
    return false;
  } else if constexpr (std::is_base_of_v<Value, U> || std::is_same_v<Js, U>) {
    return true;
  } else if constexpr (requires { typename U::NodehostHoldsJs; }) {
    return true;  // a class that keeps Values among its private members says so
  } else if constexpr (kTemplateHoldsJs<U>) {
    return true;
  } else if constexpr (Reflectable<U>) {
    return AnyFieldHoldsJs<U>(std::make_index_sequence<kFieldCount<U>>());
  } else {
    return false;
  }
}

template <class T>
inline constexpr bool kHoldsJs = HoldsJs<T>();

}  // namespace detail
}  // namespace nodehost
