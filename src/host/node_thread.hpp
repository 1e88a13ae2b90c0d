// NodeThread: the thread that runs one Node.js. Its life is one function, Main: set up, spin the
// event loop, tear down. Jobs come in through the JsThread it is. A PumpedThread does the same
// steps piece by piece, on a thread of the program.
#pragma once

#include <node.h>
#include <uv.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "alive_report.hpp"
#include "busy_watch.hpp"
#include "debugger_client.hpp"
#include "engine/heap_limit.hpp"
#include "loop_meter.hpp"
#include "nodehost/environment_options.hpp"
#include "nodehost/stop_result.hpp"
#include "platform_state.hpp"
#include "process/boundary.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::host {

class TimedJob;

class NodeThread : public detail::JsThread {
 public:
  /// Throws HostError if the options make no sense.
  NodeThread(PlatformState& platform, EnvironmentOptions options);

  /// Starts the thread and returns when the environment takes jobs; throws what stopped it.
  virtual void Start();

  /// See Environment::Stop.
  virtual StopResult Stop(std::chrono::milliseconds deadline);

  /// The first half of Stop: no new jobs, and the loop may end. Any thread.
  void RequestStop();

  /// See Environment::WaitForExit.
  int WaitForExit();

  /// Joins the thread if it has ended; whether it is joined now. Any thread but this one.
  bool TryJoin();

  bool SpinUntil(bool (*done)(void*), void* data) override;

  /// See RunOptions::deadline. Any thread; in node_thread_deadline.cpp.
  void RunTimed(detail::Job& job, std::chrono::milliseconds deadline);
  void EnqueueTimed(std::unique_ptr<detail::Job> job, std::chrono::milliseconds deadline);
  /// On the JS thread.
  void RunTimedHere(TimedJob& timed);

  /// On the JS thread, in node_thread_debugger.cpp: the inspector listens at `url`.
  void OnInspectorOpen(std::string url);
  /// Whether `wait`, which waits for a debugger, was ended by one, and not after `patience`.
  bool WaitForDebugger(const std::function<void()>& wait,
                       std::optional<std::chrono::milliseconds> patience);

  /// See Environment::Statistics.
  Statistics ReadStatistics(std::chrono::milliseconds patience);

  /// V8 or Node is about to abort the process on this thread. Returns if that cannot be helped: on
  /// a thread that is neither an environment's own nor a Worker's.
  static void MeetFatalError();

  const EnvironmentOptions& options() const noexcept { return options_; }
  const std::filesystem::path& base_dir() const noexcept { return base_dir_; }

 protected:
  // On the JS thread, in this order.
  void Main();
  std::unique_lock<std::timed_mutex> ComingOrGoing(std::optional<std::chrono::seconds> patience);
  std::unique_ptr<node::CommonEnvironmentSetup> MakeSetup();
  void RunEnvironment(node::CommonEnvironmentSetup& setup);
  void Attach(node::CommonEnvironmentSetup& setup);
  void OpenLoopHandles();
  void Load(detail::Realm& realm);
  void LoadLibraryEnvironment();
  void RunJobs();
  void OnProcessExit(int code);
  void OpenHeapLimit();
  void OnOutOfMemory(const std::string& what);
  void OnWorkerLost();
  void LogLoss();
  [[noreturn]] void Park(EndReason reason, const std::string& what);
  void RunStartScript();
  void RunStartScriptInTime();
  void Conclude(int code);
  void CloseLoopHandles();
  void FreeSetup(std::unique_ptr<node::CommonEnvironmentSetup> setup);
  void SetEnded();
  void StopAfter(std::chrono::milliseconds deadline);

  using Clock = std::chrono::steady_clock;

  // In node_thread_deadline.cpp.
  class RunningDeadline;
  void WatchJob(const std::shared_ptr<TimedJob>& timed, std::chrono::milliseconds deadline);
  void AskToMeetDeadlines();
  bool MeetDeadlines(bool in_javascript);
  void EndAtDeadline();
  void AfterDeadline(bool whole);

  // In node_thread_debugger.cpp.
  void KeepCloseInspector();
  void CloseInspector();
  DebuggerClient* LetGoOfJavaScript();

  // In node_thread_resources.cpp.
  void OpenMeters();
  void CloseMeters();
  void WatchBusy();

  // On any thread; in node_thread_stop.cpp.
  void EndByForce();
  void Terminate(std::vector<std::string> still_alive);

  PlatformState& platform_;
  const EnvironmentOptions options_;
  const std::filesystem::path base_dir_;
  Boundary boundary_;
  uv_thread_t thread_{};

  // The JS thread's own.
  uv_loop_t* loop_ = nullptr;
  uv_async_t wake_{};        // a job came, or a stop
  uv_check_t run_jobs_{};    // runs them, in the loop's check phase
  int spinning_ = 0;         // how many SpinUntil are under way
  uv_timer_t stop_timer_{};  // the deadline of a Stop on this thread
  v8::Isolate* isolate_ = nullptr;
  node::Environment* env_ = nullptr;
  bool has_own_thread_ = false;     // and not somebody else's
  detail::Job* running_ = nullptr;  // the jobs under way, the innermost first
  detail::HeapLimit heap_limit_;
  bool loss_logged_ = false;
  RunningDeadline* deadlines_ = nullptr;  // the innermost
  uv_async_t deadline_wake_{};            // for an event loop inside a job
  std::atomic<bool> deadline_asked_{false};
  LoopMeter meter_;
  std::optional<BusyWatch> busy_watch_;
  v8::Global<v8::Function> close_inspector_;

  AliveReport alive_;
  std::atomic<bool> worker_lost_{false};  // one of its Workers is parked for ever

  std::atomic<bool> joined_{true};  // false while there is a thread to join

  std::mutex mutex_;
  // Guarded by mutex_.
  std::string inspector_url_;  // of the last one that was opened
  bool waits_for_debugger_ = false;
  std::vector<std::unique_ptr<DebuggerClient>> waits_given_up_;
  std::unique_ptr<DebuggerClient> lets_go_;
};

}  // namespace nodehost::host
