// MessagePort: what posts messages in JavaScript.
#include "nodehost/convert/message_ports.hpp"

#include <string>
#include <string_view>

#include "engine/convert/conversion.hpp"
#include "engine/convert/decoder.hpp"
#include "engine/convert/encoder.hpp"
#include "engine/js_streams.hpp"

namespace nodehost::detail {

namespace {

v8::Local<v8::Value> PortToJs(Encoder&, const TypeInfo&, const void*) {
  Encoder::Refuse("a MessagePort does not go back to JavaScript");
}

bool PortFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  const auto& ops = OpsOf<MessagePortOps>(type);
  v8::Local<v8::Value> post;
  if (!IsMessagePort(decoder.realm(), value)) return decoder.Refuse(value, type);
  post = MessagesFromJs(decoder.realm(), value, *ops.messages, ops.messages_of(result));
  return decoder.Decode(post, *ops.post, ops.post_of(result));
}

Fit PortFit(Decoder&, v8::Local<v8::Value> value, const TypeInfo&) {
  return AcceptedIf(value->IsObject());
}

}  // namespace

namespace conversions {

constinit const Conversion kMessagePort{
    .to_js = &PortToJs,
    .from_js = &PortFromJs,
    .fit = &PortFit,
    .typescript =
        "import('node:worker_threads').MessagePort | "
        "import('node:worker_threads').Worker",
    .name_in_errors = [](const TypeInfo&) { return std::string_view("MessagePort"); }};

}  // namespace conversions

}  // namespace nodehost::detail
