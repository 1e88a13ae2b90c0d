// C++ that waits for a JavaScript promise.
#pragma once

#include <v8.h>

#include <exception>
#include <memory>

namespace nodehost::detail {

class Realm;

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
};

/// All PromiseWaiters of one environment.
class PromiseWaiters {
 public:
  /// `promise` may be any value; what is no thenable is fulfilled already.
  void Add(Realm& realm, v8::Local<v8::Value> promise, std::unique_ptr<PromiseWaiter> waiter);

  /// Cancels all that are left.
  void Cancel(const std::exception_ptr& reason) noexcept;

 private:
  static void Settled(const v8::FunctionCallbackInfo<v8::Value>& info);
  static std::unique_ptr<PromiseWaiter> Remove(PromiseWaiter* waiter) noexcept;

  PromiseWaiter* first_ = nullptr;
};

}  // namespace nodehost::detail
