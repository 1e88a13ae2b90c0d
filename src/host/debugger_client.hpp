// DebuggerClient: a client of an environment's inspector, this program's own, for what only
// debuggers can do: resume JavaScript that another debugger has paused, or that waits for one. The
// JS thread then waits on a lock of Node's, which neither the event loop nor V8's
// TerminateExecution wakes.
#pragma once

#include <uv.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "thread/uv_handle.hpp"

namespace nodehost::host {

class DebuggerClient {
 public:
  enum class Resumes {
    kWaiting,           ///< JavaScript that waits for a debugger to come
    kWaitingAndPaused,  ///< that, and JavaScript that a debugger has paused
  };

  /// Connects to the inspector's `url` after `delay`, on a thread of its own, and resumes
  /// JavaScript again and again: there may be a breakpoint on the way. Where the inspector cannot
  /// be reached, it does nothing.
  DebuggerClient(std::string url, Resumes what, std::chrono::milliseconds delay);

  /// Disconnects at once. Node's inspector crashes when a debugger disconnects while it is being
  /// answered; so either `Leave` must have been called some time before, or the inspector be gone.
  ~DebuggerClient();
  DebuggerClient(const DebuggerClient&) = delete;
  DebuggerClient& operator=(const DebuggerClient&) = delete;

  /// Has it disconnect when all it has asked for is answered. For `kWaiting`.
  void Leave();

  /// Whether it has disconnected, or was never connected.
  bool gone() const;

  /// Whether it has asked the inspector to resume JavaScript.
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
  const Resumes what_;
  const std::chrono::milliseconds delay_;
  std::atomic<bool> acted_{false};
  std::atomic<bool> found_paused_{false};
  std::atomic<bool> leaves_{false};
  std::atomic<bool> leaves_at_once_{false};
  uv_loop_t loop_{};
  mutable std::mutex mutex_;
  detail::UvHandle<uv_async_t> leave_;  // guarded by mutex_

  // The thread's own.
  detail::UvHandle<uv_timer_t> timer_;
  detail::UvHandle<uv_tcp_t> socket_;
  uv_connect_t connect_{};
  bool is_closing_ = false;
  bool upgraded_ = false;
  int unanswered_ = 0;
  std::string received_;  // what has not been read yet
  char buffer_[4096]{};

  std::thread thread_;
};

}  // namespace nodehost::host
