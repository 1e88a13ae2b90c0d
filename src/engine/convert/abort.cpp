// AbortSignal and std::stop_token: an AbortSignal in JavaScript.
#include "nodehost/convert/abort.hpp"

#include "engine/abort_signals.hpp"
#include "engine/convert/conversion.hpp"
#include "engine/convert/decoder.hpp"
#include "engine/convert/encoder.hpp"
#include "engine/realm.hpp"

namespace nodehost::detail {

namespace {

// What is never aborted is undefined: Node's functions take that as no signal.
v8::Local<v8::Value> SignalToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  const AbortSignal signal = OpsOf<AbortOps>(type).get(value);
  if (!signal.token().stop_possible()) return v8::Undefined(encoder.isolate());
  return encoder.realm().abort_signals().ToJs(encoder.realm(), signal);
}

bool SignalFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                  void* result) {
  AbortSignal signal;
  if (!value->IsNullOrUndefined() &&
      !decoder.realm().abort_signals().FromJs(decoder.realm(), value, signal)) {
    return decoder.RefuseAs(value, "AbortSignal", false);
  }
  OpsOf<AbortOps>(type).set(result, signal);
  return true;
}

Fit SignalFit(Decoder&, v8::Local<v8::Value> value, const TypeInfo&) {
  return AcceptedIf(value->IsObject() || value->IsNullOrUndefined());
}

}  // namespace

namespace conversions {

constinit const Conversion kAbortSignal{.to_js = &SignalToJs,
                                        .from_js = &SignalFromJs,
                                        .fit = &SignalFit,
                                        .typescript = "AbortSignal | undefined"};

}  // namespace conversions

}  // namespace nodehost::detail
