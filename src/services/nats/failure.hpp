// What a call fails with, as bytes.
#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace nodehost::services::nats {

std::string EncodeFailure(const std::exception_ptr& error);

/// An exception of the same type with the same contents. A JsError loses what it says about the
/// instance in the worker: the worker is the instance.
std::exception_ptr DecodeFailure(std::string_view bytes);

}  // namespace nodehost::services::nats
