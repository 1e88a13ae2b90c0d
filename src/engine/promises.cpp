#include "promises.hpp"

#include <span>

#include "catch.hpp"
#include "js_errors.hpp"
#include "node_version.hpp"
#include "realm.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::detail {

// Two closures of JavaScript's take a twentieth of the time of a function made by V8's API: there
// is one of those for each environment, and the closures tell it which waiter they belong to.
void PromiseWaiters::Add(Realm& realm, v8::Local<v8::Value> promise,
                         std::unique_ptr<PromiseWaiter> waiter) {
  v8::Isolate* const isolate = realm.isolate();
  const Catch caught(realm);
  v8::Local<v8::Value> arguments[] = {promise, NewExternal(isolate, waiter.get()),
                                      v8::Undefined(isolate)};
  v8::Local<v8::Value> added_it;
  if (!realm.bridge().Call(Bridge::kSettle, std::span(arguments, 2)).ToLocal(&added_it)) {
    ThrowCaught(realm, caught);
  }
  if (added_it->IsFalse()) {
    v8::Local<v8::Function> settled;
    if (!v8::Function::New(realm.context(), &Settled).ToLocal(&settled)) {
      ThrowCaught(realm, caught);
    }
    arguments[2] = settled;
    if (realm.bridge().Call(Bridge::kSettle, arguments).IsEmpty()) ThrowCaught(realm, caught);
  }
  PromiseWaiter* const added = waiter.release();
  added->next_ = first_;
  added->link_ = &first_;
  if (first_) first_->link_ = &added->next_;
  first_ = added;
}

void PromiseWaiters::Settled(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const auto waiter = Remove(static_cast<PromiseWaiter*>(ExternalPointer(info[0])));
  const JsThread& thread = *JsThread::Current();
  Realm* const realm = thread.realm();
  if (!realm) {
    waiter->Cancelled(thread.StoppedError());
    return;
  }
  const JobCatch::Hidden hidden(*realm);
  if (info[1]->IsTrue()) {
    waiter->Fulfilled(*realm, info[2]);
  } else {
    waiter->Rejected(*realm, info[2]);
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
