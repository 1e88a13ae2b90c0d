// Tasks: promises in JavaScript.
#include "nodehost/convert/tasks.hpp"

#include <fmt/format.h>

#include <string>

#include "engine/convert/conversion.hpp"
#include "engine/convert/decoder.hpp"
#include "engine/convert/encoder.hpp"
#include "engine/task_promises.hpp"
#include "nodehost/detail/engine.hpp"

namespace nodehost::detail {

namespace {

v8::Local<v8::Value> TaskToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  return PromiseOf(encoder.realm(), type, value);
}

// A value that is no promise settles the Task at once, as with `await`.
bool TaskFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  SettleWith(decoder.realm(), value, type, result);
  return true;
}

Fit TaskFit(Decoder&, v8::Local<v8::Value> value, const TypeInfo&) {
  return value->IsPromise() ? Fit::kNatural : AcceptedIf(value->IsObject());
}

std::string TaskName(const TypeInfo& type) {
  const bool nothing = type.element->quick == Quick::kNothing;
  return fmt::format("Promise<{}>", nothing ? "void" : TypeScriptName(*type.element));
}

}  // namespace

namespace conversions {

constinit const Conversion kTask{
    .to_js = &TaskToJs, .from_js = &TaskFromJs, .fit = &TaskFit, .typescript_of = &TaskName};

}  // namespace conversions

}  // namespace nodehost::detail
