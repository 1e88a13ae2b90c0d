// std::function, and a call of anything that is callable. <functional> of C++20 brings the hash
// tables and the algorithms along, for its searchers.
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>

#if defined(__GLIBCXX__) && __has_include(<bits/std_function.h>)
#include <bits/std_function.h>  // what <functional> of GCC takes std::function from
#else
#include <functional>
#endif

namespace nodehost::detail {

/// std::invoke.
template <class F, class... A>
constexpr std::invoke_result_t<F, A...> InvokeCallable(F&& function, A&&... arguments) {
  if constexpr (std::is_member_pointer_v<std::remove_cvref_t<F>>) {
    return std::apply(function, std::forward_as_tuple(std::forward<A>(arguments)...));
  } else {
    return std::forward<F>(function)(std::forward<A>(arguments)...);
  }
}

}  // namespace nodehost::detail
