#include "code_caches.hpp"

#include <fmt/format.h>
#include <v8.h>

#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "catch.hpp"
#include "embedded_js.hpp"
#include "host_functions.hpp"
#include "js_errors.hpp"
#include "node_version.hpp"
#include "realm.hpp"
#include "v8_strings.hpp"

namespace nodehost::detail {

namespace {

const CodeCaches* in_use = nullptr;

// What Node's BuiltinLoader gives the function that a built-in module is the body of (20 to 26).
std::span<const char* const> ParametersOf(std::string_view name) {
  static constexpr const char* kRealm[] = {"process", "getLinkedBinding", "getInternalBinding",
                                           "primordials"};
  static constexpr const char* kContext[] = {"exports", "primordials", "privateSymbols",
                                             "perIsolateSymbols"};
  static constexpr const char* kMain[] = {"process", "require", "internalBinding", "primordials"};
  static constexpr const char* kModule[] = {"exports", "require",         "module",
                                            "process", "internalBinding", "primordials"};
  if (name == "internal/bootstrap/realm") return kRealm;
  if (name.starts_with("internal/per_context/")) return kContext;
  if (name.starts_with("internal/main/") || name.starts_with("internal/bootstrap/")) return kMain;
  return kModule;
}

constexpr const char* kParametersOfHostScripts[] = {"primordials", "process", "require", "options"};

// The code cache of a function with that body; empty where the text does not compile as one: some
// of Node's built-ins are modules for another program.
std::string CacheOfFunction(v8::Local<v8::Context> context, const std::string& name,
                            v8::Local<v8::String> text, std::span<const char* const> parameters,
                            v8::ScriptCompiler::CompileOptions options) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  std::vector<v8::Local<v8::String>> names;
  for (const char* each : parameters) names.push_back(ToV8String(isolate, each));
  v8::ScriptCompiler::Source source(text, OriginOf(isolate, ToV8String(isolate, name)));
  const v8::TryCatch caught(isolate);
  v8::Local<v8::Function> function;
  if (!v8::ScriptCompiler::CompileFunction(context, &source, names.size(), names.data(), 0, nullptr,
                                           options)
           .ToLocal(&function)) {
    return {};
  }
  const std::unique_ptr<v8::ScriptCompiler::CachedData> data(
      v8::ScriptCompiler::CreateCodeCacheForFunction(function));
  if (!data) return {};
  return {reinterpret_cast<const char*>(data->data), static_cast<std::size_t>(data->length)};
}

}  // namespace

std::string HostScriptsIdentity() {
  return fmt::format("V8 {}, {}", v8::V8::GetVersion(), js::EmbeddedHash());
}

void UseCodeCaches(const CodeCaches* caches) noexcept { in_use = caches; }

std::string_view CodeCacheOf(std::string_view path) noexcept {
  if (!in_use) return {};
  const auto found = in_use->find(path);
  return found == in_use->end() ? std::string_view() : found->second;
}

std::vector<MadeCodeCache> MakeHostCodeCaches(JsThread& thread) {
  Realm& realm = Realm::Of(thread);
  const v8::HandleScope scope(realm.isolate());
  std::vector<MadeCodeCache> made;
  for (const js::EmbeddedSource& each : js::EmbeddedSources()) {
    const std::string name(each.name);
    // With all of its functions: most of them run at a start.
    std::string cache = CacheOfFunction(
        realm.context(), fmt::format("nodehost:{}", name), ToV8String(realm.isolate(), each.source),
        kParametersOfHostScripts, v8::ScriptCompiler::kEagerCompile);
    if (!cache.empty()) made.push_back({name, std::move(cache)});
  }
  return made;
}

std::vector<MadeCodeCache> MakeBuiltinCodeCaches(JsThread& thread) {
  Realm& realm = Realm::Of(thread);
  v8::Isolate* const isolate = realm.isolate();
  const v8::HandleScope scope(isolate);
  const v8::Local<v8::Object> sources =
      RunHostScript(realm, "start/builtin_sources.js", v8::Undefined(isolate));
  const Catch caught(realm);
  v8::Local<v8::Array> names;
  if (!sources->GetOwnPropertyNames(realm.context()).ToLocal(&names)) ThrowCaught(realm, caught);
  std::vector<MadeCodeCache> made;
  for (std::uint32_t i = 0; i < names->Length(); ++i) {
    const v8::HandleScope scope_of_one(isolate);
    v8::Local<v8::Value> key;
    v8::Local<v8::Value> text;
    if (!names->Get(realm.context(), i).ToLocal(&key) ||
        !sources->Get(realm.context(), key).ToLocal(&text) || !text->IsString()) {
      continue;
    }
    std::string name;
    FromV8String(isolate, key.As<v8::String>(), name);
    std::string cache =
        CacheOfFunction(realm.context(), fmt::format("node:{}", name), text.As<v8::String>(),
                        ParametersOf(name), v8::ScriptCompiler::kNoCompileOptions);
    if (!cache.empty()) made.push_back({std::move(name), std::move(cache)});
  }
  return made;
}

}  // namespace nodehost::detail
