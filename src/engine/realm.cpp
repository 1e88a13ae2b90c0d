#include "realm.hpp"

#include <fmt/format.h>

#include <utility>

#include "bundles.hpp"
#include "catch.hpp"
#include "handle_scope.hpp"
#include "js_errors.hpp"
#include "nodehost/errors.hpp"
#include "task_promises.hpp"
#include "v8_strings.hpp"

namespace nodehost::detail {

namespace {

constexpr const char* kBridgeNames[] = {
    "load",          "promiseOf", "holder",         "callable",  "evaluate",
    "describeError", "makeError", "systemError",    "errnoOf",   "report",
    "drain",         "settle",    "aliveResources", "addModule", "addText"};
static_assert(std::size(kBridgeNames) == static_cast<std::size_t>(Bridge::kCount));

}  // namespace

RealmOwner::RealmOwner(JsThread& thread, v8::Isolate* isolate, v8::Local<v8::Context> context,
                       std::string base_dir, std::shared_ptr<void> allocator)
    : realm_(thread, isolate, context, std::move(base_dir), std::move(allocator)) {
  if (!HandleScope::IsLayoutKnown(isolate)) {
    throw HostError("This libnode is built another way than its headers say.");
  }
  thread.set_realm(&realm_);
}

RealmOwner::~RealmOwner() {
  realm_.thread().set_realm(nullptr);
  realm_.Close();
}

Realm::Realm(JsThread& thread, v8::Isolate* isolate, v8::Local<v8::Context> context,
             std::string base_dir, std::shared_ptr<void> allocator)
    : thread_(thread),
      isolate_(isolate),
      context_(isolate, context),
      base_dir_(std::move(base_dir)),
      allocator_(std::move(allocator)),
      host_scripts_(context),
      references_(std::make_shared<References>(thread.shared_from_this())) {
  InstallTaskHooks();
}

void Realm::ThrowStopped(const JsThread& thread) { std::rethrow_exception(thread.StoppedError()); }

v8::Local<v8::String> Realm::String(std::string_view utf8) { return ToV8String(isolate_, utf8); }

void Realm::SetEnvironmentVariables(
    const std::map<std::string, std::optional<std::string>>& overlay, bool isolate_node_variables,
    bool hide_variables) {
  const v8::HandleScope scope(isolate_);
  const v8::Local<v8::Context> context = this->context();
  const v8::Local<v8::Object> options = v8::Object::New(isolate_);
  const auto set = [&](v8::Local<v8::Object> object, std::string_view name,
                       v8::Local<v8::Value> value) {
    object->CreateDataProperty(context, String(name), value).Check();
  };
  if (!overlay.empty()) {
    const v8::Local<v8::Object> variables = v8::Object::New(isolate_);
    for (const auto& [name, value] : overlay) {
      const v8::Local<v8::Value> text =
          value ? String(*value).As<v8::Value>() : v8::Null(isolate_).As<v8::Value>();
      set(variables, name, text);
    }
    set(options, "env", variables);
  }
  set(options, "isolateNodeVariables", v8::Boolean::New(isolate_, isolate_node_variables));
  set(options, "hideEnv", v8::Boolean::New(isolate_, hide_variables));
  set(options, "baseDir", String(base_dir_));
  environment_options_.Reset(isolate_, options);
  if (isolate_node_variables || hide_variables || !overlay.empty()) {
    RunHostScript("start/environment_variables.js", options);
  }
}

v8::Local<v8::Object> Realm::RunHostScript(std::string_view path, v8::Local<v8::Value> options) {
  const Catch caught(*this);
  v8::Local<v8::Value> result;
  if (!host_scripts_.Run(path, options).ToLocal(&result)) ThrowCaught(*this, caught);
  return result->IsObject() ? result.As<v8::Object>() : v8::Object::New(isolate_);
}

v8::Local<v8::Function> Realm::FunctionOf(v8::Local<v8::Object> returned, const char* name) {
  v8::Local<v8::Value> value;
  if (!returned->Get(context(), String(name)).ToLocal(&value) || !value->IsFunction()) {
    throw HostError(fmt::format("The host's own JavaScript has no function {}.", name));
  }
  return value.As<v8::Function>();
}

void Realm::TakeRequire(v8::Local<v8::Value> require) {
  const Catch caught(*this);
  if (!host_scripts_.TakeRequire(require)) ThrowCaught(*this, caught);
}

v8::Local<v8::Object> Realm::BridgeOptions() {
  const v8::Local<v8::Object> options = environment_options_.Get(isolate_);
  const Catch caught(*this);
  v8::Local<v8::Function> use;
  if (!host_scripts_.RunFunction().ToLocal(&use) ||
      options->CreateDataProperty(context(), String("use"), use).IsNothing()) {
    ThrowCaught(*this, caught);
  }
  return options;
}

void Realm::LoadBridge() {
  const v8::HandleScope scope(isolate_);
  const v8::Local<v8::Object> bridge = RunHostScript("bridge/bridge.js", BridgeOptions());
  loads_bridge_ = false;
  for (std::size_t i = 0; i < bridge_.size(); ++i) {
    bridge_[i].Reset(isolate_, FunctionOf(bridge, kBridgeNames[i]));
  }
  const Catch caught(*this);
  if (FunctionOf(bridge, "defineGlobals")
          ->Call(context(), v8::Undefined(isolate_), 0, nullptr)
          .IsEmpty()) {
    ThrowCaught(*this, caught);
  }
  AddBundles(*this);
}

v8::Local<v8::Function> Realm::BridgeFunction(Bridge function) {
  const auto index = static_cast<std::size_t>(function);
  if (bridge_[index].IsEmpty()) {
    // Describing why the bridge cannot be loaded takes the bridge.
    if (!host_scripts_.has_require() || std::exchange(loads_bridge_, true)) {
      throw HostError("The host's own JavaScript could not be loaded into this environment.");
    }
    // A command's environment: Node runs the main script, and the bridge comes when it is needed.
    LoadBridge();
  }
  return bridge_[index].Get(isolate_);
}

v8::MaybeLocal<v8::Value> Realm::CallBridge(Bridge function,
                                            std::span<v8::Local<v8::Value>> arguments) {
  return BridgeFunction(function)->Call(context(), v8::Undefined(isolate_),
                                        static_cast<int>(arguments.size()), arguments.data());
}

void Realm::RunTicks() {
  const v8::HandleScope scope(isolate_);
  while (thread_.realm()) {
    // Verbose: what a tick throws reaches Node as uncaught at once, or its async stack breaks. The
    // ticks behind it run in the next round.
    v8::TryCatch caught(isolate_);
    caught.SetVerbose(true);
    if (!CallBridge(Bridge::kDrain, {}).IsEmpty() || caught.HasTerminated()) return;
  }
}

std::span<const v8::Eternal<v8::Name>> Realm::KeysOf(const StructInfo& info) {
  if (info.id >= keys_.size()) keys_.resize(info.id + 1);
  std::vector<v8::Eternal<v8::Name>>& keys = keys_[info.id];
  if (keys.size() != info.fields.size()) {
    for (const FieldInfo& field : info.fields) {
      keys.emplace_back(isolate_, ToV8Key(isolate_, field.name));
    }
  }
  return keys;
}

void Realm::Close() {
  waiters_.Cancel(thread_.StoppedError());
  natives_.Clear();
  abort_signals_.Clear();
  events_.Clear();
  classes_.Clear();
  references_->Close();
  for (auto& function : bridge_) function.Reset();
  environment_options_.Reset();
  host_scripts_.Clear();
  names_.Clear();
  operations_.Clear();
  streams_.Clear();
  shapes_.Clear();
  readers_.Clear();
  number_arrays_.Clear();
  context_.Reset();
}

}  // namespace nodehost::detail
