// Streams: ReadStream, WriteStream, and pairs of them.
#include "nodehost/convert/streams.hpp"

#include <fmt/format.h>

#include <string>

#include "engine/convert/conversion.hpp"
#include "engine/convert/decoder.hpp"
#include "engine/convert/encoder.hpp"
#include "engine/js_streams.hpp"
#include "nodehost/detail/engine.hpp"

namespace nodehost::detail {

namespace {

// ---- The end that is read ----

v8::Local<v8::Value> ReadStreamToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  return ReadableOf(encoder.realm(), type, value);
}

bool ReadStreamFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                      void* result) {
  if (!IsReadable(decoder.realm(), value)) {
    return decoder.RefuseAs(value, "Readable, ReadableStream or iterable", false);
  }
  ReadFromJs(decoder.realm(), value, type, result);
  return true;
}

Fit ReadStreamFit(Decoder&, v8::Local<v8::Value> value, const TypeInfo&) {
  return AcceptedIf(value->IsObject());
}

// JavaScript's own stream, of whatever chunks, is one of these chunks to TypeScript.
std::string ReadStreamName(const TypeInfo& type) {
  if (!OpsOf<StreamOps>(type).is_web) {
    return fmt::format("import('node:stream').Readable & AsyncIterable<{}>",
                       TypeScriptName(*type.element));
  }
  return fmt::format("ReadableStream<{}>", TypeScriptName(*type.element));
}

// What has chunks of bytes or text takes the ones for the others. A Readable and a ReadableStream
// are AsyncIterables. A string is an Iterable, and refused.
std::string TakenReadName(const TypeInfo& type) {
  const bool objects = OpsOf<StreamOps>(type).kind == ChunkKind::kObjects;
  const std::string chunk = objects ? TypeScriptName(*type.element) : "string | Uint8Array";
  return fmt::format("AsyncIterable<{0}> | (Iterable<{0}> & object)", chunk);
}

// ---- The end that is written to ----

v8::Local<v8::Value> WriteStreamToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  return WritableOf(encoder.realm(), type, value);
}

bool WriteStreamFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                       void* result) {
  if (!IsWritable(decoder.realm(), value)) {
    return decoder.RefuseAs(value, "Writable or WritableStream", false);
  }
  WriteToJs(decoder.realm(), value, type, result);
  return true;
}

std::string WriteStreamName(const TypeInfo& type) {
  if (!OpsOf<StreamOps>(type).is_web) return "import('node:stream').Writable";
  return fmt::format("WritableStream<{}>", TypeScriptName(*type.element));
}

std::string TakenWriteName(const TypeInfo& type) {
  return fmt::format("import('node:stream').Writable | WritableStream<{}>",
                     TypeScriptName(*type.element));
}

// ---- Pairs ----

v8::Local<v8::Value> WebPairToJs(Encoder& encoder, const StreamPairOps& ops, void* pair) {
  const v8::Local<v8::Object> made = v8::Object::New(encoder.isolate());
  const auto set = [&](std::string_view name, const TypeInfo& type, void* stream) {
    encoder.Check(made->CreateDataProperty(encoder.context(), encoder.realm().Key(name),
                                           encoder.Encode(type, stream)));
  };
  set("readable", *ops.readable, ops.readable_of(pair));
  set("writable", *ops.writable, ops.writable_of(pair));
  return made;
}

v8::Local<v8::Value> PairToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  const auto& ops = OpsOf<StreamPairOps>(type);
  void* const pair = const_cast<void*>(value);
  return ops.is_web ? WebPairToJs(encoder, ops, pair) : PairOf(encoder.realm(), ops, pair);
}

bool PairFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  const auto& ops = OpsOf<StreamPairOps>(type);
  Realm& realm = decoder.realm();
  v8::Local<v8::Value> readable = value;
  v8::Local<v8::Value> writable = value;
  if (value->IsObject() && !(IsReadable(realm, value) && IsWritable(realm, value))) {
    const Decoder::Level level(decoder);
    readable = decoder.Get(value.As<v8::Object>(), realm.Key("readable"));
    writable = decoder.Get(value.As<v8::Object>(), realm.Key("writable"));
  }
  if (!IsReadable(realm, readable) || !IsWritable(realm, writable)) {
    return decoder.RefuseAs(value, "Duplex or { readable, writable }", false);
  }
  ReadFromJs(realm, readable, *ops.readable, ops.readable_of(result));
  WriteToJs(realm, writable, *ops.writable, ops.writable_of(result));
  return true;
}

std::string PairName(const TypeInfo& type) {
  const auto& ops = OpsOf<StreamPairOps>(type);
  if (!ops.is_web) {
    return fmt::format("import('node:stream').{} & AsyncIterable<{}>",
                       ops.is_transform ? "Transform" : "Duplex",
                       TypeScriptName(*ops.readable->element));
  }
  return fmt::format("{{ readable: {}; writable: {} }}", TypeScriptName(*ops.readable),
                     TypeScriptName(*ops.writable));
}

std::string TakenPairName(const TypeInfo& type) {
  const auto& ops = OpsOf<StreamPairOps>(type);
  return fmt::format("import('node:stream').Duplex | {{ readable: {}; writable: {} }}",
                     TakenReadName(*ops.readable), TakenWriteName(*ops.writable));
}

}  // namespace

namespace conversions {

constinit const Conversion kReadStream{.to_js = &ReadStreamToJs,
                                       .from_js = &ReadStreamFromJs,
                                       .fit = &ReadStreamFit,
                                       .typescript_of = &ReadStreamName,
                                       .taken_name = &TakenReadName};
constinit const Conversion kWriteStream{.to_js = &WriteStreamToJs,
                                        .from_js = &WriteStreamFromJs,
                                        .fit = &ReadStreamFit,
                                        .typescript_of = &WriteStreamName,
                                        .taken_name = &TakenWriteName};
constinit const Conversion kStreamPair{.to_js = &PairToJs,
                                       .from_js = &PairFromJs,
                                       .fit = &ReadStreamFit,
                                       .typescript_of = &PairName,
                                       .taken_name = &TakenPairName};

}  // namespace conversions

}  // namespace nodehost::detail
