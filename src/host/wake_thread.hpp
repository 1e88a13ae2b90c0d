// WakeThread: waits for an event loop's file descriptor on behalf of a program that cannot, and
// calls it. One thread for each environment that has PumpOptions::on_wake.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace nodehost::host {

class WakeThread {
 public:
  /// `fd` must stay open until the end. Throws PlatformError if the system has no pipe left.
  WakeThread(int fd, std::function<void()> on_wake);

  /// Waits for a call to `on_wake` that is under way.
  ~WakeThread();
  WakeThread(const WakeThread&) = delete;
  WakeThread& operator=(const WakeThread&) = delete;

  /// Calls `on_wake` once, when `fd` is readable or `timeout_ms` have passed; -1 is for ever. In
  /// place of what was watched for before.
  void Watch(int timeout_ms);

  /// Calls nothing before the next Watch(), but for a call that is under way.
  void Pause();

 private:
  void Main();
  bool WaitForEvent(int timeout_ms) const;
  void Interrupt() const;

  const int fd_;
  const std::function<void()> on_wake_;
  int interrupt_[2] = {-1, -1};  // a pipe: read, write

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::optional<int> timeout_;  // what is watched for; empty: nothing
  unsigned watch_ = 0;          // counts them
  bool ending_ = false;

  std::thread thread_;
};

}  // namespace nodehost::host
