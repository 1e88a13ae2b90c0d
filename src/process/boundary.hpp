// Boundary: what one environment, with its Workers, may do to the process it lives in, and which of
// its changes are undone at its end. engine/start_scripts.cpp puts it in force, before any user
// code runs.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <string>

#include "file_rights.hpp"
#include "nodehost/environment_options.hpp"
#include "signals.hpp"
#include "stdio.hpp"
#include "worker_limits.hpp"

namespace nodehost::host {

/// Throws HostError if `rights` contradict each other: one that is taken could be got round by one
/// that is left.
void CheckRights(const Rights& rights);

class Boundary {
 public:
  /// Throws HostError if the options contradict each other. With `own_process` the process is
  /// Node's own: the boundary is only what the options ask for.
  Boundary(const EnvironmentOptions& options, bool own_process);

  /// Whether there is anything to put in force.
  bool needed() const noexcept;

  /// Whether process.env is to hold nothing of the process's own variables.
  bool hides_variables() const noexcept { return !rights.environment_variables; }

  /// On the thread of a Worker: this is the boundary of its environment.
  void EnterWorker() noexcept;

  /// The boundary of the Worker whose thread this is; null on others.
  static Boundary* OfWorker() noexcept;

  /// Ends waits for readers of the output; before the environment is terminated. Any thread.
  void Cancel() noexcept;

  /// Puts back what was the host's. When the environment is gone.
  void Close();

  const bool own_process;
  const bool allow_signals;
  const bool process_binding;
  const std::string exec_path;
  const Rights rights;
  const FileRights files;
  const bool rights_taken;
  const std::size_t max_external_mb;

  /// Whether the environment holds functions that change the process's state, and may not: a
  /// start-up snapshot does. Set before the environment is loaded.
  bool takes_process_state = false;

  /// Whether the environment is from a snapshot of a program's own, whose code may have kept
  /// functions that are replaced. Set before the environment is loaded.
  bool takes_kept_functions = false;

  /// Whether the environment's name is in process.argv, behind the program's, until JavaScript is
  /// preloaded. Set before the environment is loaded.
  bool has_name_in_argv = false;

  /// Called on the thread of a Worker that will never end.
  std::function<void()> on_worker_lost;

  /// A script has opened the inspector at `url`. On the JS thread.
  std::function<void(std::string url)> on_inspector;

  /// Calls `wait`, in which a script waits for a debugger. On the JS thread.
  std::function<void(const std::function<void()>& wait)> wait_for_debugger;

  /// Why it could not be put in force in the environment itself. On the JS thread.
  std::exception_ptr failure;

  SignalClaims signals;
  StdioClaims stdio;
  WorkerLimits worker_limits;
  OutputSink out;
  OutputSink err;
};

}  // namespace nodehost::host
