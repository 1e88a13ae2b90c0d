#include "task_promises.hpp"

#include <memory>
#include <utility>

#include "activity.hpp"
#include "callbacks.hpp"
#include "catch.hpp"
#include "convert/conversion.hpp"
#include "encode_decode.hpp"
#include "entry.hpp"
#include "js_errors.hpp"
#include "nodehost/await_value.hpp"
#include "nodehost/detail/invoke_later.hpp"
#include "nodehost/detail/job.hpp"
#include "promises.hpp"
#include "realm.hpp"
#include "thread/js_thread.hpp"
#include "thread/task_hooks.hpp"

namespace nodehost::detail {

namespace {

void Fulfil(Realm& realm, const TypeInfo& type, TaskStateBase& state,
            v8::Local<v8::Value> value) noexcept {
  auto fill = [&](void* result, void*) {
    Decode(realm, value, *type.element, result, "result", v8::Undefined(realm.isolate()));
    return true;
  };
  try {
    OpsOf<TaskOps>(type).fulfil(state, FillerOf(fill));
  } catch (...) {
    state.Fail(std::current_exception());
  }
}

// A promise that settles a Task.
class SettlesTask final : public PromiseWaiter {
 public:
  SettlesTask(const TypeInfo& type, std::shared_ptr<TaskStateBase> state)
      : type_(type), state_(std::move(state)) {}

  void Fulfilled(Realm& realm, v8::Local<v8::Value> value) noexcept override {
    Fulfil(realm, type_, *state_, value);
  }
  void Rejected(Realm& realm, v8::Local<v8::Value> reason) noexcept override {
    try {
      state_->Fail(ToException(realm, reason));
    } catch (...) {
      state_->Fail(std::current_exception());
    }
  }
  void Cancelled(const std::exception_ptr& reason) noexcept override { state_->Fail(reason); }

 private:
  const TypeInfo& type_;
  const std::shared_ptr<TaskStateBase> state_;
};

// A promise that resumes a coroutine.
class ResumesCoroutine final : public PromiseWaiter {
 public:
  ResumesCoroutine(std::shared_ptr<Resumption> resumption, Ref* value)
      : resumption_(std::move(resumption)), value_(value) {}

  void Fulfilled(Realm& realm, v8::Local<v8::Value> value) noexcept override {
    try {
      if (value_) *value_ = realm.references().Make(realm.isolate(), value);
    } catch (...) {
      resumption_->Resume(std::current_exception());
    }
    resumption_->Resume();
  }
  void Rejected(Realm& realm, v8::Local<v8::Value> reason) noexcept override {
    try {
      resumption_->Resume(ToException(realm, reason));
    } catch (...) {
      resumption_->Resume(std::current_exception());
    }
  }
  void Cancelled(const std::exception_ptr& reason) noexcept override {
    resumption_->Resume(reason);
  }

 private:
  const std::shared_ptr<Resumption> resumption_;
  Ref* const value_;  // in what the resumption is
};

// Calls `function(realm)` on the JS thread, whose loop goes on until then: at once if that is the
// caller's and JavaScript may be entered, else as a job, such as when a job is being stopped at its
// timeout. Not at all once the environment takes no more: its promises are cancelled at its end.
template <class F>
class RealmJob final : public CallbackJob {
 public:
  explicit RealmJob(F function) : function_(std::move(function)) {}
  void Run(Js& js) noexcept override { Call(js.thread(), function_); }
  void Cancel(const std::exception_ptr&) noexcept override {}

  static void Call(JsThread& thread, F& function) noexcept {
    thread.HoldLoop(-1);
    Realm* const realm = thread.realm();
    if (!realm) return;
    const v8::HandleScope scope(realm->isolate());
    const Catch caught(*realm);
    function(*realm);
  }

 private:
  F function_;
};

template <class F>
void InRealm(const std::shared_ptr<JsThread>& thread, F function) {
  if (thread->IsCurrent() && thread->access().MayEnter()) {
    RealmJob<F>::Call(*thread, function);
  } else {
    thread->Enqueue(std::make_unique<RealmJob<F>>(std::move(function)), /*must_accept=*/false);
  }
}

v8::Local<v8::Promise::Resolver> NewResolver(Realm& realm, const Catch& caught) {
  v8::Local<v8::Promise::Resolver> resolver;
  if (!v8::Promise::Resolver::New(realm.context()).ToLocal(&resolver)) ThrowCaught(realm, caught);
  return resolver;
}

v8::Local<v8::Promise::Resolver> ResolverIn(Realm& realm, const Ref& kept) {
  return kept.get()->Get(realm.isolate()).As<v8::Promise::Resolver>();
}

// Settles the promise as the Task is settled. That fails once JavaScript is being ended, which is
// ignored.
void SettlePromise(Realm& realm, v8::Local<v8::Promise::Resolver> promise, const TypeInfo& type,
                   TaskStateBase& state) noexcept {
  try {
    v8::Local<v8::Value> value;
    try {
      if (const std::exception_ptr error = state.error()) std::rethrow_exception(error);
      auto visit = [&](const void* result, const void*) {
        value = Encode(realm, *type.element, result);
      };
      OpsOf<TaskOps>(type).visit(state, VisitorOf(visit));
      static_cast<void>(promise->Resolve(realm.context(), value).FromMaybe(false));
    } catch (...) {
      static_cast<void>(promise->Reject(realm.context(), ToJsError(realm, std::current_exception()))
                            .FromMaybe(false));
    }
  } catch (...) {
    // No Error could be made: the environment is ending.
  }
}

// Resumes in the reaction of a promise, which gives the coroutine a callback scope and the async
// context of the promise.
void ResumeInReaction(JsThread& thread, const std::shared_ptr<TaskStateBase>& state,
                      const std::shared_ptr<Resumption>& resumption) {
  Realm& realm = Realm::Of(thread);
  const v8::HandleScope scope(realm.isolate());
  const auto resolver = [&] {
    const Catch caught(realm);
    return NewResolver(realm, caught);
  }();
  const Ref kept = realm.references().Make(realm.isolate(), resolver);
  realm.waiters().Add(realm, resolver->GetPromise(),
                      std::make_unique<ResumesCoroutine>(resumption, nullptr));
  state->OnSettled([kept, thread = thread.shared_from_this()] {
    InRealm(thread, [kept](Realm& there) {
      static_cast<void>(ResolverIn(there, kept)
                            ->Resolve(there.context(), v8::Undefined(there.isolate()))
                            .FromMaybe(false));
    });
  });
  thread.HoldLoop(1);
}

class ReportJob final : public Job {
 public:
  explicit ReportJob(std::exception_ptr error) : error_(std::move(error)) {}
  void Run(Js& js) noexcept override { ReportUncaught(js, error_); }
  void Cancel(const std::exception_ptr&) noexcept override {}

