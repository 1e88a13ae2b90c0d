#include "nodehost/detail/task_state.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "fork_guard.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/executor.hpp"
#include "nodehost/task.hpp"
#include "nodehost/task_combinators.hpp"
#include "run_on.hpp"
#include "task_hooks.hpp"
#include "task_thread.hpp"
#include "wait_flag.hpp"

namespace nodehost {

namespace {

std::atomic<const detail::TaskHooks*> task_hooks{nullptr};

// The executor that runs the calling thread's function, or null.
thread_local const Executor* current_executor = nullptr;

using FailureHandler = std::function<void(const std::exception_ptr&)>;

struct Unobserved {
  std::mutex mutex;
  std::shared_ptr<const FailureHandler> handler;  // guarded by mutex
};
Unobserved& UnobservedFailures() {
  static auto* const unobserved = new Unobserved;  // Tasks may outlive static objects
  return *unobserved;
}

std::string TextOf(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& exception) {
    return exception.what();
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

bool IsEndOfEnvironment(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const EnvironmentStopped&) {
    return true;
  } catch (...) {
    return false;
  }
}

// EnvironmentStopped is not reported: that the environment has ended is known already.
void ReportUnobserved(const std::shared_ptr<detail::JsThread>& origin,
                      const std::exception_ptr& error) {
  if (IsEndOfEnvironment(error)) return;
  const detail::TaskHooks* const hooks = task_hooks.load(std::memory_order_acquire);
  if (origin && hooks && hooks->report(*origin, error)) return;
  Unobserved& unobserved = UnobservedFailures();
  std::shared_ptr<const FailureHandler> handler;
  {
    const std::lock_guard lock(unobserved.mutex);
    handler = unobserved.handler;
  }
  if (handler) {
    (*handler)(error);
  } else {
    fmt::print(stderr, "nodehost: a Task failed and nobody looked at it: {}\n", TextOf(error));
  }
}

class ResumeJob final : public detail::Job {
 public:
  explicit ResumeJob(std::shared_ptr<detail::Resumption> resumption)
      : resumption_(std::move(resumption)) {}
  void Run(Js&) noexcept override { resumption_->Resume(); }
  void Cancel(const std::exception_ptr& reason) noexcept override { resumption_->Resume(reason); }

