#include "errors.hpp"

#include <memory>
#include <string>
#include <utility>

#include "node_version.hpp"
#include "nodehost/js.hpp"
#include "realm.hpp"
#include "strings.hpp"

namespace nodehost::detail {

namespace {

constexpr int kMaxCauses = 16;  // a chain of causes may be a ring

// V8 keeps the place of a syntax error beside the error, and node prints it only when the error is
// uncaught: the frames of one in an ES module name but the loader. Put before the stack as node
// does.
void AddSyntaxErrorPlace(Realm& realm, v8::Local<v8::Value> thrown, std::string& stack) {
  v8::Isolate* const isolate = realm.isolate();
  const v8::Local<v8::Message> message = v8::Exception::CreateMessage(isolate, thrown);
  const v8::Local<v8::Value> file = message->GetScriptResourceName();
  const int line = message->GetLineNumber(realm.context()).FromMaybe(0);
  if (!file->IsString() || line <= 0) return;
  std::string place;
  FromV8String(isolate, file.As<v8::String>(), place);
  place += ':' + std::to_string(line);
  if (place.starts_with("node:") || stack.find(place) != std::string::npos) return;
  std::string source;
  v8::Local<v8::String> source_line;
  if (message->GetSourceLine(realm.context()).ToLocal(&source_line)) {
    FromV8String(isolate, source_line, source);
  }
  stack = place + '\n' + source + "\n\n" + stack;
}

std::shared_ptr<JsErrorData> Describe(Realm& realm, v8::Local<v8::Value> thrown, int depth) {
  auto data = std::make_shared<JsErrorData>();
  v8::Isolate* const isolate = realm.isolate();
  const v8::TryCatch caught(isolate);
  v8::Local<v8::Value> described;
  if (!realm.CallBridge(Bridge::kDescribeError, {&thrown, 1}).ToLocal(&described)) {
    data->message = "A JavaScript error that could not be described.";
    return data;
  }
  const auto get = [&](std::string_view key) {
    return described.As<v8::Object>()->Get(realm.context(), realm.String(key)).ToLocalChecked();
  };
  const auto read = [&](std::string_view key, std::string& text) {
    FromV8String(isolate, get(key).As<v8::String>(), text);
  };
  read("name", data->name);
  read("message", data->message);
  read("code", data->code);
  read("stack", data->stack);
  if (!get("isError")->IsTrue()) {
    data->name.clear();
    read("text", data->message);
  }
  if (data->name == "SyntaxError") AddSyntaxErrorPlace(realm, thrown, data->stack);
  if (get("hasCause")->IsTrue() && depth < kMaxCauses) {
    data->cause = Describe(realm, get("cause"), depth + 1);
  }
  return data;
}

}  // namespace

JsError DescribeError(Realm& realm, v8::Local<v8::Value> thrown) {
  const v8::HandleScope scope(realm.isolate());
  return JsError(Describe(realm, thrown, 0));
}

void ThrowTypeError(std::string message) {
  throw JsError(JsErrorData{.name = "TypeError", .message = std::move(message)});
}

void ThrowCaught(Realm& realm, const v8::TryCatch& caught) {
  if (!caught.HasCaught() || caught.HasTerminated() || !caught.CanContinue()) {
    // V8 forgets the termination once no JavaScript is on the stack. The environment does not.
    JsThread& thread = realm.thread();
    thread.set_realm(nullptr);
    std::rethrow_exception(thread.StoppedError());
  }
  throw DescribeError(realm, caught.Exception());
}

v8::Local<v8::Value> ToJsError(Realm& realm, const std::exception_ptr& error) {
  const v8::Local<v8::Context> context = realm.context();
  const auto set = [&](v8::Local<v8::Value> object, const char* key, const std::string& text) {
    object.As<v8::Object>()
        ->DefineOwnProperty(context, realm.String(key), realm.String(text), v8::DontEnum)
        .Check();
  };
  try {
    std::rethrow_exception(error);
  } catch (const JsError& js) {
    const v8::Local<v8::Value> object = v8::Exception::Error(realm.String(js.message()));
    if (!js.name().empty()) set(object, "name", js.name());
    if (!js.code().empty()) set(object, "code", js.code());
    if (!js.stack().empty()) set(object, "stack", js.stack());
    return object;
  } catch (const std::exception& standard) {
    return v8::Exception::Error(realm.String(standard.what()));
  } catch (...) {
    return v8::Exception::Error(realm.String("A C++ exception of unknown type."));
  }
}

void ReportUncaught(Js& js, const std::exception_ptr& error) noexcept {
  try {
    Realm& realm = Realm::Of(js.thread());
    const v8::HandleScope scope(realm.isolate());
    const v8::TryCatch caught(realm.isolate());
    v8::Local<v8::Value> thrown = ToJsError(realm, error);
    static_cast<void>(realm.CallBridge(Bridge::kReport, {&thrown, 1}));
  } catch (const EnvironmentStopped&) {
    // Nobody is left to be told: the environment ended during the job.
  }
}

}  // namespace nodehost::detail
