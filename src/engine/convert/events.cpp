// EventEmitter: an EventEmitter in JavaScript, by reference.
#include <utility>

#include "engine/convert/conversion.hpp"
#include "engine/convert/decoder.hpp"
#include "engine/convert/encoder.hpp"
#include "engine/entry.hpp"
#include "engine/event_functions.hpp"
#include "engine/realm.hpp"
#include "nodehost/detail/event_info.hpp"

namespace nodehost::detail {

namespace {

v8::Local<v8::Value> EmitterToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  Realm& realm = encoder.realm();
  const std::shared_ptr<EmitterState> state = OpsOf<EmitterOps>(type).get(value);
  if (const Ref known = state->In(&realm.thread())) return Entry::LocalOf(realm, known);
  const v8::Local<v8::Value> made = realm.events().Call(realm, EventFunctions::kNewEmitter, {});
  state->Add(realm.references().Make(encoder.isolate(), made));
  return made;
}

bool EmitterFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                   void* result) {
  Realm& realm = decoder.realm();
  if (!realm.events().Call(realm, EventFunctions::kIsSource, {value})->IsTrue()) {
    return decoder.RefuseAs(value, "EventEmitter", false);
  }
  auto state = std::make_shared<EmitterState>();
  state->Add(realm.references().Make(decoder.isolate(), value));
  OpsOf<EmitterOps>(type).set(result, std::move(state));
  return true;
}

}  // namespace

namespace conversions {

constinit const Conversion kEventEmitter{.to_js = &EmitterToJs,
                                         .from_js = &EmitterFromJs,
                                         .fit = &NaturalIf<&v8::Value::IsObject>,
                                         .typescript = "import('node:events').EventEmitter"};

}  // namespace conversions

}  // namespace nodehost::detail
