// Instance: one Node.js, from its set-up to its end: what happens on the JS thread. When it happens
// is decided by a driver: a ThreadDriver, which has a thread for it, or a PumpDriver, on a thread
// of the program.
#pragma once

#include <node.h>
#include <uv.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "busy_watch.hpp"
#include "deadlines.hpp"
#include "debugger_release.hpp"
#include "engine/workers.hpp"
#include "fatal_errors.hpp"
#include "idle_collector.hpp"
#include "job_runner.hpp"
#include "loop_meter.hpp"
#include "memory_limits.hpp"
#include "nodehost/environment_options.hpp"
#include "platform_state.hpp"
#include "process/boundary.hpp"
#include "stopper.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::detail {
class RealmOwner;
}

namespace nodehost::host {

class Instance {
 public:
  /// Throws HostError if the options make no sense.
  Instance(detail::JsThread& thread, PlatformState& platform, EnvironmentOptions options);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  /// While it lives, the calling thread is the JS thread and in V8. What was entered before, and
  /// what was current, comes back after.
  class Entered;

  /// The steps of its life on the JS thread, in this order. SetUp and Free are outside of V8, the
  /// others entered. Load throws what keeps the environment from starting; the later steps are
  /// taken in that case, too.
  void SetUp();
  void Load();
  void Conclude(int exit_code);
  void Free();

  /// Ends JavaScript and the environment's Workers, and waits for those. On the JS thread, at the
  /// end of the process.
  void EndWorkers();

  /// Reports to on_busy from here on, for as long as the loop does.
  void WatchBusy();

  /// See Environment::ReadStatistics. Any thread.
  Statistics ReadStatistics(std::chrono::milliseconds timeout);

  const EnvironmentOptions& options() const noexcept { return options_; }
  JobRunner& jobs() noexcept { return jobs_; }
  Deadlines& deadlines() noexcept { return deadlines_; }
  DebuggerRelease& debugger() noexcept { return debugger_; }
  Stopper& stopper() noexcept { return stopper_; }
  FatalErrors& fatal_errors() noexcept { return fatal_errors_; }

  /// Null before SetUp and after Free.
  node::CommonEnvironmentSetup* setup() const noexcept { return setup_.get(); }

 private:
  void OpenHandles();
  void CloseHandles();
  void LoadLibrary();
  node::EmbedderPreloadCallback Preload();
  void PrepareCommandLine();
  void AddModules(Js& js);
  void RunStartScript();
  void OnProcessExit(int exit_code);

  detail::JsThread& thread_;
  PlatformState& platform_;
  std::vector<Module> modules_;  // that are to be added; not in options_
  const EnvironmentOptions options_;
  const std::string base_dir_;
  Boundary boundary_;
  const std::shared_ptr<detail::Workers> workers_ = std::make_shared<detail::Workers>();

  DebuggerRelease debugger_;
  Stopper stopper_;
  JobRunner jobs_;
  Deadlines deadlines_;
  FatalErrors fatal_errors_;
  MemoryLimits memory_limits_;
  LoopMeter meter_;
  IdleCollector idle_collector_;
  BusyWatch busy_watch_;

  std::unique_ptr<node::CommonEnvironmentSetup> setup_;
  std::unique_ptr<detail::RealmOwner> realm_;
};

class Instance::Entered {
 public:
  explicit Entered(Instance& instance);
  Entered(const Entered&) = delete;
  Entered& operator=(const Entered&) = delete;

 private:
  const detail::JsThread::CurrentScope current_;
  const v8::Locker locker_;
  const v8::Isolate::Scope isolate_scope_;
  const v8::HandleScope handle_scope_;
  const v8::Context::Scope context_scope_;
};

}  // namespace nodehost::host
