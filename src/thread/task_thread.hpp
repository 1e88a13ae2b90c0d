// TaskThread: the library's own thread for coroutines that run nowhere else, and for timeouts. It
// starts at its first use and is never joined, because what waits there may never end.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "spin.hpp"

namespace nodehost::detail {

class TaskThread {
 public:
  using Clock = std::chrono::steady_clock;

  static TaskThread& Get();

  /// Whether the calling thread is it.
  static bool IsCurrent() noexcept;

  /// Calls `function`, which must not throw, at `when`; of two with the same time, in their order.
  /// Any thread.
  /// Returns its number.
  std::uint64_t CallAt(Clock::time_point when, std::function<void()> function);

  /// Forgets a call that has not begun. Any thread.
  void Forget(Clock::time_point when, std::uint64_t number);

 private:
  TaskThread();
  [[noreturn]] void Run();
  bool SpinForSooner(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::map<std::pair<Clock::time_point, std::uint64_t>, std::function<void()>> calls_;
  std::uint64_t last_number_ = 0;
  // When the thread looks at the calls next, unless it is notified; it is not for a later one.
  Clock::time_point wakes_at_ = Clock::time_point::max();

  std::atomic<bool> sooner_ = false;  // a call came that is due before all others
  // Coroutines come back from a JS thread in quick succession, or not for long. Longer, it would
  // take the core that the JS thread or its caller needs.
  Spin spin_{std::chrono::microseconds(50)};
};

}  // namespace nodehost::detail
