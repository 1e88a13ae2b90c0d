#include "watchdog.hpp"

#include <utility>

namespace nodehost::host {

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    if (!thread_.joinable()) return;
  }
  changed_.notify_one();
  thread_.join();
}

void Watchdog::At(Clock::time_point when, Task task) {
  const std::lock_guard lock(mutex_);
  tasks_.emplace(when, std::move(task));
  if (!thread_.joinable()) thread_ = std::thread([this] { Main(); });
  changed_.notify_one();
}

void Watchdog::Main() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    if (tasks_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const auto next = tasks_.begin();
    if (next->first > Clock::now()) {
      // A copy: the task, and the time in it, may be gone when the wait is over.
      const Clock::time_point until = next->first;
      changed_.wait_until(lock, until);
      continue;
    }
    {
      Task task = std::move(tasks_.extract(next).mapped());
      lock.unlock();
      const auto again = task();
      if (!again) task = nullptr;
      lock.lock();
      if (again) tasks_.emplace(*again, std::move(task));
    }
  }
}

}  // namespace nodehost::host
