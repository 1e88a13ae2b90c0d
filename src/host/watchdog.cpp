#include "watchdog.hpp"

#include <fmt/format.h>

#include <string>
#include <system_error>
#include <utility>

#include "nodehost/errors.hpp"

namespace nodehost::host {

void Watchdog::Stop() {
  decltype(tasks_) left;  // destroyed behind the lock: they may own what calls us
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    left.swap(tasks_);
    if (!thread_.joinable()) return;
  }
  changed_.notify_one();
  thread_.join();
}

void Watchdog::Start() {
  try {
    thread_ = std::thread([this] { Main(); });
  } catch (const std::system_error& error) {
    throw PlatformError(fmt::format(
        "The thread that watches over timeouts could not be started: {}", error.what()));
  }
}

Watchdog::Ticket Watchdog::At(Clock::time_point when, Task task) {
  const std::lock_guard lock(mutex_);
  const Ticket ticket(when, ++last_number_);
  if (ending_) return ticket;
  tasks_.emplace(ticket, std::move(task));
  if (when < wakes_at_) {
    wakes_at_ = when;
    changed_.notify_one();
  }
  return ticket;
}

void Watchdog::Cancel(const Ticket& ticket) {
  decltype(tasks_)::node_type cancelled;  // destroyed behind the lock: it may own what calls us
  const std::lock_guard lock(mutex_);
  cancelled = tasks_.extract(ticket);
}

void Watchdog::Main() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    if (tasks_.empty()) {
      wakes_at_ = Clock::time_point::max();
      changed_.wait(lock);
      continue;
    }
    const auto next = tasks_.begin();
    if (next->first.first > Clock::now()) {
      // Copies: the task may be gone when the wait is over, and At() changes wakes_at_.
      const Clock::time_point until = wakes_at_ = next->first.first;
      changed_.wait_until(lock, until);
      continue;
    }
    {
      Task task = std::move(tasks_.extract(next).mapped());
      lock.unlock();
      const auto again = task();
      if (!again) task = nullptr;
      lock.lock();
      if (again && !ending_) tasks_.emplace(Ticket(*again, ++last_number_), std::move(task));
    }
  }
}

}  // namespace nodehost::host
