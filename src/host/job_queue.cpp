#include "job_queue.hpp"

#include <utility>

namespace nodehost::detail {

void JobQueue::Open(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
  if (first_ && !closed_) wake_();
}

bool JobQueue::Push(Job& job) {
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  const bool first = first_ == nullptr;
  job.next = nullptr;
  *end_ = &job;
  end_ = &job.next;
  // Under the lock: Close() cannot come between the check and the wake-up, whose target may be
  // freed right after Close().
  if (first && wake_) wake_();
  return true;
}

Job* JobQueue::TakeAll() {
  const std::lock_guard lock(mutex_);
  end_ = &first_;
  return std::exchange(first_, nullptr);
}

void JobQueue::Seal() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  if (wake_) wake_();
}

Job* JobQueue::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  wake_ = nullptr;
  end_ = &first_;
  return std::exchange(first_, nullptr);
}

bool JobQueue::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

}  // namespace nodehost::detail
