#include "promises.hpp"

#include <span>
#include <utility>

#include "catch.hpp"
#include "js_errors.hpp"
#include "node_version.hpp"
#include "realm.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::detail {

// To make a function by V8's API takes twenty times as long as to call one. So a promise gets two
// functions that have served others before. Where many promises are waited for at once, the rest
// get closures of JavaScript's, of which each takes a twentieth of such a function's time.
void PromiseWaiters::Add(Realm& realm, v8::Local<v8::Value> promise,
                         std::unique_ptr<PromiseWaiter> waiter) {
  const Catch caught(realm);
  Slot* const slot = promise->IsPromise() ? TakeSlot(realm) : nullptr;
  if (!slot) {
    AddByClosures(realm, promise, waiter.get());
    Link(waiter.release());
    return;
  }
  if (promise.As<v8::Promise>()
          ->Then(realm.context(), Borrowed(realm.isolate(), slot->fulfilled),
                 Borrowed(realm.isolate(), slot->rejected))
          .IsEmpty()) {
    // The promise may have the functions: they serve no other.
    ThrowCaught(realm, caught);
  }
  slot->waiter = waiter.get();
  waiter->slot_ = &slot->waiter;
  Link(waiter.release());
}

void PromiseWaiters::AddByClosures(Realm& realm, v8::Local<v8::Value> promise,
                                   PromiseWaiter* waiter) {
  v8::Isolate* const isolate = realm.isolate();
  const Catch caught(realm);
  v8::Local<v8::Value> arguments[] = {promise, NewExternal(isolate, waiter),
                                      v8::Undefined(isolate)};
  v8::Local<v8::Value> added_it;
  if (!realm.bridge().Call(Bridge::kSettle, std::span(arguments, 2)).ToLocal(&added_it)) {
    ThrowCaught(realm, caught);
  }
  if (!added_it->IsFalse()) return;
  v8::Local<v8::Function> settled;
  if (!v8::Function::New(realm.context(), &ClosureSettled).ToLocal(&settled)) {
    ThrowCaught(realm, caught);
  }
  arguments[2] = settled;
  if (realm.bridge().Call(Bridge::kSettle, arguments).IsEmpty()) ThrowCaught(realm, caught);
}

// Null if all are taken. It is taken before anything of the promise's runs, which may wait, too.
PromiseWaiters::Slot* PromiseWaiters::TakeSlot(Realm& realm) {
  if (free_) return std::exchange(free_, free_->next_free);
  if (slots_.size() == kSlots) return nullptr;
  const v8::Local<v8::Context> context = realm.context();
  auto slot = std::make_unique<Slot>();
  slot->owner = this;
  const v8::Local<v8::Value> data = NewExternal(realm.isolate(), slot.get());
  const Catch caught(realm);
  v8::Local<v8::Function> fulfilled;
  v8::Local<v8::Function> rejected;
  constexpr auto kThrow = v8::ConstructorBehavior::kThrow;
  if (!v8::Function::New(context, &SlotSettled<true>, data, 1, kThrow).ToLocal(&fulfilled) ||
      !v8::Function::New(context, &SlotSettled<false>, data, 1, kThrow).ToLocal(&rejected)) {
    ThrowCaught(realm, caught);
  }
  slot->fulfilled.Reset(realm.isolate(), fulfilled);
  slot->rejected.Reset(realm.isolate(), rejected);
  slots_.push_back(std::move(slot));
  return slots_.back().get();
}

void PromiseWaiters::Link(PromiseWaiter* waiter) noexcept {
  waiter->next_ = first_;
  waiter->link_ = &first_;
  if (first_) first_->link_ = &waiter->next_;
  first_ = waiter;
}

template <bool kFulfilled>
void PromiseWaiters::SlotSettled(const v8::FunctionCallbackInfo<v8::Value>& info) {
  auto* const slot = static_cast<Slot*>(ExternalPointer(info.Data()));
  PromiseWaiter* const waiter = slot->waiter;
  slot->next_free = std::exchange(slot->owner->free_, slot);
  if (waiter) Tell(waiter, kFulfilled, info[0], info.GetIsolate());
}

void PromiseWaiters::ClosureSettled(const v8::FunctionCallbackInfo<v8::Value>& info) {
  Tell(static_cast<PromiseWaiter*>(ExternalPointer(info[0])), info[1]->IsTrue(), info[2],
       info.GetIsolate());
}

void PromiseWaiters::Tell(PromiseWaiter* settled, bool fulfilled, v8::Local<v8::Value> value,
                          v8::Isolate* isolate) {
  const auto waiter = Remove(settled);
  const JsThread& thread = *JsThread::Current();
  Realm* const realm = thread.realm();
  if (!realm) {
    waiter->Cancelled(thread.StoppedError());
    return;
  }
  const JobCatch::Hidden hidden(*realm);
  if (fulfilled) {
    waiter->Fulfilled(*realm, value);
  } else {
    waiter->Rejected(*realm, value);
  }
  // JavaScript ended in `waiter`; V8 may have dropped the termination.
  if (!thread.realm()) isolate->TerminateExecution();
}

std::unique_ptr<PromiseWaiter> PromiseWaiters::Remove(PromiseWaiter* waiter) noexcept {
  *waiter->link_ = waiter->next_;
  if (waiter->next_) waiter->next_->link_ = waiter->link_;
  if (waiter->slot_) *waiter->slot_ = nullptr;
  return std::unique_ptr<PromiseWaiter>(waiter);
}

void PromiseWaiters::Cancel(const std::exception_ptr& reason) noexcept {
  while (first_) Remove(first_)->Cancelled(reason);
}

}  // namespace nodehost::detail
