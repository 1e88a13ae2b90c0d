// Stopper: brings an environment to its end from outside: it asks, waits, and terminates.
#pragma once

#include <uv.h>
#include <v8.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "alive_report.hpp"
#include "debugger_release.hpp"
#include "nodehost/stop_result.hpp"
#include "process/boundary.hpp"
#include "thread/js_thread.hpp"
#include "watchdog.hpp"

namespace nodehost::host {

/// Any thread, where nothing else is said.
class Stopper {
 public:
  Stopper(detail::JsThread& thread, Boundary& process, DebuggerRelease& debugger,
          Watchdog& watchdog)
      : thread_(thread), process_(process), debugger_(debugger), watchdog_(watchdog) {}
  Stopper(const Stopper&) = delete;
  Stopper& operator=(const Stopper&) = delete;

  /// On the JS thread.
  void Open(uv_loop_t* loop, v8::Isolate* isolate) { alive_.Open(loop, isolate); }

  /// On the JS thread, while the loop still turns.
  void Close() { alive_.Close(); }

  /// The environment takes no new jobs, and its loop ends when it has nothing left to do.
  void Request();

  /// See Environment::Stop.
  StopResult Stop(std::chrono::milliseconds timeout);

  /// Waits for the end until then, and terminates.
  void WaitOrTerminate(detail::Life::Clock::time_point until);

  /// Ends JavaScript in the middle of a statement; see Life::Terminate.
  void Terminate(std::vector<std::string> still_alive);

  /// Does that at `until`, unless an earlier time was given before. On the JS thread, which must
  /// not wait for itself.
  void TerminateAt(detail::Life::Clock::time_point until);

 private:
  detail::JsThread& thread_;
  Boundary& process_;
  DebuggerRelease& debugger_;
  Watchdog& watchdog_;
  AliveReport alive_;
  std::optional<detail::Life::Clock::time_point> terminate_at_;  // the JS thread's own
};

}  // namespace nodehost::host
