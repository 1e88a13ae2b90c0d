// StopResult: how an environment came to its end.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nodehost/end_reason.hpp"

namespace nodehost {

/// What `Environment::Stop` found.
struct StopResult {
  /// Whether the JS thread has ended. If not, native code - an addon, a synchronous system call -
  /// holds it and cannot be interrupted: the thread ends when that returns, and is joined then.
  bool ended = true;

  /// Whether the environment ended by itself, with nothing left to do or by `process.exit`. If not,
  /// it was terminated: after the timeout, or because of `reason`.
  bool clean = true;

  /// Why it ended; `kNone` while `ended` is false, unless its thread is parked for ever: V8 could
  /// not be left after it ran out of memory or a fatal error.
  EndReason reason = EndReason::kNone;

  /// The exit code; empty while `ended` is false.
  std::optional<int> exit_code = {};

  /// What kept an environment alive that had to be terminated, such as "Timeout",
  /// "TCPServerWrap 127.0.0.1:8080", "ChildProcess 4711 sleep", "Worker 1",
  /// "JavaScript was running: at work (/app/job.js:3:5)", "Native code was running".
  std::vector<std::string> still_alive = {};
};

}  // namespace nodehost
