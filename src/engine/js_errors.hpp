// JavaScript exceptions into C++ ones, and back.
#pragma once

#include <v8.h>

#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <system_error>

#include "nodehost/errors.hpp"

namespace nodehost::detail {

class Realm;
enum class Bridge : std::uint8_t;

/// Calls a function of the host's JavaScript, and throws what it throws.
v8::Local<v8::Value> CallBridge(Realm& realm, Bridge function,
                                std::span<v8::Local<v8::Value>> arguments);

/// Throws what `caught` holds as ToException has it, or EnvironmentStopped if JavaScript was
/// terminated.
[[noreturn]] void ThrowCaught(Realm& realm, const v8::TryCatch& caught);

/// Throws EnvironmentStopped if JavaScript was terminated, for a call that goes on without what
/// `caught` holds.
void ThrowIfTerminated(Realm& realm, const v8::TryCatch& caught);

/// Throws a JsError as JavaScript's TypeError, for what C++ itself refuses.
[[noreturn]] void ThrowTypeError(std::string message);

/// The C++ exception for what `thrown` says: the one it was made from, if C++ threw it, or a
/// JsError.
std::exception_ptr ToException(Realm& realm, v8::Local<v8::Value> thrown);

/// A thrown JavaScript value as data, which keeps the value.
JsError DescribeError(Realm& realm, v8::Local<v8::Value> thrown);

/// The same; nothing for what is no Error, which is then not looked at any further.
std::optional<JsError> DescribeIfError(Realm& realm, v8::Local<v8::Value> value);

/// A C++ exception as a JavaScript Error object; null for none. A JsError is the value it was where
/// that is one of this environment, and else a new one. Given a std::exception_ptr, a new object
/// remembers it, and is the same exception in C++ again.
v8::Local<v8::Value> ToJsError(Realm& realm, const std::exception_ptr& error);
v8::Local<v8::Value> ToJsError(Realm& realm, const JsError& error);

/// A new Error, or what was thrown without being one.
v8::Local<v8::Value> NewError(Realm& realm, const JsErrorData& data);

struct ErrorValue {
  v8::Local<v8::Value> value;
  bool is_original = false;  ///< JavaScript made it, and C++ leaves it as it is.
};

/// A C++ exception as a JavaScript value, without its nested exception, and without remembering it.
ErrorValue MakeError(Realm& realm, const std::exception_ptr& error);

/// An Error with `errno` and `code` as Node's own have them; null for success.
v8::Local<v8::Value> ToJsError(Realm& realm, const std::error_code& code);

/// The operating system's error number behind a JavaScript error, or 0.
int ErrnoOf(Realm& realm, v8::Local<v8::Value> error);

}  // namespace nodehost::detail
