#include "event_functions.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "each_argument.hpp"
#include "encode_decode.hpp"
#include "entry.hpp"
#include "js_errors.hpp"
#include "native_call.hpp"
#include "nodehost/convert/errors.hpp"
#include "nodehost/detail/event_info.hpp"
#include "nodehost/detail/job.hpp"
#include "nodehost/errors.hpp"
#include "realm.hpp"
#include "task_promises.hpp"
#include "thread/js_thread.hpp"
#include "thread/run_on.hpp"

namespace nodehost::detail {

namespace {

JsThread& ThreadOf(const Ref& ref) { return *ref.get()->thread; }

// Emits in the environment of `object`, on its thread.
void EmitHere(const Ref& object, const EmittedEventBase& event) {
  const Entry entry(object);
  Realm& realm = entry.realm();
  std::vector<v8::Local<v8::Value>> list{realm.String(event.name)};
  ForEachArgument(*event.signature, event.arguments, [&](const TypeInfo& type, const void* value) {
    list.push_back(Encode(realm, type, value));
  });
  const auto array = v8::Array::New(realm.isolate(), list.data(), list.size());
  realm.events().Call(realm, EventFunctions::kEmit, {entry.value(), array});
}

class EmitJob final : public CallbackJob {
 public:
  EmitJob(Ref object, std::shared_ptr<const EmittedEventBase> event)
      : object_(std::move(object)), event_(std::move(event)) {}
  void Run(Js& js) noexcept override {
    try {
      EmitHere(object_, *event_);
    } catch (...) {
      ReportUncaught(js, std::current_exception());
    }
  }
  void Cancel(const std::exception_ptr&) noexcept override {}

 private:
  const Ref object_;
  const std::shared_ptr<const EmittedEventBase> event_;
};

class UnsubscribeJob final : public CallbackJob {
 public:
  explicit UnsubscribeJob(Ref stop) : stop_(std::move(stop)) {}
  void Run(Js& js) noexcept override {
    try {
      InvokeValue(stop_, SignatureOf<void>::kValue, nullptr, nullptr);
    } catch (const EnvironmentStopped&) {
      // The listener's environment has ended.
    } catch (...) {
      ReportUncaught(js, std::current_exception());
    }
  }
  void Cancel(const std::exception_ptr&) noexcept override {}

 private:
  const Ref stop_;
};

class AwaitJob final : public CallbackJob {
 public:
  AwaitJob(Ref source, std::string name, std::size_t count, const TypeInfo& type,
           std::shared_ptr<void> task, std::shared_ptr<TaskStateBase> state)
      : source_(std::move(source)),
        name_(std::move(name)),
        count_(count),
        type_(type),
        task_(std::move(task)),
        state_(std::move(state)) {}

  void Run(Js&) noexcept override {
    try {
      const Entry entry(source_);
      Realm& realm = entry.realm();
      const v8::Local<v8::Value> promise = realm.events().Call(
          realm, EventFunctions::kOnce,
          {entry.value(), realm.String(name_),
           v8::Integer::NewFromUnsigned(realm.isolate(), static_cast<std::uint32_t>(count_))});
      SettleWith(realm, promise, type_, task_.get());
    } catch (...) {
      state_->Fail(std::current_exception());
    }
  }
  void Cancel(const std::exception_ptr& reason) noexcept override { state_->Fail(reason); }

 private:
  const Ref source_;
  const std::string name_;
  const std::size_t count_;
  const TypeInfo& type_;
  const std::shared_ptr<void> task_;
  const std::shared_ptr<TaskStateBase> state_;
};

}  // namespace

void EmitterState::Emit(const std::shared_ptr<const EmittedEventBase>& event) const {
  std::vector<Ref> objects;
  {
    const std::lock_guard lock(mutex_);
    objects = objects_;
  }
  // Other environments first: a listener of this one may throw. While a job is being stopped its
  // listeners are called when that is over.
  const Ref* here = nullptr;
  for (const Ref& object : objects) {
    if (ThreadOf(object).IsCurrent() && ThreadOf(object).access().MayEnter()) {
      here = &object;
    } else {
      ThreadOf(object).Enqueue(std::make_unique<EmitJob>(object, event), /*must_accept=*/false);
    }
  }
  if (here) EmitHere(*here, *event);
}

Ref EmitterState::In(const JsThread* thread) const {
  const std::lock_guard lock(mutex_);
  for (const Ref& object : objects_) {
    if (object.get()->thread == thread) return object;
  }
  return {};
}

void EmitterState::Add(Ref object) {
  const std::lock_guard lock(mutex_);
  objects_.push_back(std::move(object));
}

Ref EmitterState::One() const {
  const std::lock_guard lock(mutex_);
  if (objects_.size() == 1) return objects_.front();
  throw HostError(
      "Events of an EventEmitter of C++'s were to be listened to. That is for one that JavaScript "
      "has made, or that one environment has got; C++ that emits can call C++ itself.");
}

void ThrowNoSource() {
  throw HostError(
      "Events of nothing were to be listened to: the Value is undefined, or the interface was "
      "never imported.");
}

void Listener::Serve(NativeCall& call) {
  if (listening_.load(std::memory_order_acquire)) Deliver(call);
}

bool Listener::Read(NativeCall& call, const Signature& signature, void* const* values) {
  try {
    ReadArguments(call, signature, values);
    return true;
  } catch (const JsError& error) {
    call.Return(kTypeInfo<JsError>, std::addressof(error));
    return false;
  }
}

void Subscribe(const Ref& source, std::string_view name,
               const std::shared_ptr<Listener>& listener) {
  listener->event_ = fmt::format("event '{}'", name);
  JsThread& thread = ThreadOf(source);
  auto here = [&](Js&) {
    const Entry entry(source);
    Realm& realm = entry.realm();
    const v8::Local<v8::Value> function =
        realm.natives().FunctionOf(realm, listener, {.name = listener->event_});
    listener->stop_ = entry.Make(realm.events().Call(
        realm, EventFunctions::kSubscribe, {entry.value(), realm.String(name), function}));
  };
  if (thread.IsCurrent()) {
    here(thread.js());
  } else {
    RunOn(thread, here);
  }
}

void Unsubscribe(const std::shared_ptr<Listener>& listener) noexcept {
  listener->listening_.store(false, std::memory_order_release);
  if (!listener->stop_) return;
  JsThread& thread = ThreadOf(listener->stop_);
  try {
    auto job = std::make_unique<UnsubscribeJob>(listener->stop_);
    if (thread.IsCurrent() && thread.access().MayEnter()) {
      job->Run(thread.js());
    } else {
      thread.Enqueue(std::move(job), /*must_accept=*/false);
    }
  } catch (const std::exception&) {
    // There is no memory for the job: the listener stays registered, and is not called any more.
  }
}

void AwaitEvent(const Ref& source, std::string_view name, std::size_t count, const TypeInfo& type,
                std::shared_ptr<void> task, std::shared_ptr<TaskStateBase> state) {
  JsThread& thread = ThreadOf(source);
  state->set_origin(thread.shared_from_this());
  auto job = std::make_unique<AwaitJob>(source, std::string(name), count, type, std::move(task),
                                        std::move(state));
  if (thread.IsCurrent()) {
    job->Run(thread.js());
  } else {
    thread.Enqueue(std::move(job), /*must_accept=*/false);
  }
}

}  // namespace nodehost::detail
