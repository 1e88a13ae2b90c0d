// EnvironmentVerbs: how any thread reaches the JS thread of an environment. `Run` blocks,
// `RunAsync` returns a future, `Post` forgets. An Environment has these verbs, and so has an
// EnvironmentRef.
#pragma once

#include <concepts>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "nodehost/convert.hpp"
#include "nodehost/detail/holds_js.hpp"
#include "nodehost/detail/job.hpp"
#include "nodehost/detail/task_job.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/js.hpp"
#include "nodehost/run_options.hpp"

namespace nodehost {

namespace detail {
class EnterAwaiter;
}

/// What an `AnyEnvironment` and an `EnvironmentRef` have in common; there is no object that is only
/// this. Its members may be called on any thread.
class NODEHOST_API EnvironmentVerbs {
 public:
  /// Calls `function(js)` on the JS thread and returns its result when it is done: inline when
  /// already there, else behind the jobs that were there first. What it throws is thrown here.
  /// Throws `EnvironmentStopped` if the environment ended first.
  ///
  /// A function that returns a Task is a coroutine on the JS thread: Run returns its result when it
  /// has ended, and the JS thread goes on with other work where it waits. On a JS thread that would
  /// wait for itself, and throws `HostError`.
  template <std::invocable<Js&> F>
  typename detail::RunResult<std::invoke_result_t<F&, Js&>>::Type Run(F&& function) const {
    using Result = std::invoke_result_t<F&, Js&>;
    static_assert(!detail::kHoldsJs<Result>,
                  "A Value cannot leave Run: values stay on the JS thread, data travels. Return "
                  "data instead, with value.As<T>(), or a typed interface of Method fields.");
    if constexpr (detail::kIsTask<Result>) {
      detail::TaskStateBase::CheckMayBlock();
      auto kept = std::make_shared<std::decay_t<F>>(std::forward<F>(function));
      const Result task = RunNow(*kept);
      task.state()->OnSettled([kept] {});
      return task.Get();
    } else {
      return RunNow(function);
    }
  }

  /// As `Run(function)`, but the job is given up after `options.timeout`, or when `options.stop`
  /// says so: then it throws `DeadlineExceeded` or `Cancelled`.
  template <std::invocable<Js&> F>
  std::invoke_result_t<F&, Js&> Run(F&& function, const RunOptions& options) const {
    static_assert(!detail::kIsTask<std::invoke_result_t<F&, Js&>>,
                  "A coroutine outlives a Run that is given up. Use RunAsync, and Get(timeout) or "
                  "Timeout on its Task.");
    if (!options.limited()) return Run(std::forward<F>(function));
    static_assert(!detail::kHoldsJs<std::invoke_result_t<F&, Js&>>,
                  "A Value cannot leave Run: values stay on the JS thread, data travels. Return "
                  "data instead, with value.As<T>(), or a typed interface of Method fields.");
    detail::RunJob<std::remove_reference_t<F>> job(function);
    RunLimited(job, options);
    return job.Take();
  }

  /// Queues `function(js)` for the JS thread, also when called on it, and returns a future of its
  /// result; of a coroutine, a Task. It always completes: with `EnvironmentStopped` if the
  /// environment ends first, and with `DeadlineExceeded` or `Cancelled` beyond `options`. For a
  /// future, #include <nodehost/future.hpp>.
  template <detail::JsFunction F>
  typename detail::RunAsyncResult<detail::JobResult<F>>::Type RunAsync(
      F&& function, const RunOptions& options = {}) const {
    using Result = detail::JobResult<F>;
    static_assert(!detail::kHoldsJs<Result>,
                  "A Value cannot leave RunAsync: values stay on the JS thread, data travels. "
                  "Return data instead, with value.As<T>(), or a typed interface.");
    if constexpr (detail::kIsTask<Result>) {
      return EnqueueTask(std::forward<F>(function), options, /*must_accept=*/false);
    } else {
      auto job = detail::FutureOf<Result>::MakeJob(std::forward<F>(function));
      auto future = job->GetFuture();
      if (options.limited()) {
        EnqueueLimited(std::move(job), options);
      } else {
        Enqueue(std::move(job), /*must_accept=*/false);
      }
      return future;
    }
  }

  /// Queues `function(js)` for the JS thread and forgets it. What it throws is an uncaught
  /// exception of the environment. Throws `EnvironmentStopped` if the environment takes no more.
  template <detail::JsFunction F>
  void Post(F&& function) const {
    if constexpr (detail::kIsTask<detail::JobResult<F>>) {
      static_cast<void>(EnqueueTask(std::forward<F>(function), {}, /*must_accept=*/true));
    } else {
      Enqueue(std::make_unique<detail::PostJob<std::decay_t<F>>>(std::forward<F>(function)),
              /*must_accept=*/true);
    }
  }

  /// Imports a module, or its export `name`, as a typed interface or as data; see `Js::Import`. A
  /// module with top-level await is waited for while the JS thread goes on with other work; if that
  /// never settles, until the environment ends, which throws `EnvironmentStopped`.
  template <class T>
  T Import(std::string_view module, std::string_view name = {}) const {
    static_assert(!detail::kHoldsJs<T>,
                  "A Value cannot leave Environment::Import: import a typed interface of Method "
                  "fields or data, or use js.Import inside Run.");
    T result = detail::MakeBlank<T>();
    detail::ImportInto(Thread(), module, name, detail::DecodedType<T>(), &result);
    return result;
  }

  /// Whether the calling thread is this environment's JS thread.
  bool OnJsThread() const noexcept;

 protected:
  explicit EnvironmentVerbs(std::shared_ptr<detail::JsThread> thread) noexcept;
  EnvironmentVerbs(const EnvironmentVerbs&) noexcept = default;
  EnvironmentVerbs(EnvironmentVerbs&&) noexcept = default;
  EnvironmentVerbs& operator=(const EnvironmentVerbs&) noexcept = default;
  EnvironmentVerbs& operator=(EnvironmentVerbs&&) noexcept = default;
  ~EnvironmentVerbs() = default;

  /// Throws HostError where it was moved from.
  detail::JsThread& Thread() const;

  std::shared_ptr<detail::JsThread> thread_;

 private:
  friend class detail::EnterAwaiter;

  template <class F>
  std::invoke_result_t<F&, Js&> RunNow(F& function) const {
    if (OnJsThread()) return detail::InvokeCallable(function, CurrentJs());
    detail::RunJob<F> job(function);
    RunBlocking(job);
    return job.Take();
  }

  template <class F>
  detail::JobResult<F> EnqueueTask(F&& function, const RunOptions& options,
                                   bool must_accept) const {
    using Result = typename detail::JobResult<F>::Result;
    auto job =
        std::make_unique<detail::TaskJob<std::decay_t<F>, Result>>(std::forward<F>(function));
    auto task = job->task();
    task.state()->set_origin(thread_);
    if (options.limited()) {
      EnqueueLimited(std::move(job), options);
    } else {
      Enqueue(std::move(job), must_accept);
    }
    return task;
  }

  Js& CurrentJs() const;
  void RunBlocking(detail::Job& job) const;
  void RunLimited(detail::Job& job, const RunOptions& limits) const;
  void Enqueue(std::unique_ptr<detail::Job> job, bool must_accept) const;
  void EnqueueLimited(std::unique_ptr<detail::Job> job, const RunOptions& limits) const;
};

}  // namespace nodehost
