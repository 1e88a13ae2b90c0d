// TaskState: what a Task, the coroutine or promise behind it and all that wait for it share. The
// compiled part knows neither the result's type nor V8.
#pragma once

#include <atomic>
#include <coroutine>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "nodehost/detail/callable.hpp"
#include "nodehost/detail/chrono.hpp"
#include "nodehost/detail/export.hpp"
#include "nodehost/detail/pooled.hpp"

namespace nodehost {
class Executor;
}

namespace nodehost::detail {

class JsThread;

/// All members may be called on any thread.
class NODEHOST_API TaskStateBase : public std::enable_shared_from_this<TaskStateBase> {
 public:
  using Clock = std::chrono::steady_clock;

  /// Made on a JS thread, it is that thread's: where a failure nobody looks at is reported.
  TaskStateBase();
  virtual ~TaskStateBase();
  TaskStateBase(const TaskStateBase&) = delete;
  TaskStateBase& operator=(const TaskStateBase&) = delete;

  bool settled() const noexcept { return phase_.load(std::memory_order_acquire) != kPending; }
  bool failed() const noexcept { return phase_.load(std::memory_order_acquire) == kFailed; }

  /// The failure; null if there is none. Whoever asks has looked at it.
  std::exception_ptr error() noexcept;

  /// Throws EnvironmentStopped if that is the failure. The failure does not count as looked at.
  void ThrowIfStopped() const;

  /// Blocks until it is settled. Throws HostError where that would be for ever: on a JS thread.
  void Wait();
  /// Blocks until it is settled or `until` has come; returns whether it is settled.
  bool WaitUntil(Clock::time_point until);

  /// Calls `function` once it is settled: on the thread that settles it, or at once. It must not
  /// throw. The failure counts as looked at.
  void OnSettled(std::function<void()> function) {
    observed_.store(true, std::memory_order_release);
    AfterSettled(std::move(function));
  }
  /// As OnSettled, but the failure does not count as looked at.
  void AfterSettled(std::function<void()> function);

  /// Settles it with a failure; false if it was settled before.
  bool Fail(std::exception_ptr error) noexcept;

  // In two steps, for a coroutine, which has its result before it has ended.

  /// Whether the caller is the first to settle it, and is to store and publish.
  bool Claim() noexcept { return !claimed_.exchange(true, std::memory_order_acq_rel); }
  void StoreError(std::exception_ptr error) noexcept { error_ = std::move(error); }
  void Publish() noexcept;

  /// Marks the Task of a call that has not returned. The conversion of the call's result uses it,
  /// and makes no new one.
  void set_vacant() noexcept { vacant_ = true; }
  bool TakeVacant() noexcept { return std::exchange(vacant_, false); }

  /// Throws HostError on a thread that must not block: a JS thread, and the task thread.
  static void CheckMayBlock();

  /// The environment that will settle it, for a wait on a thread that has to drive that itself.
  void set_origin(std::shared_ptr<JsThread> origin) noexcept { origin_ = std::move(origin); }

  /// Whether its value was moved out before; marks it so.
  bool MarkTaken() noexcept { return taken_.exchange(true, std::memory_order_acq_rel); }
  [[noreturn]] static void ThrowTaken();

 private:
  enum Phase : int { kPending, kFulfilled, kFailed };
  bool DrivesOrigin() const noexcept;
  void DriveOrigin();

  struct Waiter;
  // False if it is settled already, or is no longer in the list: then it is being woken.
  bool AddWaiter(Waiter& waiter) noexcept;
  bool RemoveWaiter(const Waiter& waiter) noexcept;

  std::mutex mutex_;
  Waiter* waiters_ = nullptr;  // the threads that wait, each on its own stack; guarded by mutex_
  std::vector<std::function<void()>> continuations_;  // guarded by mutex_
  std::atomic<Phase> phase_{kPending};
  std::atomic<bool> claimed_{false};
  std::atomic<bool> observed_{false};
  std::atomic<bool> taken_{false};
  std::exception_ptr error_;  // of the one that claimed it, until it is published
  std::shared_ptr<JsThread> origin_;
  bool vacant_ = false;  // of the thread that makes the call, then of the JS thread
};

/// What a Task<T> holds: T, or a placeholder for void.
template <class T>
using TaskValue = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <class T>
class TaskState final : public TaskStateBase {
 public:
  using Held = TaskValue<T>;

