#include "service_scripts.hpp"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "engine/host_functions.hpp"
#include "engine/realm.hpp"
#include "engine/reference.hpp"
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

Value Wire(Js& js) { return Exports(js)["wire"]; }
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
  options.Set("wire", RunScript(js, "wire", Object::New(js)));
  options.Set("streams", RunScript(js, "streams", options));
  return options;
}

bool IsStream(const Value& value) {
  Js js(*detail::JsThread::Current());
  return Streams(js).Call("isStream", value).As<bool>();
}

Object NewBytesPort(Js& js, std::function<void(Bytes)> send, std::function<void()> on_idle) {
  return Streams(js).Call("bytesPort", std::move(send), std::move(on_idle)).As<Object>();
}

std::vector<int> StreamNumbers(Js& js, const Array& arguments) {
  return Streams(js).Call("streamNumbers", arguments).As<std::vector<int>>();
}

Bytes Encode(const Value& value) {
  Js js(*detail::JsThread::Current());
  return Wire(js).Call("clone", value).As<Bytes>();
}

Value Decode(Js& js, const Bytes& bytes) { return Wire(js).Call("deserialize", bytes); }

}  // namespace nodehost::services
