#include "js_errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "error_originals.hpp"
#include "node_version.hpp"
#include "nodehost/js.hpp"
#include "realm.hpp"
#include "v8_strings.hpp"

namespace nodehost::detail {

namespace {

constexpr int kMaxCauses = 16;  // a chain of causes may be a ring

// What is left to take of one description: aggregates of aggregates may be rings, too, and each
// text may have a megabyte.
struct Budget {
  int errors = 256;
  std::size_t bytes = std::size_t{16} << 20;

  bool any() const noexcept { return errors > 0 && bytes > 0; }
  void Spend(const JsErrorData& data) noexcept {
    --errors;
    std::size_t size = data.name.size() + data.message.size() + data.code.size() +
                       data.stack.size() + data.thrown_json.size();
    for (const JsErrorProperty& one : data.properties) {
      size += one.name.size() + one.text.size() + one.json.size();
    }
    bytes -= std::min(bytes, size);
  }
};

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
  place += fmt::format(":{}", line);
  if (place.starts_with("node:") || stack.find(place) != std::string::npos) return;
  std::string source;
  v8::Local<v8::String> source_line;
  if (message->GetSourceLine(realm.context()).ToLocal(&source_line)) {
    FromV8String(isolate, source_line, source);
  }
  stack = fmt::format("{}\n{}\n\n{}", place, source, stack);
}

// Reads what the host's JavaScript has returned, with nothing taken for granted: a key or an index
// that is not there, or that throws, is undefined.
class Reader {
 public:
  Reader(Realm& realm, v8::Local<v8::Value> value) : realm_(realm), value_(value) {}

  template <class Key>
  v8::Local<v8::Value> Get(Key key) const {
    v8::Local<v8::Value> found;
    if (value_->IsObject() && value_.As<v8::Object>()->Get(realm_.context(), key).ToLocal(&found)) {
      return found;
    }
    return v8::Undefined(realm_.isolate());
  }
  v8::Local<v8::Value> Get(std::string_view key) const {
    return Get(realm_.String(key).As<v8::Value>());
  }
  template <class Key>
  void Read(Key key, std::string& text) const {
    const v8::Local<v8::Value> found = Get(key);
    if (found->IsString()) FromV8String(realm_.isolate(), found.As<v8::String>(), text);
  }
  std::uint32_t length() const { return value_->IsArray() ? value_.As<v8::Array>()->Length() : 0; }

