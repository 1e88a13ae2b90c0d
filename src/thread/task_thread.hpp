// TaskThread: the library's own thread for coroutines that run nowhere else, and for time-outs. It
// starts at its first use and is never joined: nothing that waits there need ever end.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>

namespace nodehost::detail {

class TaskThread {
 public:
  using Clock = std::chrono::steady_clock;

  static TaskThread& Get();

  /// Whether the calling thread is it.
  static bool IsCurrent() noexcept;

  /// Calls `function`, which must not throw, at `when`; of two with the same time, in their order.
  /// Any thread.
  void CallAt(Clock::time_point when, std::function<void()> function);

 private:
  TaskThread();
  [[noreturn]] void Run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<Clock::time_point, std::function<void()>> calls_;  // guarded by mutex_
};

}  // namespace nodehost::detail
