// Errors in JavaScript: std::error_code, std::exception_ptr and JsError are Error objects; success
// and no exception are null.
#pragma once

#include <exception>
#include <system_error>

#include "nodehost/detail/export.hpp"
#include "nodehost/detail/type_info_of.hpp"
#include "nodehost/errors.hpp"

namespace nodehost::detail {

namespace conversions {
extern NODEHOST_API const Conversion kErrorCode;
extern NODEHOST_API const Conversion kException;
extern NODEHOST_API const Conversion kJsError;
}  // namespace conversions

template <>
struct InfoOf<std::error_code> {
  static constexpr TypeInfo Make() { return MakeInfo<std::error_code>(conversions::kErrorCode); }
};
template <>
struct InfoOf<std::exception_ptr> {
  static constexpr TypeInfo Make() { return MakeInfo<std::exception_ptr>(conversions::kException); }
};
template <>
struct InfoOf<JsError> {
  static constexpr TypeInfo Make() { return MakeInfo<JsError>(conversions::kJsError); }
};

}  // namespace nodehost::detail
