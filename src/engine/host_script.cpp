#include "host_script.hpp"

#include <fmt/format.h>

#include <iterator>
#include <memory>

#include "code_caches.hpp"
#include "embedded_js.hpp"
#include "node_version.hpp"
#include "v8_strings.hpp"

namespace nodehost::detail {

namespace {

constexpr std::string_view kStart = "start/";

v8::Local<v8::Value> OrUndefined(v8::Isolate* isolate, const v8::Global<v8::Value>& value) {
  return value.IsEmpty() ? v8::Undefined(isolate).As<v8::Value>() : value.Get(isolate);
}

}  // namespace

HostScripts::HostScripts(v8::Local<v8::Context> context)
    : isolate_(v8::Isolate::GetCurrent()), context_(isolate_, context) {
  const v8::HandleScope scope(isolate_);
  const v8::TryCatch caught(isolate_);
  v8::Local<v8::Value> process;
  v8::Local<v8::Value> primordials;
  if (!context->Global()->Get(context, ToV8String(isolate_, "process")).ToLocal(&process)) return;
  process_.Reset(isolate_, process);
  if (!Run("start/primordials.js", v8::Undefined(isolate_)).ToLocal(&primordials)) return;
  primordials_.Reset(isolate_, primordials);
}

bool HostScripts::TakeRequire(v8::Local<v8::Value> require) {
  const v8::HandleScope scope(isolate_);
  SetRequire(require);
  v8::Local<v8::Value> builtins;
  if (!Run("start/builtins.js", v8::Undefined(isolate_)).ToLocal(&builtins)) return false;
  builtins_.Reset(isolate_, builtins);
  return true;
}

v8::MaybeLocal<v8::Function> HostScripts::Compile(std::string_view path) {
  if (const auto found = compiled_.find(path); found != compiled_.end()) {
    return found->second.Get(isolate_);
  }
  v8::EscapableHandleScope scope(isolate_);
  const std::string_view text = js::EmbeddedJs(path);
  if (text.empty()) {
    const std::string message = fmt::format("The host has no JavaScript file {}.", path);
    isolate_->ThrowException(v8::Exception::Error(ToV8String(isolate_, message)));
    return {};
  }
  // V8 takes no code of another text, version or set of flags, and compiles then.
  const std::string_view cache = CodeCacheOf(path);
  auto* const cached = cache.empty() ? nullptr
                                     : new v8::ScriptCompiler::CachedData(
                                           reinterpret_cast<const std::uint8_t*>(cache.data()),
                                           static_cast<int>(cache.size()),
                                           v8::ScriptCompiler::CachedData::BufferNotOwned);
  v8::ScriptCompiler::Source source(
      ToV8String(isolate_, text),
      OriginOf(isolate_, ToV8String(isolate_, fmt::format("nodehost:{}", path))),
      cached);  // owns it
  v8::Local<v8::String> parameters[] = {
      ToV8String(isolate_, "primordials"), ToV8String(isolate_, "process"),
      ToV8String(isolate_, "require"), ToV8String(isolate_, "options")};
  v8::Local<v8::Function> function;
  if (!v8::ScriptCompiler::CompileFunction(
           context_.Get(isolate_), &source, std::size(parameters), parameters, 0, nullptr,
           cached ? v8::ScriptCompiler::kConsumeCodeCache : v8::ScriptCompiler::kNoCompileOptions)
           .ToLocal(&function)) {
    return {};
  }
  compiled_.emplace(path, v8::Global<v8::Function>(isolate_, function));
  return scope.Escape(function);
}

v8::MaybeLocal<v8::Value> HostScripts::Run(std::string_view path, v8::Local<v8::Value> options) {
  v8::Local<v8::Function> function;
  if (!Compile(path).ToLocal(&function)) return {};
  const v8::Global<v8::Value>& require = path.starts_with(kStart) ? require_ : builtins_;
  v8::Local<v8::Value> arguments[] = {OrUndefined(isolate_, primordials_),
                                      OrUndefined(isolate_, process_),
                                      OrUndefined(isolate_, require), options};
  return function->Call(context_.Get(isolate_), v8::Undefined(isolate_), std::size(arguments),
                        arguments);
}

v8::MaybeLocal<v8::Value> HostScripts::RunOnce(std::string_view path) {
  if (const auto found = returned_.find(path); found != returned_.end()) {
    return found->second.Get(isolate_);
  }
  v8::Local<v8::Value> returned;
  if (!Run(path, v8::Undefined(isolate_)).ToLocal(&returned)) return {};
  returned_.emplace(path, v8::Global<v8::Value>(isolate_, returned));
  return returned;
}

v8::MaybeLocal<v8::Function> HostScripts::RunFunction() {
  return v8::Function::New(context_.Get(isolate_), &RunCallback, NewExternal(isolate_, this), 0,
                           v8::ConstructorBehavior::kThrow);
}

void HostScripts::RunCallback(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto* const self = static_cast<HostScripts*>(ExternalPointer(info.Data()));
  if (!info[0]->IsString()) return;
  std::string path;
  FromV8String(self->isolate_, info[0].As<v8::String>(), path);
  v8::Local<v8::Value> result;
  if (self->Run(path, info[1]).ToLocal(&result)) info.GetReturnValue().Set(result);
}

void HostScripts::Clear() noexcept {
  compiled_.clear();
  returned_.clear();
  for (v8::Global<v8::Value>* each : {&process_, &primordials_, &require_, &builtins_}) {
    each->Reset();
  }
  context_.Reset();
}

}  // namespace nodehost::detail
