#include "task_thread.hpp"

#include <csignal>
#include <thread>
#include <utility>

#include "fork_guard.hpp"

namespace nodehost::detail {

namespace {
thread_local bool is_task_thread = false;
}  // namespace

TaskThread& TaskThread::Get() {
  static TaskThread* const the_one = new TaskThread;  // never freed: its thread never ends
  return *the_one;
}

bool TaskThread::IsCurrent() noexcept { return is_task_thread; }

TaskThread::TaskThread() {
  // This thread takes no signals: the program's own threads handle them.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread([this] { Run(); }).detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

std::uint64_t TaskThread::CallAt(Clock::time_point when, std::function<void()> function) {
  CheckNotForked();
  const std::lock_guard lock(mutex_);
  const auto added = calls_.emplace(std::pair(when, ++last_number_), std::move(function)).first;
  if (added == calls_.begin()) sooner_.store(true, std::memory_order_release);
  if (when < wakes_at_) {
    wakes_at_ = when;
    changed_.notify_one();
  }
  return last_number_;
}

void TaskThread::Forget(Clock::time_point when, std::uint64_t number) {
  std::function<void()> forgotten;  // destroyed outside the lock
  const std::lock_guard lock(mutex_);
  const auto found = calls_.find(std::pair(when, number));
  if (found == calls_.end()) return;
  forgotten = std::move(found->second);
  calls_.erase(found);
}

// Who adds a call meanwhile wakes nobody.
bool TaskThread::SpinForSooner(std::unique_lock<std::mutex>& lock) {
  wakes_at_ = Clock::time_point::min();
  sooner_.store(false, std::memory_order_relaxed);
  lock.unlock();
  const bool found = spin_.Until([this] { return sooner_.load(std::memory_order_acquire); });
  lock.lock();
  return found || sooner_.load(std::memory_order_relaxed);
}

void TaskThread::Run() {
  is_task_thread = true;
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto first = calls_.begin();
    const Clock::time_point due = calls_.empty() ? Clock::time_point::max() : first->first.first;
    if (due > Clock::now()) {
      if (SpinForSooner(lock)) continue;
      wakes_at_ = due;
      if (due == Clock::time_point::max()) {
        changed_.wait(lock);
      } else {
        changed_.wait_until(lock, due);
      }
      continue;
    }
    {
      const std::function<void()> function = std::move(first->second);
      calls_.erase(first);
      lock.unlock();
      function();
    }
    lock.lock();
  }
}

}  // namespace nodehost::detail
