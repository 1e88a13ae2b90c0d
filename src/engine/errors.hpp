// JavaScript exceptions into C++ ones, and back.
#pragma once

#include <v8.h>

#include <exception>
#include <string>

#include "nodehost/errors.hpp"

namespace nodehost::detail {

class Realm;

/// Throws what `caught` holds as JsError, or EnvironmentStopped if JavaScript was terminated.
[[noreturn]] void ThrowCaught(Realm& realm, const v8::TryCatch& caught);

/// Throws a JsError as JavaScript's TypeError, for what C++ itself refuses.
[[noreturn]] void ThrowTypeError(std::string message);

/// A thrown JavaScript value as data.
JsError DescribeError(Realm& realm, v8::Local<v8::Value> thrown);

/// A C++ exception as a JavaScript Error object.
v8::Local<v8::Value> ToJsError(Realm& realm, const std::exception_ptr& error);

}  // namespace nodehost::detail