 private:
  Realm& realm_;
  const v8::Local<v8::Value> value_;
};

void ReadProperties(Realm& realm, const Reader& list, std::vector<JsErrorProperty>& properties) {
  for (std::uint32_t i = 0; i < list.length(); ++i) {
    const Reader item(realm, list.Get(i));
    JsErrorProperty& property = properties.emplace_back();
    item.Read(0U, property.name);
    item.Read(1U, property.text);
    item.Read(2U, property.json);
  }
}

// Describes an error without running JavaScript, for which there may be no stack left.
void DescribeWithoutJs(Realm& realm, v8::Local<v8::Value> thrown, JsErrorData& data) {
  if (!thrown->IsNativeError()) {
    data.message = "A JavaScript error that could not be described.";
    return;
  }
  v8::Isolate* const isolate = realm.isolate();
  FromV8String(isolate, thrown.As<v8::Object>()->GetConstructorName(), data.name);
  FromV8String(isolate, v8::Exception::CreateMessage(isolate, thrown)->Get(), data.message);
  const std::string head = fmt::format("Uncaught {}: ", data.name);
  if (data.message.starts_with(head)) data.message.erase(0, head.size());
}

// Makes an error without running JavaScript, for which there may be no stack left.
v8::Local<v8::Value> MakeWithoutJs(Realm& realm, const JsErrorData& data) {
  const v8::Local<v8::String> message = realm.String(data.message);
  if (data.name == "RangeError") return v8::Exception::RangeError(message);
  if (data.name == "TypeError") return v8::Exception::TypeError(message);
  return v8::Exception::Error(message);
}

// Null, with `errors_only`, if it is none.
std::shared_ptr<JsErrorData> Describe(Realm& realm, v8::Local<v8::Value> thrown, int depth,
                                      Budget& left, bool errors_only = false) {
  auto data = NewErrorData(realm, thrown);
  v8::Isolate* const isolate = realm.isolate();
  const v8::TryCatch caught(isolate);
  v8::Local<v8::Value> described;
  v8::Local<v8::Value> arguments[] = {thrown, v8::Boolean::New(isolate, errors_only)};
  if (!realm.bridge().Call(Bridge::kDescribeError, arguments).ToLocal(&described)) {
    ThrowIfTerminated(realm, caught);
    if (errors_only && !thrown->IsNativeError()) return nullptr;
    DescribeWithoutJs(realm, thrown, *data);
    left.Spend(*data);
    return data;
  }
  if (described->IsUndefined()) return nullptr;
  const Reader reader(realm, described);
  const auto get = [&](std::string_view key) { return reader.Get(key); };
  reader.Read(std::string_view("name"), data->name);
  reader.Read(std::string_view("message"), data->message);
  reader.Read(std::string_view("code"), data->code);
  reader.Read(std::string_view("stack"), data->stack);
  // JavaScript that runs out of stack while it reads name and message leaves both empty; V8 reads
  // them without any.
  if (data->message.empty() && thrown->IsNativeError()) {
    JsErrorData own;
    DescribeWithoutJs(realm, thrown, own);
    if (!own.message.empty() && !own.message.starts_with("Uncaught ")) {
      data->name = std::move(own.name);
      data->message = std::move(own.message);
    }
  }
  data->is_error = get("isError")->IsTrue();
  if (!data->is_error) {
    data->name.clear();
    reader.Read(std::string_view("text"), data->message);
    reader.Read(std::string_view("json"), data->thrown_json);
  }
  if (data->name == "SyntaxError") AddSyntaxErrorPlace(realm, thrown, data->stack);
  ReadProperties(realm, Reader(realm, get("properties")), data->properties);
  left.Spend(*data);
  if (depth >= kMaxCauses) return data;
  if (get("hasCause")->IsTrue() && left.any()) {
    data->cause = Describe(realm, get("cause"), depth + 1, left);
  }
  const Reader errors(realm, get("errors"));
  for (std::uint32_t i = 0; i < errors.length() && left.any(); ++i) {
    data->errors.push_back(Describe(realm, errors.Get(i), depth + 1, left));
  }
  return data;
}

v8::Local<v8::Value> Make(Realm& realm, const JsErrorData& data);

// A cause, or one of several errors: also within an error that C++ made it is the value it was.
v8::Local<v8::Value> OriginalOrNew(Realm& realm, const std::shared_ptr<const JsErrorData>& data) {
  v8::Local<v8::Value> original;
  return OriginalOf(realm, data).ToLocal(&original) ? original : Make(realm, *data);
}

// js/bridge/errors.js, makeError.
v8::Local<v8::Value> Make(Realm& realm, const JsErrorData& data) {
  v8::Isolate* const isolate = realm.isolate();
  v8::EscapableHandleScope scope(isolate);
  const v8::Local<v8::Object> object = v8::Object::New(isolate);
  const auto set = [&](std::string_view key, v8::Local<v8::Value> value) {
    object->CreateDataProperty(realm.context(), realm.String(key), value).FromMaybe(false);
  };
  set("isError", v8::Boolean::New(isolate, data.is_error));
  set("name", realm.String(data.name));
  set("message", realm.String(data.message));
  set("code", realm.String(data.code));
  set("stack", realm.String(data.stack));
  set("json", realm.String(data.thrown_json));
  set("hasCause", v8::Boolean::New(isolate, data.cause != nullptr));
  if (data.cause) set("cause", OriginalOrNew(realm, data.cause));
  std::vector<v8::Local<v8::Value>> items;
  for (const auto& one : data.errors) items.push_back(OriginalOrNew(realm, one));
  set("errors", v8::Array::New(isolate, items.data(), items.size()));
  items.clear();
  for (const JsErrorProperty& one : data.properties) {
    v8::Local<v8::Value> texts[] = {realm.String(one.name), realm.String(one.text),
                                    realm.String(one.json)};
    items.push_back(v8::Array::New(isolate, texts, std::size(texts)));
  }
  set("properties", v8::Array::New(isolate, items.data(), items.size()));
  v8::Local<v8::Value> argument = object;
  return scope.Escape(CallBridge(realm, Bridge::kMakeError, {&argument, 1}));
}

}  // namespace

v8::Local<v8::Value> CallBridge(Realm& realm, Bridge function,
                                std::span<v8::Local<v8::Value>> arguments) {
  const Catch caught(realm);
  v8::Local<v8::Value> result;
  if (!realm.bridge().Call(function, arguments).ToLocal(&result) ||
      !realm.thread().access().MayEnter()) {
    ThrowCaught(realm, caught);
  }
  return result;
}

JsError DescribeError(Realm& realm, v8::Local<v8::Value> thrown) {
  const v8::HandleScope scope(realm.isolate());
  Budget left;
  return JsError(Describe(realm, thrown, 0, left));
}

namespace {

// Whether JavaScript knows more of it than C++: a JsError that C++ made, with no stack before it
// was thrown in JavaScript.
bool LacksStack(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const JsError& error) {
    return IsJsErrorItself() && error.is_error() && error.stack().empty();
  } catch (...) {
    return false;
  }
}

}  // namespace

