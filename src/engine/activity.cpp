#include "activity.hpp"

#include <fmt/format.h>

#include <tuple>

#include "realm.hpp"
#include "thread/js_thread.hpp"
#include "v8_strings.hpp"

namespace nodehost::detail {

namespace {

constexpr int kMaxFrames = 50;

std::string Text(v8::Isolate* isolate, v8::Local<v8::String> string) {
  std::string text;
  if (!string.IsEmpty()) FromV8String(isolate, string, text);
  return text;
}

std::string FrameText(v8::Isolate* isolate, v8::Local<v8::StackFrame> frame) {
  const std::string function = Text(isolate, frame->GetFunctionName());
  const std::string place =
      fmt::format("{}:{}:{}", Text(isolate, frame->GetScriptNameOrSourceURL()),
                  frame->GetLineNumber(), frame->GetColumn());
  return function.empty() ? place : fmt::format("{} ({})", function, place);
}

}  // namespace

std::vector<std::string> AliveResources(Realm& realm) noexcept {
  v8::Isolate* const isolate = realm.isolate();
  std::vector<std::string> names;
  try {
    const v8::HandleScope scope(isolate);
    const v8::TryCatch caught(isolate);
    v8::Local<v8::Value> list;
    if (!realm.bridge().Call(Bridge::kAliveResources, {}).ToLocal(&list) || !list->IsArray()) {
      return names;
    }
    const auto array = list.As<v8::Array>();
    for (std::uint32_t i = 0; i < array->Length(); ++i) {
      v8::Local<v8::Value> name;
      if (!array->Get(realm.context(), i).ToLocal(&name) || !name->IsString()) continue;
      FromV8String(isolate, name.As<v8::String>(), names.emplace_back());
    }
  } catch (...) {
    // A command's environment may be unable to load the bridge by now; the list is then empty.
  }
  return names;
}

std::string TopFrame(v8::Isolate* isolate) {
  const v8::HandleScope scope(isolate);
  const auto stack = v8::StackTrace::CurrentStackTrace(isolate, 1, v8::StackTrace::kDetailed);
  return stack->GetFrameCount() == 0 ? std::string()
                                     : FrameText(isolate, stack->GetFrame(isolate, 0));
}

bool HasFrameOf(v8::Isolate* isolate, std::string_view script, int count) {
  const v8::HandleScope scope(isolate);
  const auto stack = v8::StackTrace::CurrentStackTrace(isolate, count, v8::StackTrace::kScriptName);
  for (int i = 0; i < stack->GetFrameCount(); ++i) {
    const auto frame = stack->GetFrame(isolate, static_cast<std::uint32_t>(i));
    if (Text(isolate, frame->GetScriptName()) == script) return true;
  }
  return false;
}

std::string StackText(v8::Isolate* isolate) {
  const v8::HandleScope scope(isolate);
  const auto stack =
      v8::StackTrace::CurrentStackTrace(isolate, kMaxFrames, v8::StackTrace::kDetailed);
  std::string text;
  for (int i = 0; i < stack->GetFrameCount(); ++i) {
    if (i != 0) text += '\n';
    text += "    at " + FrameText(isolate, stack->GetFrame(isolate, static_cast<std::uint32_t>(i)));
  }
  return text;
}

void ThrowTermination(v8::Isolate* isolate) {
  const v8::HandleScope scope(isolate);
  const v8::Local<v8::Context> context = isolate->GetCurrentContext();
  v8::Local<v8::Script> script;
  // V8 checks at the entry of a function; what it throws goes on to our caller.
  v8::Local<v8::Value> unused;
  if (v8::Script::Compile(context, ToV8String(isolate, "(() => {})()")).ToLocal(&script)) {
    std::ignore = script->Run(context).ToLocal(&unused);
  }
}

void ServeInterrupts(JsThread& thread, v8::Isolate* isolate) {
  thread.access().ClearCheckRequest();
  if (!thread.access().MayEnter()) isolate->TerminateExecution();
  ThrowTermination(isolate);
}

}  // namespace nodehost::detail
