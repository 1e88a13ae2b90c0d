// co_await of a JavaScript value, in a coroutine on the JS thread: `await` as JavaScript has it.
#pragma once

#include <coroutine>
#include <exception>
#include <memory>
#include <utility>

#include "nodehost/detail/task_state.hpp"
#include "nodehost/value.hpp"

namespace nodehost {

namespace detail {

/// With what the coroutine is resumed.
class AwaitedValue final : public Resumption {
 public:
  using Resumption::Resumption;
  Ref value;
};

/// On the JS thread: what `promise` is fulfilled with, if it is; empty if it has to be waited for.
/// What is no thenable is fulfilled with itself.
NODEHOST_API Ref FulfilledWith(const Ref& promise);

/// On the JS thread: resumes in a reaction of the promise, with its async context.
NODEHOST_API void ResumeAfter(const Ref& promise, const std::shared_ptr<AwaitedValue>& awaited);

class ValueAwaiter {
 public:
  explicit ValueAwaiter(Ref promise) noexcept : promise_(std::move(promise)) {}
  ValueAwaiter(ValueAwaiter&&) noexcept = default;
  ValueAwaiter& operator=(ValueAwaiter&&) = delete;
  ~ValueAwaiter() {
    if (awaited_) awaited_->Abandon();
  }

  bool await_ready() {
    fulfilled_ = FulfilledWith(promise_);
    return static_cast<bool>(fulfilled_);
  }
  void await_suspend(std::coroutine_handle<> coroutine) {
    const auto awaited = MakePooled<AwaitedValue>(coroutine);
    awaited_ = awaited;
    ResumeAfter(promise_, awaited);
  }
  Value await_resume() {
    if (!awaited_) return Value(std::move(fulfilled_));
    awaited_->Check();
    return Value(std::move(awaited_->value));
  }

 private:
  Ref promise_;
  Ref fulfilled_;
  std::shared_ptr<AwaitedValue> awaited_;
};

}  // namespace detail

/// `await value`, for any promise or thenable; of any other value, that value. It gives what the
/// promise is fulfilled with and throws what it is rejected with: `JsError`, or the C++ exception
/// that it was made of. A promise that is fulfilled already is not waited for: as with a Task that
/// is done, the coroutine goes on at once, where JavaScript would run other microtasks first. On
/// the JS thread, where the coroutine goes on, too; `WrongThread` elsewhere. When the environment
/// ends first, `EnvironmentStopped`.
inline detail::ValueAwaiter operator co_await(const Value& value) {
  return detail::ValueAwaiter(value.ref());
}

}  // namespace nodehost
