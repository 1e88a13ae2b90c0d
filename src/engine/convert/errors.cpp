// Errors: std::error_code, std::exception_ptr, JsError.
#include "nodehost/convert/errors.hpp"

#include <exception>
#include <optional>
#include <system_error>
#include <utility>

#include "engine/convert/conversion.hpp"
#include "engine/convert/decoder.hpp"
#include "engine/convert/encoder.hpp"
#include "engine/js_errors.hpp"

namespace nodehost::detail {

namespace {

v8::Local<v8::Value> CodeToJs(Encoder& encoder, const TypeInfo&, const void* value) {
  return ToJsError(encoder.realm(), *static_cast<const std::error_code*>(value));
}

bool CodeFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo&, void* result) {
  std::error_code& code = *static_cast<std::error_code*>(result);
  if (value->IsNullOrUndefined()) {
    code = std::error_code();
    return true;
  }
  const int number = value->IsObject() ? ErrnoOf(decoder.realm(), value) : 0;
  if (number == 0) {
    return decoder.RefuseAs(value, "Error of the operating system (with errno)", false);
  }
  code = std::error_code(number, std::system_category());
  return true;
}

v8::Local<v8::Value> ExceptionToJs(Encoder& encoder, const TypeInfo&, const void* value) {
  const auto& exception = *static_cast<const std::exception_ptr*>(value);
  if (!exception) return v8::Null(encoder.isolate());
  return ToJsError(encoder.realm(), exception);
}

v8::Local<v8::Value> JsErrorToJs(Encoder& encoder, const TypeInfo&, const void* value) {
  return ToJsError(encoder.realm(), *static_cast<const JsError*>(value));
}

bool JsErrorFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                   void* result) {
  if (!value->IsObject()) return decoder.Refuse(value, type);
  std::optional<JsError> error = DescribeIfError(decoder.realm(), value);
  if (!error) return decoder.Refuse(value, type);
  *static_cast<JsError*>(result) = std::move(*error);
  return true;
}

bool ExceptionFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                     void* result) {
  std::exception_ptr& exception = *static_cast<std::exception_ptr*>(result);
  if (value->IsNullOrUndefined()) {
    exception = nullptr;
    return true;
  }
  // An Error that was made from a C++ exception gives that exception back.
  if (std::exception_ptr own = decoder.realm().natives().ExceptionOf(decoder.realm(), value)) {
    exception = std::move(own);
    return true;
  }
  JsError error;
  if (!JsErrorFromJs(decoder, value, type, &error)) return false;
  exception = std::make_exception_ptr(std::move(error));
  return true;
}

Fit ErrorFit(Decoder&, v8::Local<v8::Value> value, const TypeInfo&) {
  return value->IsNativeError() ? Fit::kNatural : AcceptedIf(value->IsObject());
}

Fit ErrorOrNoneFit(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type) {
  return value->IsNullOrUndefined() ? Fit::kAccepted : ErrorFit(decoder, value, type);
}

}  // namespace

namespace conversions {

constinit const Conversion kErrorCode{
    .to_js = &CodeToJs, .from_js = &CodeFromJs, .fit = &ErrorOrNoneFit, .typescript = "Error"};
constinit const Conversion kException{.to_js = &ExceptionToJs,
                                      .from_js = &ExceptionFromJs,
                                      .fit = &ErrorOrNoneFit,
                                      .typescript = "Error"};
constinit const Conversion kJsError{
    .to_js = &JsErrorToJs, .from_js = &JsErrorFromJs, .fit = &ErrorFit, .typescript = "Error"};

}  // namespace conversions

}  // namespace nodehost::detail
