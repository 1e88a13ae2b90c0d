// C++ callables as they are, and the rest of the arguments.
#include "nodehost/convert/callables.hpp"

#include "engine/convert/conversion.hpp"
#include "engine/convert/decoder.hpp"
#include "engine/convert/encoder.hpp"
#include "engine/native_function.hpp"
#include "engine/parameters.hpp"
#include "engine/realm.hpp"
#include "nodehost/arguments.hpp"

namespace nodehost::detail {

namespace {

v8::Local<v8::Value> CallableToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  const std::shared_ptr<NativeFunction> native = OpsOf<CallableOps>(type).make(value);
  if (!native) return v8::Undefined(encoder.isolate());
  return encoder.realm().natives().FunctionOf(
      encoder.realm(), native,
      {.name = encoder.name(), .signature = OpsOf<CallableOps>(type).signature});
}

Fit CallableFit(Decoder&, v8::Local<v8::Value>, const TypeInfo&) { return Fit::kNo; }

std::string CallableName(const TypeInfo& type) {
  const Signature& signature = *OpsOf<CallableOps>(type).signature;
  return ParameterList(signature) + " => " + ResultName(signature);
}

v8::Local<v8::Value> ArgumentsToJs(Encoder& encoder, const TypeInfo&, const void*) {
  return v8::Undefined(encoder.isolate());
}

// Called for each argument behind the declared ones: appends it.
bool ArgumentsFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo&, void* result) {
  static_cast<Arguments*>(result)->values().emplace_back(
      decoder.realm().references().Make(decoder.isolate(), value));
  return true;
}

}  // namespace

namespace conversions {

constinit const Conversion kCallable{.to_js = &CallableToJs,
                                     .from_js = &OwnsNothing,
                                     .fit = &CallableFit,
                                     .typescript_of = &CallableName,
                                     .callable = true};
constinit const Conversion kArguments{.to_js = &ArgumentsToJs,
                                      .from_js = &ArgumentsFromJs,
                                      .fit = &CallableFit,
                                      .typescript = "unknown[]"};

}  // namespace conversions

}  // namespace nodehost::detail