  template <class U>
  bool Fulfil(U&& value) {
    if (!Claim()) return false;
    try {
      Store(std::forward<U>(value));
    } catch (...) {
      StoreError(std::current_exception());
    }
    Publish();
    return true;
  }
  template <class U>
  void Store(U&& value) {
    value_.emplace(std::forward<U>(value));
  }

  /// Settled and fulfilled only.
  const Held& value() const noexcept { return *value_; }

  /// The value, or throws the failure. A type that cannot be copied is moved out, once.
  T Take() {
    if (const std::exception_ptr failure = error()) std::rethrow_exception(failure);
    if constexpr (!std::is_void_v<T>) {
      if constexpr (std::is_copy_constructible_v<T>) {
        return *value_;
      } else {
        if (MarkTaken()) ThrowTaken();
        return std::move(*value_);
      }
    }
  }

 private:
  std::optional<Held> value_;
};

/// A coroutine that waits, to be resumed once. It outlives the coroutine where it must.
class NODEHOST_API Resumption {
 public:
  explicit Resumption(std::coroutine_handle<> coroutine) noexcept : coroutine_(coroutine) {}

  /// Goes on with the coroutine; with `refusal`, its co_await throws that. The first call counts.
  void Resume(std::exception_ptr refusal = nullptr) noexcept;

  /// The coroutine was destroyed while it waited: nothing is resumed any more.
  void Abandon() noexcept { claimed_.store(true, std::memory_order_release); }

  /// For the coroutine: throws the refusal, if there is one.
  void Check() const {
    if (refusal_) std::rethrow_exception(refusal_);
  }

 private:
  const std::coroutine_handle<> coroutine_;
  std::atomic<bool> claimed_{false};
  std::exception_ptr refusal_;
};

/// Resumes once `state` is settled, in the place where the caller runs: on its JS thread; on the
/// executor that runs it; else on the library's task thread.
NODEHOST_API void ResumeHere(const std::shared_ptr<TaskStateBase>& state,
                             const std::shared_ptr<Resumption>& resumption);

/// Resumes on `executor` once `state` is settled.
NODEHOST_API void ResumeOn(const Executor& executor, const std::shared_ptr<TaskStateBase>& state,
                           const std::shared_ptr<Resumption>& resumption);

/// Calls `function` on the task thread at `when`. It must not throw or block.
NODEHOST_API void CallAt(std::chrono::steady_clock::time_point when,
                         std::function<void()> function);

/// `co_await task`
template <class T>
class TaskAwaiter {
 public:
  explicit TaskAwaiter(std::shared_ptr<TaskState<T>> state, const Executor* executor = nullptr)
      : state_(std::move(state)), executor_(executor) {}
  TaskAwaiter(TaskAwaiter&&) noexcept = default;
  TaskAwaiter& operator=(TaskAwaiter&&) = delete;
  ~TaskAwaiter() {
    if (resumption_) resumption_->Abandon();
  }

  bool await_ready() const noexcept { return !executor_ && state_->settled(); }

  // The coroutine may go on, and end, on another thread before this returns: from the last line on
  // nothing here may be touched.
  void await_suspend(std::coroutine_handle<> coroutine) {
    const auto state = state_;
    const auto resumption = MakePooled<Resumption>(coroutine);
    resumption_ = resumption;
    if (executor_) {
      ResumeOn(*executor_, state, resumption);
    } else {
      ResumeHere(state, resumption);
    }
  }

  T await_resume() {
    CheckRefusal();
    return state_->Take();
  }

 protected:
  void CheckRefusal() const {
    if (resumption_) resumption_->Check();
  }

 private:
  std::shared_ptr<TaskState<T>> state_;
  const Executor* executor_;
  std::shared_ptr<Resumption> resumption_;
};

}  // namespace nodehost::detail
