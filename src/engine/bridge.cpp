#include "bridge.hpp"

#include <iterator>
#include <utility>

#include "bundles.hpp"
#include "catch.hpp"
#include "handle_scope.hpp"
#include "host_functions.hpp"
#include "js_errors.hpp"
#include "node_version.hpp"
#include "nodehost/errors.hpp"
#include "realm.hpp"

namespace nodehost::detail {

namespace {

constexpr const char* kNames[] = {"load",           "promiseOf",     "holder",    "callable",
                                  "evaluate",       "describeError", "makeError", "systemError",
                                  "errnoOf",        "report",        "drain",     "settle",
                                  "aliveResources", "addModule",     "addText"};
static_assert(std::size(kNames) == static_cast<std::size_t>(Bridge::kCount));

}  // namespace

void BridgeFunctions::SetOptions(v8::Local<v8::Object> options) {
  options_.Reset(realm_.isolate(), options);
}

v8::Local<v8::Object> BridgeFunctions::OptionsWithUse() {
  const v8::Local<v8::Object> options = options_.Get(realm_.isolate());
  const Catch caught(realm_);
  v8::Local<v8::Function> use;
  if (!realm_.host_scripts().RunFunction().ToLocal(&use) ||
      options->CreateDataProperty(realm_.context(), realm_.String("use"), use).IsNothing()) {
    ThrowCaught(realm_, caught);
  }
  return options;
}

void BridgeFunctions::Load() {
  v8::Isolate* const isolate = realm_.isolate();
  const v8::HandleScope scope(isolate);
  const v8::Local<v8::Object> bridge = RunHostScript(realm_, "bridge/bridge.js", OptionsWithUse());
  loads_ = false;
  for (std::size_t i = 0; i < functions_.size(); ++i) {
    functions_[i].Reset(isolate, HostFunctionOf(realm_, bridge, kNames[i]));
  }
  const Catch caught(realm_);
  if (HostFunctionOf(realm_, bridge, "defineGlobals")
          ->Call(realm_.context(), v8::Undefined(isolate), 0, nullptr)
          .IsEmpty()) {
    ThrowCaught(realm_, caught);
  }
  AddBundles(realm_);
}

v8::Local<v8::Function> BridgeFunctions::Find(Bridge function) {
  const v8::Global<v8::Function>& found = functions_[static_cast<std::size_t>(function)];
  if (found.IsEmpty()) {
    // Describing why the bridge cannot be loaded takes the bridge.
    if (!realm_.host_scripts().has_require() || std::exchange(loads_, true)) {
      throw HostError("The host's own JavaScript could not be loaded into this environment.");
    }
    // A command's environment: Node runs the main script, and the bridge comes when it is needed.
    Load();
  }
  return found.Get(realm_.isolate());
}

v8::MaybeLocal<v8::Value> BridgeFunctions::Call(Bridge function,
                                                std::span<v8::Local<v8::Value>> arguments) {
  return Find(function)->Call(realm_.context(), v8::Undefined(realm_.isolate()),
                              static_cast<int>(arguments.size()), arguments.data());
}

void BridgeFunctions::RunTicks() {
  v8::Isolate* const isolate = realm_.isolate();
  const v8::HandleScope scope(isolate);
  AsyncContextFrame frame(isolate);
  while (realm_.thread().realm()) {
    // Verbose: what a tick throws reaches Node as uncaught at once, or its async stack breaks. The
    // ticks behind it run in the next round.
    v8::TryCatch caught(isolate);
    caught.SetVerbose(true);
    if (!Call(Bridge::kDrain, {}).IsEmpty() || caught.HasTerminated()) return;
    frame.Restore();  // a tick that throws leaves its own
  }
}

void BridgeFunctions::Clear() noexcept {
  for (auto& function : functions_) function.Reset();
  options_.Reset();
}

}  // namespace nodehost::detail