 private:
  const std::exception_ptr error_;
};

bool ReportInEnvironment(JsThread& thread, const std::exception_ptr& error) {
  auto job = std::make_unique<ReportJob>(error);
  if (!thread.queue().Push(*job)) return false;
  static_cast<void>(job.release());  // the queue's now
  return true;
}

class InvokeJob final : public Job {
 public:
  InvokeJob(Ref function, Ref receiver, std::unique_ptr<KeptCall> call)
      : function_(std::move(function)), receiver_(std::move(receiver)), call_(std::move(call)) {}

  void Run(Js&) noexcept override {
    InvokeLaterHere(function_, receiver_, *call_->signature, call_->arguments, call_->task,
                    call_->state);
  }
  void Cancel(const std::exception_ptr& reason) noexcept override { call_->state->Fail(reason); }

 private:
  const Ref function_;
  const Ref receiver_;
  const std::unique_ptr<KeptCall> call_;
};

}  // namespace

void SettleWith(Realm& realm, v8::Local<v8::Value> value, const TypeInfo& type, void* task) {
  auto state = OpsOf<TaskOps>(type).start(task);
  v8::Local<v8::Value> fulfilled;
  if (IsFulfilled(value, fulfilled)) {
    Fulfil(realm, type, *state, fulfilled);
  } else {
    realm.waiters().Add(realm, value, std::make_unique<SettlesTask>(type, std::move(state)));
  }
}

v8::Local<v8::Value> PromiseOf(Realm& realm, const TypeInfo& type, const void* task) {
  const auto state = OpsOf<TaskOps>(type).state(task);
  if (!state) ThrowEmptyTask();
  const Catch caught(realm);
  const auto resolver = NewResolver(realm, caught);
  if (state->settled()) {
    SettlePromise(realm, resolver, type, *state);
    return resolver->GetPromise();
  }
  const Ref kept = realm.references().Make(realm.isolate(), resolver);
  state->OnSettled([kept, &type, state = state.get(), thread = realm.thread().shared_from_this()] {
    // The job may run later than the Task lives.
    InRealm(thread, [kept, &type, held = state->shared_from_this()](Realm& there) {
      SettlePromise(there, ResolverIn(there, kept), type, *held);
    });
  });
  realm.thread().HoldLoop(1);
  return resolver->GetPromise();
}

void InstallTaskHooks() noexcept {
  static constexpr TaskHooks kHooks{&ResumeInReaction, &ReportInEnvironment};
  SetTaskHooks(kHooks);
}

Ref FulfilledWith(const Ref& promise) {
  const Entry entry(promise);
  // A coroutine that never has to wait runs no JavaScript in which it could be stopped.
  if (JsThread& thread = entry.realm().thread(); thread.access().NeedsCheck()) {
    const Catch catching(entry.realm());
    ServeInterrupts(thread, entry.isolate());
    const v8::TryCatch& caught = catching;
    if (caught.HasCaught() || !thread.access().MayEnter()) ThrowCaught(entry.realm(), caught);
  }
  v8::Local<v8::Value> value;
  return IsFulfilled(entry.value(), value) ? entry.Make(value) : Ref();
}

void ResumeAfter(const Ref& promise, const std::shared_ptr<AwaitedValue>& awaited) {
  const Entry entry(promise);
  entry.realm().waiters().Add(entry.realm(), entry.value(),
                              std::make_unique<ResumesCoroutine>(awaited, &awaited->value));
}

bool IsHere(const Ref& function) noexcept { return function.get()->thread->IsCurrent(); }

void InvokeLaterHere(const Ref& function, const Ref& receiver, const Signature& signature,
                     const void* const* arguments, void* task,
                     const std::shared_ptr<TaskStateBase>& state) {
  try {
    Invoke(function, receiver, signature, arguments, task);
  } catch (...) {
    state->Fail(std::current_exception());
  }
}

void InvokeLater(const Ref& function, const Ref& receiver, std::unique_ptr<KeptCall> call) {
  JsThread& thread = *function.get()->thread;
  const auto state = call->state;
  state->set_origin(thread.shared_from_this());
  thread.Enqueue(std::make_unique<InvokeJob>(function, receiver, std::move(call)),
                 /*must_accept=*/false);
}

}  // namespace nodehost::detail