std::optional<JsError> DescribeIfError(Realm& realm, v8::Local<v8::Value> value) {
  const v8::HandleScope scope(realm.isolate());
  Budget left;
  auto data = Describe(realm, value, 0, left, /*errors_only=*/true);
  if (!data) return std::nullopt;
  return JsError(std::move(data));
}

std::exception_ptr ToException(Realm& realm, v8::Local<v8::Value> thrown) {
  const v8::HandleScope scope(realm.isolate());
  std::exception_ptr own = realm.natives().ExceptionOf(realm, thrown);
  if (own && !LacksStack(own)) return own;
  return std::make_exception_ptr(DescribeError(realm, thrown));
}

void ThrowTypeError(std::string message) {
  throw JsError(JsErrorData{.name = "TypeError", .message = std::move(message)});
}

void ThrowIfTerminated(Realm& realm, const v8::TryCatch& caught) {
  JsThread& thread = realm.thread();
  if (caught.HasCaught() && !caught.HasTerminated() && caught.CanContinue() &&
      thread.access().MayEnter()) {
    return;
  }
  // V8 forgets the termination once no JavaScript is on the stack. The environment does not.
  thread.access().Disable();
  std::rethrow_exception(thread.StoppedError());
}

void ThrowCaught(Realm& realm, const v8::TryCatch& caught) {
  ThrowIfTerminated(realm, caught);
  std::rethrow_exception(ToException(realm, caught.Exception()));
}

v8::Local<v8::Value> NewError(Realm& realm, const JsErrorData& data) {
  try {
    return Make(realm, data);
  } catch (const JsError&) {
    return MakeWithoutJs(realm, data);
  }
}

v8::Local<v8::Value> ToJsError(Realm& realm, const JsError& error) {
  v8::Local<v8::Value> original;
  return OriginalOf(realm, error.data()).ToLocal(&original) ? original
                                                            : NewError(realm, *error.data());
}

v8::Local<v8::Value> ToJsError(Realm& realm, const std::error_code& code) {
  if (!code) return v8::Null(realm.isolate());
  const bool system =
      code.category() == std::system_category() || code.category() == std::generic_category();
  v8::Local<v8::Value> arguments[] = {v8::Integer::New(realm.isolate(), code.value()),
                                      realm.String(code.message()),
                                      realm.String(system ? "" : code.category().name())};
  try {
    return CallBridge(realm, Bridge::kSystemError, arguments);
  } catch (const JsError&) {
    return v8::Exception::Error(
        realm.String(code.message()));  // JavaScript cannot run: the stack may be full
  }
}

int ErrnoOf(Realm& realm, v8::Local<v8::Value> error) {
  const v8::HandleScope scope(realm.isolate());
  const v8::Local<v8::Value> number = CallBridge(realm, Bridge::kErrnoOf, {&error, 1});
  return number->IsInt32() ? number.As<v8::Int32>()->Value() : 0;
}

namespace {

// The exception within a std::nested_exception, or null.
std::exception_ptr NestedIn(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::nested_exception& nested) {
    return nested.nested_ptr();
  } catch (...) {
    return nullptr;
  }
}

ErrorValue MakeWithCause(Realm& realm, const std::exception_ptr& error, int depth) {
  const ErrorValue made = MakeError(realm, error);
  if (made.is_original) return made;
  const std::exception_ptr inner = depth < kMaxCauses ? NestedIn(error) : nullptr;
  if (inner && made.value->IsObject()) {
    made.value.As<v8::Object>()
        ->DefineOwnProperty(realm.context(), realm.String("cause"),
                            MakeWithCause(realm, inner, depth + 1).value, v8::DontEnum)
        .FromMaybe(false);
  }
  return made;
}

}  // namespace

v8::Local<v8::Value> ToJsError(Realm& realm, const std::exception_ptr& error) {
  if (!error) return v8::Null(realm.isolate());
  const ErrorValue made = MakeWithCause(realm, error, 0);
  // An original is JavaScript's own, which may change it and throw it again: it is described anew.
  if (!made.is_original) realm.natives().KeepException(realm, made.value, error);
  return made.value;
}

void ReportUncaught(Js& js, const std::exception_ptr& error) noexcept {
  try {
    Realm& realm = Realm::Of(js.thread());
    const v8::HandleScope scope(realm.isolate());
    const v8::TryCatch caught(realm.isolate());
    v8::Local<v8::Value> thrown = ToJsError(realm, error);
    static_cast<void>(realm.bridge().Call(Bridge::kReport, {&thrown, 1}));
  } catch (const EnvironmentStopped&) {
    // Nobody is left to be told: the environment ended during the job.
  }
}

}  // namespace nodehost::detail
