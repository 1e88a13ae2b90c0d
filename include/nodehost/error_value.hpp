// Error: a JavaScript Error object inside Run. What is thrown, and may travel, is JsError.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "nodehost/errors.hpp"
#include "nodehost/object.hpp"

namespace nodehost {

/// An object made by Error or a class derived from it.
class Error : public Object {
 public:
  using Object::Object;
  static constexpr auto kClass = detail::ValueClass::kError;

  /// A new Error: of JavaScript's own class where `name` is one of those (TypeError, RangeError,
  /// …), else an Error with that name. `code`, `stack` and `cause` are set if they are not empty.
  static Error New(Js& js, const JsErrorData& data) {
    Value cause;
    if (data.cause) cause = New(js, *data.cause);
    return detail::DoIn<Error>(Op::kNewError, js, data.name, data.message, data.code, data.stack,
                               data.cause != nullptr, cause);
  }

  std::string name() const { return (*this)["name"].ToString(); }
  std::string message() const { return (*this)["message"].ToString(); }
  /// The JavaScript frames, below the head line.
  std::string stack() const { return (*this)["stack"].ToString(); }
  /// undefined if there is none.
  Value cause() const { return (*this)["cause"]; }

  /// The error as data, which any thread may keep and throw.
  JsError ToJsError() const { return detail::ErrorData(ref()); }
};

}  // namespace nodehost
