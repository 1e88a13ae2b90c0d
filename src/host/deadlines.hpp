// Deadlines: jobs and start-up scripts that must be done by a certain time, and jobs that a token
// can stop. When the time has come, a job is withdrawn from the queue, or stopped in the middle.
#pragma once

#include <node.h>
#include <uv.h>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "debugger_release.hpp"
#include "job_runner.hpp"
#include "nodehost/run_options.hpp"
#include "probe.hpp"
#include "stopper.hpp"
#include "thread/js_thread.hpp"
#include "watchdog.hpp"

namespace nodehost::host {

class TimedJob;

class Deadlines {
 public:
  /// `debugger` may be null.
  Deadlines(detail::JsThread& thread, JobRunner& jobs, DebuggerRelease* debugger,
            std::shared_ptr<Watchdog> watchdog)
      : thread_(thread), jobs_(jobs), debugger_(debugger), watchdog_(std::move(watchdog)) {}
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;

  /// On the JS thread.
  void Open(uv_loop_t* loop, v8::Isolate* isolate);

  /// On the JS thread, while the loop still turns.
  void Close() { probe_.Close(); }

  /// Runs a job on the JS thread and returns when it is done, withdrawn or stopped: inline when
  /// already there. Any thread.
  void Run(detail::Job& job, const RunOptions& limits);

  /// Queues a job. Any thread.
  void Enqueue(std::unique_ptr<detail::Job> job, const RunOptions& limits);

  /// Stops JavaScript if its job is to be ended. On the JS thread, in what JavaScript has called.
  void StopWhatIsDue() { OnProbe(Probe::By::kInterrupt); }

  /// Calls `start` and settles the start of the environment with that. Throws what `start` throws,
  /// and DeadlineExceeded if `stopper` terminated it for taking longer than `timeout`. On the JS
  /// thread.
  void RunStart(const std::function<void()>& start,
                std::optional<std::chrono::milliseconds> timeout, Stopper& stopper);

 private:
  class Running;
  class QueuedJob;

  void Watch(const std::shared_ptr<TimedJob>& timed, const RunOptions& limits);
  std::exception_ptr WithdrawnError(std::optional<std::chrono::milliseconds> timeout) const;
  Watchdog::Task EndingOf(const std::shared_ptr<TimedJob>& timed,
                          std::optional<std::chrono::milliseconds> timeout);
  void RunHere(TimedJob& timed);
  void RunQueued(TimedJob& timed);
  template <class AfterJob>
  void RunWatched(TimedJob& timed, AfterJob&& after);
  void Forget(TimedJob& timed);
  void OnProbe(Probe::By by);
  bool StopOverdue(bool in_javascript);
  bool WaitsForAsyncHook(Running& overdue);
  std::exception_ptr StoppedError(const TimedJob& timed, const std::string& where) const;
  void AfterStop(bool whole);
  void EndEnvironment();

  detail::JsThread& thread_;
  JobRunner& jobs_;
  DebuggerRelease* const debugger_;
  const std::shared_ptr<Watchdog> watchdog_;
  Probe probe_;
  v8::Isolate* isolate_ = nullptr;
  Running* innermost_ = nullptr;  // the JS thread's own
};

}  // namespace nodehost::host