 private:
  const std::shared_ptr<detail::Resumption> resumption_;
};

void ResumeOnTaskThread(const std::shared_ptr<detail::Resumption>& resumption) {
  detail::TaskThread::Get().CallAt(detail::TaskThread::Clock::now(),
                                   [resumption] { resumption->Resume(); });
}

}  // namespace

void OnUnobservedFailure(FailureHandler handler) {
  Unobserved& unobserved = UnobservedFailures();
  const std::lock_guard lock(unobserved.mutex);
  unobserved.handler =
      handler ? std::make_shared<const FailureHandler>(std::move(handler)) : nullptr;
}

void Executor::Post(std::function<void()> function) const {
  (*post_)([self = *this, work = std::move(function)] {
    const Executor* const before = std::exchange(current_executor, &self);
    work();
    current_executor = before;
  });
}

namespace detail {

void SetTaskHooks(const TaskHooks& hooks) noexcept {
  task_hooks.store(&hooks, std::memory_order_release);
}

TaskStateBase::TaskStateBase() {
  if (JsThread* const thread = JsThread::Current()) origin_ = thread->shared_from_this();
}

TaskStateBase::~TaskStateBase() {
  if (!failed() || observed_.load(std::memory_order_acquire)) return;
  try {
    ReportUnobserved(origin_, error_);
  } catch (...) {
    // There is no memory, or no standard error, to report it with.
  }
}

std::exception_ptr TaskStateBase::error() noexcept {
  observed_.store(true, std::memory_order_release);
  return failed() ? error_ : nullptr;
}

void TaskStateBase::ThrowIfStopped() const {
  if (failed() && IsEndOfEnvironment(error_)) std::rethrow_exception(error_);
}

bool TaskStateBase::Fail(std::exception_ptr error) noexcept {
  if (!Claim()) return false;
  StoreError(std::move(error));
  Publish();
  return true;
}

/// A thread that waits. Whoever takes it from the list sets its flag.
struct TaskStateBase::Waiter {
  WaitFlag settled;
  Waiter* next = nullptr;
};

void TaskStateBase::Publish() noexcept {
  std::vector<std::function<void()>> continuations;
  Waiter* waiter = nullptr;
  {
    const std::lock_guard lock(mutex_);
    phase_.store(error_ ? kFailed : kFulfilled, std::memory_order_release);
    continuations.swap(continuations_);
    waiter = std::exchange(waiters_, nullptr);
  }
  while (waiter) std::exchange(waiter, waiter->next)->settled.Set();
  for (const auto& function : continuations) function();
}

bool TaskStateBase::AddWaiter(Waiter& waiter) noexcept {
  const std::lock_guard lock(mutex_);
  if (settled()) return false;
  waiter.next = std::exchange(waiters_, &waiter);
  return true;
}

bool TaskStateBase::RemoveWaiter(const Waiter& waiter) noexcept {
  const std::lock_guard lock(mutex_);
  for (Waiter** at = &waiters_; *at; at = &(*at)->next) {
    if (*at != &waiter) continue;
    *at = waiter.next;
    return true;
  }
  return false;
}

void TaskStateBase::AfterSettled(std::function<void()> function) {
  {
    const std::lock_guard lock(mutex_);
    if (!settled()) {
      continuations_.push_back(std::move(function));
      return;
    }
  }
  function();
}

void TaskStateBase::CheckMayBlock() {
  CheckNotForked();
  if (const JsThread* const thread = JsThread::Current()) {
    throw HostError(fmt::format(
        "A Task was waited for on the JS thread of environment \"{}\" before it was done. That "
        "would stop the thread that the Task may need. co_await it in a coroutine, or use Then.",
        thread->name()));
  }
  if (TaskThread::IsCurrent()) {
    throw HostError(
        "Task::Get was called in a coroutine on the library's task thread before the Task was "
        "done. It would stop the other coroutines there. co_await it, or go to an executor of "
        "your own first with co_await SwitchTo(executor).");
  }
}

// Nobody else would run the loop that settles it.
bool TaskStateBase::DrivesOrigin() const noexcept { return origin_ && origin_->IsOwnedHere(); }

void TaskStateBase::DriveOrigin() {
  const bool done = RunOn(*origin_, [this](Js&) {
    return origin_->SpinUntil(
        [](void* self) { return static_cast<TaskStateBase*>(self)->settled(); }, this,
        JsThread::OtherJobs::kRun);
  });
  if (done) return;
  throw HostError(
      fmt::format("Task::Get: nothing is left in environment \"{}\" that could ever settle the "
                  "Task.",
                  origin_->name()));
}

void TaskStateBase::Wait() {
  if (settled()) return;
  CheckMayBlock();
  if (DrivesOrigin()) {
    DriveOrigin();
    return;
  }
  Waiter waiter;
  if (AddWaiter(waiter)) waiter.settled.Wait();
}

bool TaskStateBase::WaitUntil(Clock::time_point until) {
  if (settled()) return true;
  CheckMayBlock();
  Waiter waiter;
  if (!AddWaiter(waiter) || waiter.settled.WaitUntil(until)) return true;
  if (RemoveWaiter(waiter)) return false;
  waiter.settled.Wait();  // it is being set
  return true;
}

void TaskStateBase::ThrowTaken() {
  throw HostError(
      "The result of a Task was taken twice, and its type cannot be copied. Take it once, or have "
      "the Task give a std::shared_ptr.");
}

void Resumption::Resume(std::exception_ptr refusal) noexcept {
  if (claimed_.exchange(true, std::memory_order_acq_rel)) return;
  refusal_ = std::move(refusal);
  coroutine_.resume();
}

void ResumeHere(const std::shared_ptr<TaskStateBase>& state,
                const std::shared_ptr<Resumption>& resumption) {
  if (JsThread* const thread = JsThread::Current()) {
    const TaskHooks* const hooks = task_hooks.load(std::memory_order_acquire);
    if (hooks) {
      hooks->resume(*thread, state, resumption);
      return;
    }
    state->OnSettled([thread = thread->shared_from_this(), resumption] {
      thread->Enqueue(std::make_unique<ResumeJob>(resumption), /*must_accept=*/false);
    });
  } else if (current_executor) {
    ResumeOn(*current_executor, state, resumption);
  } else {
    state->OnSettled([resumption] { ResumeOnTaskThread(resumption); });
  }
}

void ResumeOn(const Executor& executor, const std::shared_ptr<TaskStateBase>& state,
              const std::shared_ptr<Resumption>& resumption) {
  state->OnSettled([executor, resumption] {
    try {
      executor.Post([resumption] { resumption->Resume(); });
    } catch (...) {
      resumption->Resume(std::current_exception());  // it has nowhere else to go
    }
  });
}

void CallAt(std::chrono::steady_clock::time_point when, std::function<void()> function) {
  TaskThread::Get().CallAt(when, std::move(function));
}

void ThrowEmptyTask() {
  throw HostError("An empty Task was used. Assign it one that a call or a coroutine has made.");
}

void ThrowNotSettledIn(std::chrono::nanoseconds timeout) {
  throw DeadlineExceeded(
      fmt::format("The Task was not done within {} ms.",
                  std::chrono::duration_cast<std::chrono::milliseconds>(timeout).count()),
      /*started=*/true);
}

std::exception_ptr AllFailed(const std::vector<std::exception_ptr>& errors) {
  JsErrorData data{.name = "AggregateError", .message = "All Tasks failed"};
  for (const std::exception_ptr& error : errors) {
    try {
      std::rethrow_exception(error);
    } catch (const JsError& js_error) {
      data.errors.push_back(js_error.data());
    } catch (...) {
      data.errors.push_back(
          std::make_shared<JsErrorData>(JsErrorData{.name = "Error", .message = TextOf(error)}));
    }
  }
  return std::make_exception_ptr(JsError(std::move(data)));
}

void SwitchAwaiter::await_suspend(std::coroutine_handle<> coroutine) {
  const auto resumption = std::make_shared<Resumption>(coroutine);
  resumption_ = resumption;
  const Executor executor = executor_;
  executor.Post([resumption] { resumption->Resume(); });
}

}  // namespace detail

}  // namespace nodehost
