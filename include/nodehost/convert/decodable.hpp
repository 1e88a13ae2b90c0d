// What can come from JavaScript: all that converts, but for views, which own nothing, and what
// cannot be made empty first. Says so at compile time, where a result is asked for.
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "nodehost/convert/containers.hpp"
#include "nodehost/convert/custom.hpp"
#include "nodehost/convert/structs.hpp"
#include "nodehost/convert/variants.hpp"
#include "nodehost/detail/callable.hpp"
#include "nodehost/detail/injected.hpp"

namespace nodehost::detail {

template <class T, class... Seen>
consteval bool CheckDecodable();

template <class T>
inline constexpr bool kIsInjectedFunction = false;
template <class R, InjectedParameter I, class... A>
inline constexpr bool kIsInjectedFunction<std::function<R(I, A...)>> = true;

template <class T, class... Seen, std::size_t... I>
consteval bool CheckTuple(std::index_sequence<I...>) {
  return (CheckDecodable<std::remove_cvref_t<std::tuple_element_t<I, T>>, Seen...>() && ...);
}

template <class T, class... Seen, std::size_t... I>
consteval bool CheckAlternatives(std::index_sequence<I...>) {
  return (CheckDecodable<std::variant_alternative_t<I, T>, Seen...>() && ...);
}

template <class T, class... Seen, std::size_t... I>
consteval bool CheckFields(std::index_sequence<I...>) {
  static_assert((!std::is_const_v<FieldType<T, I>> && ...),
                "nodehost: a struct with a const field cannot come from JavaScript, because its "
                "fields are assigned one by one");
  return (CheckDecodable<std::remove_cv_t<FieldType<T, I>>, Seen...>() && ...);
}

/// Always true: what cannot be decoded is a static_assert. `Seen` are the structs around T, since a
/// struct may contain itself.
template <class T, class... Seen>
consteval bool CheckDecodable() {
  if constexpr ((std::is_same_v<T, Seen> || ...) || std::is_void_v<T>) {
    return true;
  } else {
    static_assert(!std::is_same_v<T, std::string_view> && !std::is_pointer_v<T>,
                  "nodehost: a std::string_view or C string owns nothing, so it cannot come from "
                  "JavaScript; use std::string");
    static_assert(!std::is_same_v<T, std::u16string_view>,
                  "nodehost: a std::u16string_view owns nothing, so it cannot come from "
                  "JavaScript; use std::u16string");
    static_assert(!kIsSpan<T>,
                  "nodehost: a std::span owns nothing, so it cannot come from JavaScript; use "
                  "std::vector for a copy or nodehost::Bytes for shared memory");
    static_assert(
        !kIsInjectedFunction<T>,
        "nodehost: a function that takes a Js&, a This or an EnvironmentRef is C++'s, and "
        "cannot come from JavaScript");
    static_assert(std::default_initializable<T> || kIsSpan<T>,
                  "nodehost: to come from JavaScript a type must be default-constructible, because "
                  "it is made first and filled in then; it may go to JavaScript without");
    if constexpr (HasConvert<T> || kIsInstance<T>) {
      return true;
    } else if constexpr (kIsVariant<T>) {
      return CheckAlternatives<T, Seen...>(std::make_index_sequence<std::variant_size_v<T>>());
    } else if constexpr (kIsOptional<T>) {
      return CheckDecodable<typename T::value_type, Seen...>();
    } else if constexpr (MapLike<T>) {
      return CheckDecodable<typename T::key_type, Seen...>() &&
             CheckDecodable<typename T::mapped_type, Seen...>();
    } else if constexpr (Contiguous<T> || ListLike<T>) {
      return CheckDecodable<typename T::value_type, Seen...>();
    } else if constexpr (TupleLike<T>) {
      return CheckTuple<T, Seen...>(std::make_index_sequence<std::tuple_size_v<T>>());
    } else if constexpr (Reflectable<T> && !kIsMember<T>) {
      return CheckFields<T, T, Seen...>(std::make_index_sequence<kFieldCount<T>>());
    } else {
      return true;
    }
  }
}

/// What a value from JavaScript is assigned to; the last message where there can be none.
template <class T>
T MakeBlank() {
  static_assert(CheckDecodable<std::remove_cv_t<T>>());
  if constexpr (std::default_initializable<T>) {
    return T{};
  } else {
    __builtin_unreachable();
  }
}

/// The TypeInfo of what comes from JavaScript.
template <class T>
constexpr const TypeInfo& DecodedType() {
  static_assert(CheckDecodable<std::remove_cv_t<T>>());
  return kTypeInfo<std::remove_cv_t<T>>;
}

}  // namespace nodehost::detail
