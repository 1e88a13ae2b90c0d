// Watchdog: one thread that runs short tasks at given times, for all JS threads of a platform.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace nodehost::host {

class Watchdog {
 public:
  using Clock = std::chrono::steady_clock;

  /// Called on the watchdog's thread; must not block. Returns when it wants to be called again.
  using Task = std::function<std::optional<Clock::time_point>()>;

  /// A task that was left with At().
  using Ticket = std::pair<Clock::time_point, std::uint64_t>;

  Watchdog() = default;
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  ~Watchdog() { Stop(); }

  /// Starts the thread, so that At() needs none. Throws PlatformError if there is none to be had.
  void Start();

  /// Ends the thread, and forgets what is left to do: then At() has no effect. Not on the
  /// watchdog's thread.
  void Stop();

  /// Calls `task` at `when`. Any thread.
  Ticket At(Clock::time_point when, Task task);

  /// Forgets a task that has not been called yet. Any thread.
  void Cancel(const Ticket& ticket);

 private:
  void Main();

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::map<Ticket, Task> tasks_;
  std::uint64_t last_number_ = 0;
  // When the thread looks at the tasks next, unless it is notified. It is not where a task is later
  // than that, as most are: one with a timeout is cancelled long before, and the next comes.
  Clock::time_point wakes_at_ = Clock::time_point::max();
  std::thread thread_;
  bool ending_ = false;
};

}  // namespace nodehost::host
