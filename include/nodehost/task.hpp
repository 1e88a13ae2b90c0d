// Task: a result that comes later. A JavaScript promise seen from C++, and a C++ coroutine seen
// from JavaScript. PromiseSource: a Task that C++ settles by hand.
#pragma once

#include <concepts>
#include <coroutine>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

#include "nodehost/detail/callable.hpp"
#include "nodehost/detail/chrono.hpp"
#include "nodehost/detail/task_state.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/executor.hpp"

namespace nodehost {

template <class T = void>
class Task;

namespace detail {

/// A std::future<R> and what makes one. <nodehost/future.hpp> has the specialisation.
template <class R, class = void>
struct FutureOf {
  static_assert(!std::is_same_v<R, R>,
                "RunAsync, CallAsync and ToFuture give a std::future. #include "
                "<nodehost/future.hpp>, which nodehost.hpp leaves out: <future> is slow to "
                "compile.");
};

template <class T>
inline constexpr bool kIsTask = false;
template <class T>
inline constexpr bool kIsTask<Task<T>> = true;

// What is behind a coroutine that returns a Task. The result is published when the coroutine has
// been destroyed with all that it held: who waits may then free what it refers to.
template <class T>
class TaskPromiseBase : public Pooled {
 public:
  Task<T> get_return_object() noexcept;
  std::suspend_never initial_suspend() const noexcept { return {}; }

  struct Ended {
    bool await_ready() const noexcept { return false; }
    template <class P>
    void await_suspend(std::coroutine_handle<P> coroutine) const noexcept {
      const auto state = std::move(coroutine.promise().state_);
      coroutine.destroy();
      state->Publish();
    }
    void await_resume() const noexcept {}
  };
  Ended final_suspend() const noexcept { return {}; }

  void unhandled_exception() noexcept { state_->StoreError(std::current_exception()); }

 protected:
  std::shared_ptr<TaskState<T>> state_ = MakePooled<TaskState<T>>();
};

template <class T>
class TaskPromise : public TaskPromiseBase<T> {
 public:
  template <class U>
  void return_value(U&& value) {
    this->state_->Store(std::forward<U>(value));
  }
};
template <>
class TaskPromise<void> : public TaskPromiseBase<void> {
 public:
  void return_void() { state_->Store(std::monostate()); }
};

[[noreturn]] NODEHOST_API void ThrowEmptyTask();
[[noreturn]] NODEHOST_API void ThrowNotSettledIn(std::chrono::nanoseconds timeout);

}  // namespace detail

/// A result that comes later, or an exception in its place. It is under way from the start and goes
/// on when the Task is dropped, as a promise does; a failure that nobody looks at is reported, to
/// the environment it came from (`on_uncaught`) or to `OnUnobservedFailure`. Copies are the same
/// Task. A default-constructed one is empty: its members throw `HostError`.
///
/// As the result type of a coroutine it makes one: `nh::Task<int> Sum() { co_return 1; }`. The
/// coroutine runs until its first wait within the call. A coroutine that runs on a JS thread goes
/// on there after each `co_await`; one that an Executor runs comes back to it; any other goes on on
/// the library's task thread, where nothing may block. `On` and `SwitchTo` say otherwise.
template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;
  using Result = T;

  Task() noexcept = default;

  /// A Task that is done.
  template <class U = T>
  static Task Of(U&& value) requires(!std::is_void_v<T>) {
    Task task(detail::MakePooled<detail::TaskState<T>>());
    task.state_->Fulfil(std::forward<U>(value));
    return task;
  }
  static Task Failed(std::exception_ptr error) {
    Task task(detail::MakePooled<detail::TaskState<T>>());
    task.state_->Fail(std::move(error));
    return task;
  }

  /// Blocks until it is done and returns its result: a copy, or what cannot be copied itself, once.
  /// Throws its failure. On a JS thread, which may be what it waits for, it throws `HostError`
  /// unless it is done: `co_await` it there.
  T Get() const {
    State().Wait();
    return state_->Take();
  }

  /// Waits for `timeout` at most, then throws `DeadlineExceeded`. What it waits for goes on.
  T Get(std::chrono::nanoseconds timeout) const {
    if (!State().WaitUntil(std::chrono::steady_clock::now() + timeout)) {
      detail::ThrowNotSettledIn(timeout);
    }
    return state_->Take();
  }

  /// Whether the result, or the failure, is there.
  bool done() const { return State().settled(); }

  /// `co_await task`, in a coroutine of any type.
  auto operator co_await() const {
    static_cast<void>(State());
    return detail::TaskAwaiter<T>(state_);
  }

