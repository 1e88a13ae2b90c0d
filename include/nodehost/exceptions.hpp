// RegisterException: what JavaScript is to see of an exception type of the program's own. Without
// it, an exception is an Error with the text of its what().
#pragma once

#include <concepts>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

#include "nodehost/detail/export.hpp"
#include "nodehost/errors.hpp"

namespace nodehost {

namespace detail {

/// The error for an exception of the type it knows, nothing for any other.
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
template <class E, std::invocable<const E&> F>
requires std::convertible_to<std::invoke_result_t<F&, const E&>, JsErrorData>
void RegisterException(F describe) {
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
