// Signals: what keeps the host's signal handlers the host's. libuv installs a handler of its own
// where JavaScript subscribes to a signal or starts a child process, and never puts the old one
// back; so whoever makes libuv do so claims the signal first and gives it back afterwards.
#pragma once

#include <csignal>
#include <map>
#include <mutex>

namespace nodehost::host {

/// The signals that one environment has claimed. Any thread: its Workers claim too.
class SignalClaims {
 public:
  SignalClaims() = default;
  ~SignalClaims() { ReleaseAll(); }
  SignalClaims(const SignalClaims&) = delete;
  SignalClaims& operator=(const SignalClaims&) = delete;

  /// From here on libuv's handler is in place, and stays until the last claim of any environment is
  /// released: then the host's is back. A SIGCHLD goes to the host's own handler too.
  void Claim(int signal);
  void Release(int signal);

  /// When the environment is gone.
  void ReleaseAll();

 private:
  std::mutex mutex_;
  std::map<int, int> counts_;
};

/// Takes libuv's handlers out of the process for good. When no environment is left.
void ForgetSignals();

/// While it lives, if `block`, new threads of the calling one start with every signal blocked but
/// those that report what the thread itself did, and SIGPROF, which V8's CPU profiler sends to it.
/// Signals to the process are then taken by the host's own threads.
class SignalsBlocked {
 public:
  explicit SignalsBlocked(bool block = true);
  ~SignalsBlocked();
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
#if !defined(_WIN32)
  bool blocked_ = false;
  sigset_t before_{};
#endif
};

/// Without a handler, a write to a closed pipe or socket ends the process. While it lives, SIGPIPE
/// is ignored, unless the host has said what to do with it.
class BrokenPipesIgnored {
 public:
  BrokenPipesIgnored();
  ~BrokenPipesIgnored();
  BrokenPipesIgnored(const BrokenPipesIgnored&) = delete;
  BrokenPipesIgnored& operator=(const BrokenPipesIgnored&) = delete;

 private:
  bool ignored_ = false;
};

}  // namespace nodehost::host
