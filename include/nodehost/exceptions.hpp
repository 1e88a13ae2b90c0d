// RegisterException: what JavaScript is to see of an exception type of the program's own. Without
// it, an exception is an Error with the text of its what().
#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "nodehost/detail/export.hpp"
#include "nodehost/errors.hpp"

namespace nodehost {

namespace detail {

/// The error for an exception of the type it knows, nothing for any other. What it throws counts as
/// nothing. Any thread, and several at once.
using ExceptionReader = std::function<std::optional<JsErrorData>(const std::exception_ptr&)>;

NODEHOST_API void AddExceptionReader(ExceptionReader reader);

}  // namespace detail

/// From here on, an `E` that C++ throws into JavaScript is the Error that `describe` returns:
///
///     nh::RegisterException<BankError>([](const BankError& e) {
///       return nh::JsErrorData{.name = "RangeError", .message = e.what(), .code = "ERR_BANK"};
///     });
///
/// A `name` that is one of JavaScript's own error classes makes an object of that class. In all
/// environments of the process, for good; any thread. Of several that fit, the one that was
/// registered last is asked: types that derive from E come after E. Back in C++, it is the same
/// exception again.
///
/// `describe` is called on any thread, and on several at once. What it throws counts as not knowing
/// the exception: the next one that fits is asked, and the exception is an ordinary Error at last.
/// It is not asked about a JsError, whatever E is: JavaScript's own errors that pass through C++
/// keep all that they are, and so do the TypeErrors of the library.
template <class E, class F>
requires std::is_invocable_r_v<JsErrorData, const F&, const E&>
void RegisterException(F describe) {
  static_assert(
      !std::is_base_of_v<JsError, E>,
      "nodehost: a JsError is what JavaScript sees of it already; give it the JsErrorData");
  detail::AddExceptionReader([describe = std::move(describe)](
                                 const std::exception_ptr& thrown) -> std::optional<JsErrorData> {
    try {
      std::rethrow_exception(thrown);
    } catch (const E& known) {
      return describe(known);
    } catch (...) {
      return std::nullopt;
    }
  });
}

}  // namespace nodehost
