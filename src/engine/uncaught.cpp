#include "uncaught.hpp"

#include <string>

#include "host_functions.hpp"
#include "js_errors.hpp"
#include "node_version.hpp"
#include "realm.hpp"

namespace node::errors {
// Not in Node's public headers, and null where libnode does not export it.
[[gnu::weak]] void PerIsolateMessageListener(v8::Local<v8::Message> message,
                                             v8::Local<v8::Value> error);
}  // namespace node::errors

namespace nodehost::detail {

namespace {

const EnvironmentOptions& OptionsOf(const v8::FunctionCallbackInfo<v8::Value>& info) {
  return *static_cast<const EnvironmentOptions*>(ExternalPointer(info.Data()));
}

std::string Text(const JsError& error) {
  std::string text = "Uncaught ";
  text += error.what();
  for (auto cause = error.cause(); cause; cause = cause->cause()) {
    text += "\n[cause]: ";
    text += cause->what();
  }
  return text;
}

void Keep(const v8::FunctionCallbackInfo<v8::Value>& info) {
  Realm* const realm = JsThread::Current()->realm();
  if (!realm) return;
  try {
    const JsError error = DescribeError(*realm, info[0]);
    info.GetReturnValue().Set(OptionsOf(info).on_uncaught(error) == UncaughtAction::kContinue);
  } catch (...) {
    // A handler that fails has not handled the error: the environment ends, and says why.
  }
}

void Log(const v8::FunctionCallbackInfo<v8::Value>& info) {
  Realm* const realm = JsThread::Current()->realm();
  if (!realm) return;
  try {
    OptionsOf(info).on_log(Text(DescribeError(*realm, info[0])));
  } catch (...) {
    // The report failed, and there is no other place to report to.
  }
}

}  // namespace

void InstallUncaughtHandlers(Realm& realm, const EnvironmentOptions& options) {
  if (!options.on_uncaught && !options.on_log) return;
  v8::Isolate* const isolate = realm.isolate();
  const v8::HandleScope scope(isolate);
  const v8::Local<v8::Context> context = realm.context();
  const v8::Local<v8::Object> callbacks = v8::Object::New(isolate);
  const auto set = [&](const char* name, v8::FunctionCallback callback) {
    const v8::Local<v8::Value> data =
        NewExternal(isolate, const_cast<EnvironmentOptions*>(&options));
    callbacks
        ->CreateDataProperty(context, realm.String(name),
                             v8::Function::New(context, callback, data).ToLocalChecked())
        .Check();
  };
  if (options.on_uncaught) set("keep", &Keep);
  if (options.on_log) set("log", &Log);
  RunHostScript(realm, "start/uncaught.js", callbacks);
}

void ListenForUncaughtOnce(v8::Isolate* isolate) {
  if (!node::errors::PerIsolateMessageListener) return;
  isolate->RemoveMessageListeners(node::errors::PerIsolateMessageListener);
  isolate->AddMessageListenerWithErrorLevel(
      node::errors::PerIsolateMessageListener,
      v8::Isolate::kMessageError | v8::Isolate::kMessageWarning);
}

}  // namespace nodehost::detail
