#include "job_queue.hpp"

#include <thread>
#include <utility>

namespace nodehost::detail {

void CancelAll(Job* list, const std::exception_ptr& reason) noexcept {
  while (list) {
    Job* const job = std::exchange(list, list->next);
    job->Cancel(reason);
    job->Finish();
  }
}

void JobQueue::Open(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
  if (first_ && !closed_) wake_();
}

bool JobQueue::Push(Job& job) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    const bool first = first_ == nullptr;
    ++size_;
    job.next = nullptr;
    *end_ = &job;
    end_ = &job.next;
    if (awake_) pushed_.store(true, std::memory_order_release);
    if (!first || !wake_ || awake_) return true;
    wakers_.fetch_add(1, std::memory_order_relaxed);
  }
  // Not under the lock, which the woken thread takes first of all. What the wake-up uses may be
  // freed after Close(), and so may the queue: Close() waits for this count.
  wake_();
  wakers_.fetch_sub(1, std::memory_order_release);
  return true;
}

void JobQueue::StartBatch(Pushes pushes) {
  const std::lock_guard lock(mutex_);
  Append();
  awake_ = pushes == Pushes::kAwake;
  pushed_.store(false, std::memory_order_relaxed);
}

bool JobQueue::SpinForPush() {
  return spin_.Until([this] { return pushed_.load(std::memory_order_acquire); });
}

bool JobQueue::FallAsleep() {
  const std::lock_guard lock(mutex_);
  return std::exchange(awake_, false) && first_ != nullptr;
}

void JobQueue::Append() {
  if (!first_) return;
  *batch_end_ = std::exchange(first_, nullptr);
  batch_end_ = std::exchange(end_, &first_);
}

Job* JobQueue::TakeNext() {
  const std::lock_guard lock(mutex_);
  return batch_ ? Take(&batch_) : nullptr;
}

Job* JobQueue::TakeNextCallback() {
  const std::lock_guard lock(mutex_);
  for (; *looked_at_; looked_at_ = &(*looked_at_)->next) {
    if (dynamic_cast<CallbackJob*>(*looked_at_)) return Take(looked_at_);
  }
  return nullptr;
}

Job* JobQueue::Take(Job** link) noexcept {
  Job* const job = std::exchange(*link, (*link)->next);
  if (!*link) batch_end_ = link;
  if (looked_at_ == &job->next) looked_at_ = link;
  job->next = nullptr;
  --size_;
  return job;
}

void JobQueue::Seal() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  if (wake_) wake_();
}

Job* JobQueue::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  // There are no new ones, and a wake-up waits for nothing: it is one write to a descriptor.
  while (wakers_.load(std::memory_order_acquire) != 0) std::this_thread::yield();
  wake_ = nullptr;
  Append();
  batch_end_ = looked_at_ = &batch_;
  size_ = 0;
  return std::exchange(batch_, nullptr);
}

std::size_t JobQueue::size() const {
  const std::lock_guard lock(mutex_);
  return size_;
}

bool JobQueue::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

bool JobQueue::drained() const {
  const std::lock_guard lock(mutex_);
  return closed_ && !first_ && !batch_;
}

}  // namespace nodehost::detail
