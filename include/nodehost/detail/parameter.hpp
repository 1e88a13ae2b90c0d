// Parameter: how a Method takes an argument, so that what goes to JavaScript is read where it is.
#pragma once

#include <type_traits>

namespace nodehost::detail {

// A container's own copy constructor is there whatever its elements are.
template <class T>
constexpr bool IsCopyable() {
  if constexpr (!std::is_copy_constructible_v<T>) {
    return false;
  } else if constexpr (requires { typename T::value_type; }) {
    return std::is_copy_constructible_v<typename T::value_type>;
  } else {
    return true;
  }
}

/// `A` itself for references, for what is cheap to copy and for what cannot be; else `const A&`.
/// An argument is copied to JavaScript, and would be copied twice: a std::string of more than 15
/// characters with an allocation. A C++ function in a Method's place gets the copy it asks for.
/// `When` is any type that depends on the call: at the Method's declaration, A need not be
/// complete.
template <class A, class When>
struct ParameterOf {
  static constexpr bool kByValue =
      !std::is_object_v<A> || std::is_trivially_copyable_v<A> || !IsCopyable<A>();
  using Type = std::conditional_t<kByValue, A, const A&>;
};

template <class A, class When>
using Parameter = typename ParameterOf<A, When>::Type;

}  // namespace nodehost::detail
