// Modules and scripts: the bridge's load and evaluate, and waiting for a module that needs it.
#include <fmt/format.h>
#include <v8.h>

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "catch.hpp"
#include "convert/conversion.hpp"
#include "encode_decode.hpp"
#include "js_errors.hpp"
#include "nodehost/detail/engine.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/js.hpp"
#include "promises.hpp"
#include "realm.hpp"
#include "thread/run_on.hpp"

namespace nodehost {

namespace detail {

namespace {

// What a module gives under a name, and the object it was found on, which is `this` for a method.
struct Export {
  v8::Local<v8::Value> value;
  v8::Local<v8::Value> holder;
};

Export FindExport(Realm& realm, v8::Local<v8::Value> module, std::string_view name,
                  const TypeInfo& type) {
  const v8::Local<v8::Value> undefined = v8::Undefined(realm.isolate());
  v8::Local<v8::Value> arguments[] = {module, undefined};
  if (name.empty()) {
    // A package that is a function may have it as its default export.
    if (!type.conversion->callable) return {module, undefined};
    return {CallBridge(realm, Bridge::kCallable, {arguments, 1}), undefined};
  }
  // What `import x from` gives of a module that is no ES module: module.exports, of any type, also
  // where that has a `default` of its own.
  if (name == "default" && !module->IsModuleNamespaceObject()) return {module, undefined};
  arguments[1] = realm.String(name);
  const v8::Local<v8::Value> holder = CallBridge(realm, Bridge::kHolder, arguments);
  if (!holder->IsObject()) return {undefined, undefined};
  const Catch caught(realm);
  v8::Local<v8::Value> value;
  if (!holder.As<v8::Object>()->Get(realm.context(), arguments[1]).ToLocal(&value)) {
    ThrowCaught(realm, caught);
  }
  return {value, holder};
}

// How an error calls what was imported: `marked`, or `fs.readFile`.
std::string RootName(std::string_view module, std::string_view name) {
  return name.empty() ? std::string(module) : fmt::format("{}.{}", module, name);
}

void ConvertExport(Realm& realm, v8::Local<v8::Value> module_value, std::string_view module,
                   std::string_view name, const TypeInfo& type, void* result) {
  const Export found = FindExport(realm, module_value, name, type);
  Decode(realm, found.value, type, result, RootName(module, name), found.holder);
}

// For js.Import: the loop is run inside the current job until the promise is settled.
class NestedWaiter final : public PromiseWaiter {
 public:
  struct State {
    bool settled = false;
    v8::Global<v8::Value> value;
    std::exception_ptr error;
  };
  explicit NestedWaiter(std::shared_ptr<State> state) : state_(std::move(state)) {}

  void Fulfilled(Realm& realm, v8::Local<v8::Value> value) noexcept override {
    state_->value.Reset(realm.isolate(), value);
    state_->settled = true;
  }
  void Rejected(Realm& realm, v8::Local<v8::Value> reason) noexcept override {
    Cancelled(ToException(realm, reason));
  }
  void Cancelled(const std::exception_ptr& reason) noexcept override {
    state_->error = reason;
    state_->settled = true;
  }