  /// `co_await task.On(executor)`: the coroutine goes on on `executor`.
  auto On(Executor executor) const {
    static_cast<void>(State());
    struct Awaiter {
      Executor executor;
      std::shared_ptr<detail::TaskState<T>> state;
      auto operator co_await() const { return detail::TaskAwaiter<T>(state, &executor); }
    };
    return Awaiter{std::move(executor), state_};
  }

  /// A Task of `function(result)`, which is called where a `co_await` of the caller would go on; a
  /// failure passes by. A Task that the function returns is followed.
  template <class F>
  auto Then(F function) const {
    static_cast<void>(State());
    return Continue(*this, std::move(function));
  }

  /// The result as a std::future, for those who only block. #include <nodehost/future.hpp>
  auto ToFuture() const {
    State();
    return detail::FutureOf<T>::Of(state_);
  }

  /// Whether it is a Task of anything.
  explicit operator bool() const noexcept { return state_ != nullptr; }

  /// For the library's own templates.
  explicit Task(std::shared_ptr<detail::TaskState<T>> state) noexcept : state_(std::move(state)) {}
  const std::shared_ptr<detail::TaskState<T>>& state() const noexcept { return state_; }

 private:
  detail::TaskState<T>& State() const {
    if (!state_) detail::ThrowEmptyTask();
    return *state_;
  }

  template <class F>
  static auto Call(F& function, Task& task) {
    if constexpr (std::is_void_v<T>) {
      task.state_->Take();
      return detail::InvokeCallable(function);
    } else {
      return detail::InvokeCallable(function, task.state_->Take());
    }
  }
  template <class F>
  struct ResultOf {
    using Type = decltype(Call(std::declval<F&>(), std::declval<Task&>()));
  };
  template <class F>
  requires detail::kIsTask<typename ResultOf<F>::Type>
  static typename ResultOf<F>::Type Continue(Task task, F function) {
    co_await Settled(task);
    co_return co_await Call(function, task);
  }
  template <class F>
  requires(!detail::kIsTask<typename ResultOf<F>::Type>) static Task<
      typename ResultOf<F>::Type> Continue(Task task, F function) {
    co_await Settled(task);
    if constexpr (std::is_void_v<typename ResultOf<F>::Type>) {
      Call(function, task);
      co_return;
    } else {
      co_return Call(function, task);
    }
  }

  // Waits without taking the result.
  struct SettledAwaiter : detail::TaskAwaiter<T> {
    using detail::TaskAwaiter<T>::TaskAwaiter;
    void await_resume() { this->CheckRefusal(); }
  };
  static SettledAwaiter Settled(const Task& task) { return SettledAwaiter(task.state_); }

  std::shared_ptr<detail::TaskState<T>> state_;
};

template <class T>
Task<T> detail::TaskPromiseBase<T>::get_return_object() noexcept {
  state_->Claim();
  return Task<T>(state_);
}

/// A Task that C++ settles, on any thread: `Resolve` or `Reject`, of which the first call counts.
/// Copies settle the same Task. When the last of them goes unsettled, the Task fails with
/// `HostError`, so that nobody waits for ever.
template <class T = void>
class PromiseSource {
 public:
  PromiseSource() : owner_(detail::MakePooled<Owner>()) {}

  Task<T> task() const { return Task<T>(owner_->state); }

  /// Returns whether this settled it.
  template <class U = T>
  bool Resolve(U&& value) const requires(!std::is_void_v<T>) {
    return owner_->state->Fulfil(std::forward<U>(value));
  }
  bool Resolve() const requires(std::is_void_v<T>) {
    return owner_->state->Fulfil(std::monostate());
  }
  bool Reject(std::exception_ptr error) const { return owner_->state->Fail(std::move(error)); }
  template <std::derived_from<std::exception> E>
  bool Reject(E error) const {
    return Reject(std::make_exception_ptr(std::move(error)));
  }

 private:
  struct Owner {
    Owner() = default;
    Owner(const Owner&) = delete;
    Owner& operator=(const Owner&) = delete;
    ~Owner() {
      if (state->settled() || state.use_count() == 1) return;  // or there is no Task left
      state->Fail(std::make_exception_ptr(
          HostError("The PromiseSource of a Task was destroyed before it settled the Task. Call "
                    "Resolve or Reject, or keep it until that is known.")));
    }
    const std::shared_ptr<detail::TaskState<T>> state = detail::MakePooled<detail::TaskState<T>>();
  };
  std::shared_ptr<Owner> owner_;
};

/// What is told of a failed Task that nobody looked at and that no environment is there for; the
/// default writes a line to stderr. It is called on any thread and must not throw. Any thread.
NODEHOST_API void OnUnobservedFailure(std::function<void(const std::exception_ptr&)> handler);

}  // namespace nodehost
