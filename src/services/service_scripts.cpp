#include "service_scripts.hpp"

#include <fmt/format.h>
#include <node_buffer.h>

#include <memory>
#include <string>
#include <utility>

#include "engine/catch.hpp"
#include "engine/clone_bytes.hpp"
#include "engine/entry.hpp"
#include "engine/host_functions.hpp"
#include "engine/js_errors.hpp"
#include "engine/realm.hpp"
#include "engine/reference.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/function.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::services {

namespace {

Object Run(Js& js, const std::string& path, const Object& options) {
  detail::Realm& realm = detail::Realm::Of(js.thread());
  const v8::HandleScope scope(realm.isolate());
  return Object(realm.references().Make(
      realm.isolate(),
      detail::RunHostScript(realm, path, options.ref().get()->Get(realm.isolate()))));
}

Value BridgeFunction(Js& js, detail::Bridge function) {
  detail::Realm& realm = detail::Realm::Of(js.thread());
  const v8::HandleScope scope(realm.isolate());
  return Value(realm.references().Make(realm.isolate(), realm.bridge().Find(function)));
}

// WireOptions of this thread's environment, made once.
const Object& Exports(Js& js) {
  struct Known {
    std::weak_ptr<detail::JsThread> thread;
    Object exports;
  };
  thread_local Known known;
  if (known.thread.lock().get() != &js.thread()) {
    known = {js.thread().weak_from_this(), WireOptions(js)};
  }
  return known.exports;
}

Value Streams(Js& js) { return Exports(js)["streams"]; }

}  // namespace

Object RunScript(Js& js, std::string_view name, const Object& options) {
  return Run(js, fmt::format("first_use/service_{}.js", name), options);
}

Object ModuleFunctions(Js& js) {
  const Object options = Object::New(js);
  options.Set("load", BridgeFunction(js, detail::Bridge::kLoad));
  options.Set("promiseOf", BridgeFunction(js, detail::Bridge::kPromiseOf));
  return Run(js, "first_use/module_functions.js", options);
}

Object WireOptions(Js& js) {
  Object options = Object::New(js);
  options.Set("clone", [](Js&, const Value& value) { return Encode(value); });
  options.Set("messageOf", [](Js& inner, const Bytes& bytes) {
    return MessageOf(detail::Realm::Of(inner.thread()), Body(bytes.data(), bytes.size()));
  });
  options.Set("isStream", [](Js&, const Value& value) { return IsStream(value); });
  options.Set("wire", RunScript(js, "wire", options));
  options.Set("streams", RunScript(js, "streams", options));
  return options;
}

bool IsStream(const Value& value) {
  const detail::Entry entry(value.ref());
  return IsStream(entry.realm(), entry.value());
}

bool IsStream(detail::Realm& realm, v8::Local<v8::Value> value) {
  if (!value->IsObject() || value->IsFunction()) return false;
  const v8::Local<v8::Object> object = value.As<v8::Object>();
  const detail::Catch caught(realm);
  const auto has_function = [&](v8::Local<v8::Name> name) {
    v8::Local<v8::Value> found;
    if (!object->Get(realm.context(), name).ToLocal(&found)) detail::ThrowCaught(realm, caught);
    return found->IsFunction();
  };
  return (has_function(realm.Key("pipe")) && has_function(realm.Key("on"))) ||
         has_function(realm.Key("getReader")) ||
         has_function(v8::Symbol::GetAsyncIterator(realm.isolate()));
}

bool HasStream(detail::Realm& realm, v8::Local<v8::Array> arguments) {
  for (std::uint32_t i = 0; i < arguments->Length(); ++i) {
    v8::Local<v8::Value> argument;
    if (arguments->Get(realm.context(), i).ToLocal(&argument) && IsStream(realm, argument)) {
      return true;
    }
  }
  return false;
}

Object NewBytesPort(Js& js, const std::function<void(std::string_view, std::string_view)>& append,
                    const std::function<void()>& flush, const std::function<void()>& on_idle) {
  const auto send = [append](const Bytes& message) { append({}, message.text()); };
  const auto send_chunk = [append](const std::string& key, const Bytes& chunk) {
    std::string head{static_cast<char>(Frame::kChunk), static_cast<char>(key.size())};
    append(head += key, chunk.text());
  };
  return Streams(js)
      .Call("bytesPort", std::function<void(Bytes)>(send),
            std::function<void(std::string, Bytes)>(send_chunk), flush, on_idle)
      .As<Object>();
}

std::vector<int> StreamNumbers(Js& js, const Array& arguments) {
  {
    const detail::Entry entry(arguments.ref());
    if (!HasStream(entry.realm(), entry.value().As<v8::Array>())) return {};
  }
  return Streams(js).Call("streamNumbers", arguments).As<std::vector<int>>();
}

Bytes Encode(const Value& value) {
  const detail::Entry entry(value.ref());
  const detail::Catch caught(entry.realm());
  auto bytes = std::make_shared<detail::GrowingBytes>();
  if (!detail::AppendClone(entry.realm(), entry.value(), *bytes)) {
    detail::ThrowCaught(entry.realm(), caught);
  }
  return Bytes(bytes, bytes->data(), bytes->size());
}

Value Decode(Js& js, const Bytes& bytes) {
  return Decode(detail::Realm::Of(js.thread()), {bytes.data(), bytes.size()});
}

Value Decode(detail::Realm& realm, std::span<const std::uint8_t> bytes) {
  const v8::HandleScope scope(realm.isolate());
  const detail::Catch caught(realm);
  v8::Local<v8::Value> value;
  if (!detail::ReadClone(realm, bytes).ToLocal(&value)) detail::ThrowCaught(realm, caught);
  return Value(realm.references().Make(realm.isolate(), value));
}

void SendMessage(Js& js, FramePipe& pipe, const Value& message) {
  detail::Realm& realm = detail::Realm::Of(js.thread());
  const v8::HandleScope scope(realm.isolate());
  const detail::Catch caught(realm);
  FramePipe::Writer frame(pipe);
  if (!detail::AppendClone(realm, detail::Entry::LocalOf(realm, message.ref()), frame.bytes())) {
    detail::ThrowCaught(realm, caught);
  }
  frame.Send();
}

// What the stream's owner does to its Buffer afterwards does not reach a copy.
void SendChunk(FramePipe& pipe, const std::string& key, const Value& bytes) {
  const detail::Entry entry(bytes.ref());
  FramePipe::Writer frame(pipe, Frame::kChunk);
  frame.Byte(static_cast<std::uint8_t>(key.size())).Text(key);
  frame.Text({node::Buffer::Data(entry.value()), node::Buffer::Length(entry.value())});
  frame.Send();
}

Value MessageOf(detail::Realm& realm, Body body) {
  BodyReader reader(body);
  const auto kind = static_cast<Frame>(reader.Byte());
  if (kind == Frame::kClone) return Decode(realm, body);
  if (kind != Frame::kChunk) throw HostError("no kind of message");
  v8::Isolate* const isolate = realm.isolate();
  const v8::HandleScope scope(isolate);
  const v8::Local<v8::String> key = realm.String(reader.Text(reader.Byte()));
  const std::string_view bytes = reader.Text(reader.size());
  v8::Local<v8::Object> buffer;
  if (!node::Buffer::Copy(isolate, bytes.data(), bytes.size()).ToLocal(&buffer)) {
    throw HostError("a chunk that is too large");
  }
  v8::Local<v8::Value> parts[] = {realm.String("chunk"), key, buffer};
  return Value(realm.references().Make(isolate, v8::Array::New(isolate, parts, 3)));
}

}  // namespace nodehost::services
