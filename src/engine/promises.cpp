#include "promises.hpp"

#include "catch.hpp"
#include "js_errors.hpp"
#include "node_version.hpp"
#include "realm.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::detail {

void PromiseWaiters::Add(Realm& realm, v8::Local<v8::Value> promise,
                         std::unique_ptr<PromiseWaiter> waiter) {
  v8::Isolate* const isolate = realm.isolate();
  const Catch caught(realm);
  v8::Local<v8::Function> settled;
  if (!v8::Function::New(realm.context(), &Settled, NewExternal(isolate, waiter.get()))
           .ToLocal(&settled)) {
    ThrowCaught(realm, caught);
  }
  v8::Local<v8::Value> arguments[] = {promise, settled};
  if (realm.bridge().Call(Bridge::kSettle, arguments).IsEmpty()) ThrowCaught(realm, caught);
  PromiseWaiter* const added = waiter.release();
  added->next_ = first_;
  added->link_ = &first_;
  if (first_) first_->link_ = &added->next_;
  first_ = added;
}

void PromiseWaiters::Settled(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const auto waiter = Remove(static_cast<PromiseWaiter*>(ExternalPointer(info.Data())));
  const JsThread& thread = *JsThread::Current();
  Realm* const realm = thread.realm();
  if (!realm) {
    waiter->Cancelled(thread.StoppedError());
    return;
  }
  const JobCatch::Hidden hidden(*realm);
  if (info[0]->IsTrue()) {
    waiter->Fulfilled(*realm, info[1]);
  } else {
    waiter->Rejected(*realm, info[1]);
  }
  // JavaScript ended in `waiter`; V8 may have dropped the termination.
  if (!thread.realm()) info.GetIsolate()->TerminateExecution();
}

std::unique_ptr<PromiseWaiter> PromiseWaiters::Remove(PromiseWaiter* waiter) noexcept {
  *waiter->link_ = waiter->next_;
  if (waiter->next_) waiter->next_->link_ = waiter->link_;
  return std::unique_ptr<PromiseWaiter>(waiter);
}

void PromiseWaiters::Cancel(const std::exception_ptr& reason) noexcept {
  while (first_) Remove(first_)->Cancelled(reason);
}

}  // namespace nodehost::detail