 private:
  const std::shared_ptr<State> state_;
};

v8::Local<v8::Value> WaitFor(Realm& realm, v8::Local<v8::Value> promise, std::string_view module) {
  if (v8::MicrotasksScope::IsRunningMicrotasks(realm.isolate())) {
    throw JsError(JsErrorData{
        .name = "Error",
        .message = fmt::format(
            "Module '{}' has a top-level await, and cannot be waited for inside a promise "
            "callback, where no other promise goes on. Import it from a job or a timer instead.",
            module),
        .code = "ERR_REQUIRE_ASYNC_MODULE"});
  }
  const auto state = std::make_shared<NestedWaiter::State>();
  realm.waiters().Add(realm, promise, std::make_unique<NestedWaiter>(state));
  const bool settled = realm.thread().SpinUntil(
      [](void* data) { return static_cast<NestedWaiter::State*>(data)->settled; }, state.get(),
      JsThread::OtherJobs::kWait);
  if (!settled) {
    throw JsError(JsErrorData{.name = "Error",
                              .message = fmt::format("Module '{}' has a top-level await that "
                                                     "nothing is left to settle",
                                                     module),
                              .code = "ERR_UNSETTLED_TOP_LEVEL_AWAIT"});
  }
  if (state->error) std::rethrow_exception(state->error);
  return state->value.Get(realm.isolate());
}

// A module's value, or what it has to be waited for with. A module may be a promise or have a
// `then`: its value must pass through no promise, which would adopt it.
struct Loaded {
  v8::Local<v8::Value> value;
  bool is_pending;
};

Loaded Load(Realm& realm, std::string_view module) {
  v8::Local<v8::Value> specifier = realm.String(module);
  v8::Local<v8::Value> loaded = CallBridge(realm, Bridge::kLoad, {&specifier, 1});
  const v8::Local<v8::Value> promise = CallBridge(realm, Bridge::kPromiseOf, {&loaded, 1});
  return promise->IsPromise() ? Loaded{promise, true} : Loaded{loaded, false};
}

// What a promise of js/bridge/load.js is fulfilled with.
v8::Local<v8::Value> NamespaceIn(Realm& realm, v8::Local<v8::Value> fulfilled) {
  const Catch caught(realm);
  v8::Local<v8::Value> found;
  if (!fulfilled.As<v8::Object>()
           ->Get(realm.context(), realm.String("namespace"))
           .ToLocal(&found)) {
    ThrowCaught(realm, caught);
  }
  return found;
}

v8::Local<v8::Value> ImportHere(Realm& realm, std::string_view module) {
  const Loaded loaded = Load(realm, module);
  if (!loaded.is_pending) return loaded.value;
  return NamespaceIn(realm, WaitFor(realm, loaded.value, module));
}

// For Environment::Import from another thread, which blocks on `done`; the JS thread does not.
class ImportWaiter final : public PromiseWaiter {
 public:
  ImportWaiter(std::string_view module, std::string_view name, const TypeInfo& type, void* result)
      : module_(module), name_(name), type_(type), result_(result) {}

  std::future<void> GetFuture() { return done_.get_future(); }

  void Fulfilled(Realm& realm, v8::Local<v8::Value> value) noexcept override {
    try {
      ConvertExport(realm, NamespaceIn(realm, value), module_, name_, type_, result_);
      done_.set_value();
    } catch (...) {
      done_.set_exception(std::current_exception());
    }
  }
  void Rejected(Realm& realm, v8::Local<v8::Value> reason) noexcept override {
    done_.set_exception(ToException(realm, reason));
  }
  void Cancelled(const std::exception_ptr& reason) noexcept override {
    done_.set_exception(reason);
  }

 private:
  const std::string_view module_;
  const std::string_view name_;
  const TypeInfo& type_;
  void* const result_;
  std::promise<void> done_;
};

}  // namespace

void ImportInto(JsThread& thread, std::string_view module, std::string_view name,
                const TypeInfo& type, void* result) {
  if (thread.IsCurrent()) {
    Realm& realm = Realm::Of(thread);
    const v8::HandleScope scope(realm.isolate());
    ConvertExport(realm, ImportHere(realm, module), module, name, type, result);
    return;
  }
  if (thread.IsOwnedHere()) {  // Nobody else would run the loop until the module is there.
    RunOn(thread, [&](Js&) { ImportInto(thread, module, name, type, result); });
    return;
  }
  std::future<void> done;
  const JsThread::WaitGuard guard(thread);
  RunOn(thread, [&](Js&) {
    Realm& realm = Realm::Of(thread);
    const v8::HandleScope scope(realm.isolate());
    const Loaded loaded = Load(realm, module);
    if (!loaded.is_pending) {
      ConvertExport(realm, loaded.value, module, name, type, result);
      return;
    }
    auto waiter = std::make_unique<ImportWaiter>(module, name, type, result);
    done = waiter->GetFuture();
    realm.waiters().Add(realm, loaded.value, std::move(waiter));
  });
  if (done.valid()) done.get();
}

}  // namespace detail

Value Js::Global() {
  detail::Realm& realm = detail::Realm::Of(thread_);
  const v8::HandleScope scope(realm.isolate());
  return Value(realm.references().Make(realm.isolate(), realm.context()->Global()));
}

Value Js::Import(std::string_view module, std::string_view name) {
  detail::Realm& realm = detail::Realm::Of(thread_);
  const v8::HandleScope scope(realm.isolate());
  Value result;
  detail::ConvertExport(realm, detail::ImportHere(realm, module), module, name,
                        detail::kTypeInfo<Value>, &result);
  return result;
}

Value Js::Eval(std::string_view code, std::string_view filename) {
  detail::Realm& realm = detail::Realm::Of(thread_);
  const v8::HandleScope scope(realm.isolate());
  v8::Local<v8::Value> arguments[] = {realm.String(code), realm.String(filename)};
  return Value(realm.references().Make(
      realm.isolate(), detail::CallBridge(realm, detail::Bridge::kEvaluate, arguments)));
}

}  // namespace nodehost
