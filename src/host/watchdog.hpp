// Watchdog: one thread that does small things at given times, for all JS threads of a platform.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

namespace nodehost::host {

class Watchdog {
 public:
  using Clock = std::chrono::steady_clock;

  /// Called on the watchdog's thread; must not block. Returns when it wants to be called again.
  using Task = std::function<std::optional<Clock::time_point>()>;

  Watchdog() = default;
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// Forgets what is left to do.
  ~Watchdog();

  /// Calls `task` at `when`. The thread starts with the first task. Any thread.
  void At(Clock::time_point when, Task task);

 private:
  void Main();

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::multimap<Clock::time_point, Task> tasks_;
  std::thread thread_;
  bool ending_ = false;
};

}  // namespace nodehost::host
