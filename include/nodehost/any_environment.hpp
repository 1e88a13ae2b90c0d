// AnyEnvironment: what an Environment and a PumpedEnvironment have in common. C++ reaches either
// with three verbs: `Run` blocks, `RunAsync` returns a future, `Post` forgets.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "nodehost/convert.hpp"
#include "nodehost/detail/chrono.hpp"
#include "nodehost/detail/holds_js.hpp"
#include "nodehost/detail/job.hpp"
#include "nodehost/detail/task_job.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/js.hpp"
#include "nodehost/module.hpp"
#include "nodehost/run_options.hpp"
#include "nodehost/statistics.hpp"
#include "nodehost/stop_result.hpp"

namespace nodehost {

namespace detail {
class EnterAwaiter;
}

/// The verbs of every environment: an `Environment` and a `PumpedEnvironment` are one each, and
/// neither is the other. A function for both takes an `AnyEnvironment&`; there is no object that is
/// only this. Its members may be called on any thread. One that was moved from can only be assigned
/// to or destroyed: its other members throw `HostError`.
class NODEHOST_API AnyEnvironment {
 public:
  AnyEnvironment(const AnyEnvironment&) = delete;
  AnyEnvironment& operator=(const AnyEnvironment&) = delete;

  /// Calls `function(js)` on the JS thread and returns its result when it is done: inline when
  /// already there, else behind the jobs that were there first. What it throws is thrown here.
  /// Throws `EnvironmentStopped` if the environment ended first.
  ///
  /// A function that returns a Task is a coroutine on the JS thread: Run returns its result when it
  /// has ended, and the JS thread goes on with other work where it waits. On a JS thread that would
  /// wait for itself, and throws `HostError`.
  template <std::invocable<Js&> F>
  typename detail::RunResult<std::invoke_result_t<F&, Js&>>::Type Run(F&& function) {
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
  std::invoke_result_t<F&, Js&> Run(F&& function, const RunOptions& options) {
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
      F&& function, const RunOptions& options = {}) {
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
  void Post(F&& function) {
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
  T Import(std::string_view module, std::string_view name = {}) {
    static_assert(!detail::kHoldsJs<T>,
                  "A Value cannot leave Environment::Import: import a typed interface of Method "
                  "fields or data, or use js.Import inside Run.");
    T result = detail::MakeBlank<T>();
    detail::ImportInto(Thread(), module, name, detail::DecodedType<T>(), &result);
    return result;
  }

  /// Gives JavaScript a module of C++'s, at any time: what is imported later finds it. Throws
  /// `JsError` for a name that is taken. See `Module`.
  void AddModule(const Module& module) {
    Run([&](Js& js) { js.AddModule(module); });
  }

  /// Whether the calling thread is this environment's JS thread.
  bool OnJsThread() const noexcept;

  /// Ends the environment: no new jobs are taken, those already queued are done, and the event loop
  /// may finish what it has begun until `timeout` has passed; then JavaScript is terminated, in
  /// the middle of a statement if need be. Returns when the JS thread has ended, or half a second
  /// after that if it cannot be ended because native code holds it; the result says so, and
  /// what was still alive. Any thread, any number of times: again, it gives the same result.
  ///
  /// On the JS thread itself it cannot wait: it returns at once, with `ended` false, and the same
  /// happens from when the current job returns.
  StopResult Stop(std::chrono::milliseconds timeout);
  StopResult Stop();  ///< With the option `stop_timeout`.

  /// Waits until the environment ends by itself or is stopped, and returns its exit code. Throws
  /// `HostError` on the JS thread itself, which would wait for itself.
  int WaitForExit();

  /// The exit code, once the environment has ended: what `process.exit` said, 1 for an uncaught
  /// error and for JavaScript that had to be terminated, `process.exitCode` otherwise. Empty while
  /// it runs.
  std::optional<int> exit_code() const;

  /// Memory, event loop, queue and handles in numbers, while JavaScript runs. Cheap and at once:
  /// the figures of memory and handles are the latest the JS thread has left behind - at a turn of
  /// the loop, ten times a second at most, and at each garbage collection - and `age` says how old
  /// they are. With `timeout` they are made anew; that waits for the JS thread, but no longer than
  /// `timeout` where native code holds it. After the end, what was last known.
  Statistics ReadStatistics(std::chrono::milliseconds timeout = {}) const;

  /// Collects all garbage of the JS heap now, and gives what is free back to the system; for a
  /// moment in which the program has nothing else to do, as after a load of work. Returns when it
  /// is done: tens of milliseconds for a large heap. On the JS thread inline, else as a job. Throws
  /// `EnvironmentStopped`.
  void CollectGarbage();

 protected:
  explicit AnyEnvironment(std::shared_ptr<detail::JsThread> thread) noexcept;
  AnyEnvironment(AnyEnvironment&&) noexcept;
  AnyEnvironment& operator=(AnyEnvironment&&) noexcept;

  /// `Stop(stop_timeout)`; see there for what happens on the JS thread itself.
  ~AnyEnvironment();

  detail::JsThread& Thread() const;

 private:
  friend class detail::EnterAwaiter;

  template <class F>
  std::invoke_result_t<F&, Js&> RunNow(F& function) {
    if (OnJsThread()) return detail::InvokeCallable(function, CurrentJs());
    detail::RunJob<F> job(function);
    RunBlocking(job);
    return job.Take();
  }

  template <class F>
  detail::JobResult<F> EnqueueTask(F&& function, const RunOptions& options, bool must_accept) {
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

  std::shared_ptr<detail::JsThread> thread_;
};

}  // namespace nodehost
