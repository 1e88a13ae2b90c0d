// FatalErrors: what becomes of an environment when a check of V8's or Node's fails, or V8 has no
// memory left at all. V8 cannot go on from there, nor unwind: so the thread is parked, asleep for
// ever, and everybody else goes on without it. A thread of the program's own, which pumps, is
// needed elsewhere: it leaves by a jump, and never comes back to this V8.
#pragma once

#include <atomic>
#include <csetjmp>
#include <functional>
#include <string>

#include "job_runner.hpp"
#include "nodehost/environment_options.hpp"
#include "stopper.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::host {

class FatalErrors {
 public:
  FatalErrors(detail::JsThread& thread, JobRunner& jobs, Stopper& stopper,
              const EnvironmentOptions& options)
      : thread_(thread), jobs_(jobs), stopper_(stopper), options_(options) {}
  ~FatalErrors();
  FatalErrors(const FatalErrors&) = delete;
  FatalErrors& operator=(const FatalErrors&) = delete;

  /// The calling thread exists for this environment only: it may be parked.
  void AllowParking() noexcept;

  /// Calls `work`, which enters this environment on a thread that must not be parked. False if a
  /// fatal error left it: destructors between here and there have not run, and nothing may touch
  /// the environment's V8 again. What it held is leaked.
  bool RunOrLeave(const std::function<void()>& work);

  /// Of the calling thread, if it may be parked or left; null on others, such as a Worker's and
  /// V8's own.
  static FatalErrors* OfThisThread() noexcept;

  /// V8 or Node is about to abort the process on the calling thread. Returns if that cannot be
  /// helped: on a thread that is neither an environment's own nor a Worker's.
  static void Contain();

  /// Ends JavaScript and parks the calling thread, which is the JS thread, or has it leave. `what`
  /// is for texts: "V8 or Node met a fatal error".
  [[noreturn]] void Park(EndReason reason, const std::string& what);

  /// A fatal error parks the calling thread, which is a Worker's, next.
  void OnWorkerLost();

  /// Whether there was one. Then the clean-up would wait for the Worker for ever.
  bool has_lost_worker() const noexcept { return has_lost_worker_; }

  /// Tells on_log, once, of an end for lack of memory or by a fatal error. On the JS thread.
  void LogEnd();

 private:
  detail::JsThread& thread_;
  JobRunner& jobs_;
  Stopper& stopper_;
  const EnvironmentOptions& options_;
  std::atomic<bool> has_lost_worker_{false};
  bool logged_ = false;
  std::jmp_buf* landing_ = nullptr;  // in RunOrLeave
};

}  // namespace nodehost::host
