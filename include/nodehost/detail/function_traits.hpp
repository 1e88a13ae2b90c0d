// FunctionTraits: what a pointer to a function or member function says about it.
#pragma once

namespace nodehost::detail {

template <class...>
struct Types {};

/// A function's result, object parameter and other parameters.
template <class F>
struct FunctionTraits;

// NOLINTBEGIN(bugprone-macro-parentheses): a type takes none
#define NODEHOST_FUNCTION_TRAITS(qualifiers, object) \
  template <class C, class R, class... A>            \
  struct FunctionTraits<R (C::*)(A...) qualifiers> { \
    using Result = R;                                \
    using Object = object;                           \
    using Arguments = Types<A...>;                   \
  };
// NOLINTEND(bugprone-macro-parentheses)
NODEHOST_FUNCTION_TRAITS(, C)
NODEHOST_FUNCTION_TRAITS(const, const C)
NODEHOST_FUNCTION_TRAITS(noexcept, C)
NODEHOST_FUNCTION_TRAITS(const noexcept, const C)
NODEHOST_FUNCTION_TRAITS(&, C)
NODEHOST_FUNCTION_TRAITS(const&, const C)
NODEHOST_FUNCTION_TRAITS(&noexcept, C)
NODEHOST_FUNCTION_TRAITS(const& noexcept, const C)
#undef NODEHOST_FUNCTION_TRAITS

template <class R, class... A>
struct FunctionTraits<R (*)(A...)> {
  using Result = R;
  using Object = void;
  using Arguments = Types<A...>;
};
template <class R, class... A>
struct FunctionTraits<R (*)(A...) noexcept> : FunctionTraits<R (*)(A...)> {};

}  // namespace nodehost::detail
