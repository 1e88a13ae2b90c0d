// DebuggerClient: one more debugger of an environment, this program's own, for what only debuggers
// can do: let JavaScript go on where a debugger holds it. The JS thread then waits on a lock of
// Node's, which neither the event loop nor V8's TerminateExecution wakes.
#pragma once

#include <uv.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace nodehost::host {

class DebuggerClient {
 public:
  enum class LetGo {
    kOfWaiting,   ///< JavaScript that waits for a debugger to come
    kOfAnything,  ///< and JavaScript that a debugger has paused
  };

  /// Connects to the inspector's `url` after `delay`, on a thread of its own, and lets JavaScript
  /// go on again and again: there may be a breakpoint on the way. Where the inspector cannot be
  /// reached, it does nothing.
  DebuggerClient(std::string url, LetGo what, std::chrono::milliseconds delay);

  /// Leaves at once. Node's inspector crashes over a debugger that leaves while it is answered; so
  /// either `Leave` was called before, and time has passed, or the inspector is gone.
  ~DebuggerClient();
  DebuggerClient(const DebuggerClient&) = delete;
  DebuggerClient& operator=(const DebuggerClient&) = delete;

  /// It leaves by itself when all it has asked for is answered. For `kOfWaiting`.
  void Leave();

  /// Whether it has left, or was never there.
  bool gone() const;

  /// Whether it has said so to the environment.
  bool acted() const noexcept { return acted_; }

  /// Whether JavaScript was paused then.
  bool found_paused() const noexcept { return found_paused_; }

 private:
  void Main();
  void Connect();
  void OnConnected();
  void OnReceived(std::string_view bytes);
  void OnAnswer(std::string_view answer);
  void Ask();
  void Write(std::string_view bytes);
  void Send(std::string_view request);
  void Wake();
  void LeaveIfDone();
  void CloseAll();

  const std::string url_;
  const LetGo what_;
  const std::chrono::milliseconds delay_;
  std::atomic<bool> acted_{false};
  std::atomic<bool> found_paused_{false};
  std::atomic<bool> leaves_{false};
  std::atomic<bool> leaves_at_once_{false};
  uv_loop_t loop_{};
  uv_async_t leave_{};
  mutable std::mutex mutex_;
  bool open_ = false;  // guarded by mutex_: leave_ may be sent

  // The thread's own.
  uv_timer_t timer_{};
  uv_tcp_t socket_{};
  uv_connect_t connect_{};
  bool closing_ = false;
  bool upgraded_ = false;
  int unanswered_ = 0;
  std::string received_;  // what has not been read yet
  char buffer_[4096]{};

  std::thread thread_;
};

}  // namespace nodehost::host
