// C++ that waits for a JavaScript promise.
#pragma once

#include <v8.h>

#include <cstddef>
#include <exception>
#include <memory>
#include <vector>

namespace nodehost::detail {

class Realm;

/// What `promise` is fulfilled with, if it is; what is no thenable is fulfilled with itself.
inline bool IsFulfilled(v8::Local<v8::Value> promise, v8::Local<v8::Value>& value) {
  if (!promise->IsObject()) {
    value = promise;
    return true;
  }
  if (!promise->IsPromise()) return false;
  const auto settled = promise.As<v8::Promise>();
  if (settled->State() != v8::Promise::kFulfilled) return false;
  value = settled->Result();
  return true;
}

/// What is to happen when a promise is settled. Exactly one of the three is called, on the JS
/// thread, before the object goes.
class PromiseWaiter {
 public:
  virtual ~PromiseWaiter() = default;
  virtual void Fulfilled(Realm& realm, v8::Local<v8::Value> value) noexcept = 0;
  virtual void Rejected(Realm& realm, v8::Local<v8::Value> reason) noexcept = 0;
  /// The environment ended first.
  virtual void Cancelled(const std::exception_ptr& reason) noexcept = 0;

 private:
  friend class PromiseWaiters;
  PromiseWaiter* next_ = nullptr;
  PromiseWaiter** link_ = nullptr;  // what points here
  PromiseWaiter** slot_ = nullptr;  // what else does
};

/// All PromiseWaiters of one environment.
class PromiseWaiters {
 public:
  /// `promise` may be any value; what is no thenable is fulfilled already.
  void Add(Realm& realm, v8::Local<v8::Value> promise, std::unique_ptr<PromiseWaiter> waiter);

  /// Cancels all that are left. Does not touch V8.
  void Cancel(const std::exception_ptr& reason) noexcept;

 private:
  // The two functions that a promise calls, one of them once, and the waiter that they are for.
  struct Slot {
    PromiseWaiters* owner = nullptr;
    PromiseWaiter* waiter = nullptr;  // null if it was cancelled
    Slot* next_free = nullptr;
    v8::Global<v8::Function> fulfilled;
    v8::Global<v8::Function> rejected;
  };
  static constexpr std::size_t kSlots = 64;

  void AddByClosures(Realm& realm, v8::Local<v8::Value> promise, PromiseWaiter* waiter);
  Slot* TakeSlot(Realm& realm);
  void Link(PromiseWaiter* waiter) noexcept;

  template <bool kFulfilled>
  static void SlotSettled(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void ClosureSettled(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void Tell(PromiseWaiter* waiter, bool fulfilled, v8::Local<v8::Value> value,
                   v8::Isolate* isolate);
  static std::unique_ptr<PromiseWaiter> Remove(PromiseWaiter* waiter) noexcept;

  PromiseWaiter* first_ = nullptr;
  std::vector<std::unique_ptr<Slot>> slots_;
  Slot* free_ = nullptr;
};

}  // namespace nodehost::detail
