// Deadlines: jobs and start-up scripts that must be done by a certain time. When it has come, a job
// is withdrawn from the queue, or stopped in the middle.
#pragma once

#include <node.h>
#include <uv.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "job_runner.hpp"
#include "probe.hpp"
#include "stopper.hpp"
#include "thread/js_thread.hpp"
#include "watchdog.hpp"

namespace nodehost::host {

class TimedJob;

class Deadlines {
 public:
  Deadlines(detail::JsThread& thread, JobRunner& jobs, Stopper& stopper, Watchdog& watchdog)
      : thread_(thread), jobs_(jobs), stopper_(stopper), watchdog_(watchdog) {}
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;

  /// On the JS thread.
  void Open(uv_loop_t* loop, v8::Isolate* isolate);

  /// On the JS thread, while the loop still turns.
  void Close() { probe_.Close(); }

  /// Runs a job on the JS thread and returns when it is done, withdrawn or stopped: inline when
  /// already there. Any thread.
  void Run(detail::Job& job, std::chrono::milliseconds timeout);

  /// Queues a job. Any thread.
  void Enqueue(std::unique_ptr<detail::Job> job, std::chrono::milliseconds timeout);

  /// Calls `start` and settles the start of the environment with that. Throws what `start` throws,
  /// and DeadlineExceeded if it was terminated for taking longer than `timeout`. On the JS thread.
  void RunStart(const std::function<void()>& start,
                std::optional<std::chrono::milliseconds> timeout);

 private:
  class Running;
  class QueuedJob;

  void Watch(const std::shared_ptr<TimedJob>& timed, std::chrono::milliseconds timeout);
  void RunHere(TimedJob& timed);
  void RunQueued(TimedJob& timed);
  template <class AfterJob>
  void RunWatched(TimedJob& timed, AfterJob&& after);
  void Forget(TimedJob& timed);
  void OnProbe(Probe::By by);
  bool StopOverdue(bool in_javascript);
  void AfterStop(bool whole);
  void EndEnvironment();

  detail::JsThread& thread_;
  JobRunner& jobs_;
  Stopper& stopper_;
  Watchdog& watchdog_;
  Probe probe_;
  v8::Isolate* isolate_ = nullptr;
  Running* innermost_ = nullptr;  // the JS thread's own
};

}  // namespace nodehost::host
