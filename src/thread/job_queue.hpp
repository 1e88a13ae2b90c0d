// JobQueue: the jobs that wait for a JS thread. It knows neither Node nor libuv: what wakes the
// thread is handed to it, so that the threading can be tested by itself.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>

#include "nodehost/detail/job.hpp"
#include "spin.hpp"

namespace nodehost::detail {

/// A job that somebody else owns, so that finishing it does not delete it.
class BorrowedJob : public Job {
 public:
  explicit BorrowedJob(Job& job) : job_(job) {}

  void Run(Js& js) noexcept final { job_.Run(js); }
  void Cancel(const std::exception_ptr& reason) noexcept final { job_.Cancel(reason); }
  void Finish() noexcept override {}

 private:
  Job& job_;
};

/// A job that brings JavaScript what it may be waiting for, as libuv's callbacks do: the end of a
/// Task, a chunk of a stream. It is run also while another job turns the loop.
class CallbackJob : public Job {};

/// Cancels and finishes each job of a list.
void CancelAll(Job* list, const std::exception_ptr& reason) noexcept;

class JobQueue {
 public:
  JobQueue() = default;
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;

  /// From now on `wake` is called for the first job of each batch, on the thread that pushes it. It
  /// must be quick, and must not come back to the queue. Once.
  void Open(std::function<void()> wake);

  /// Appends a job; false, and nothing done, if the queue is closed. Any thread.
  bool Push(Job& job);

  /// Whether what is pushed from here on wakes the thread anew: kAwake, it looks by SpinForPush()
  /// and FallAsleep() instead.
  enum class Pushes { kWake, kAwake };

  /// Makes what waits the batch that TakeNext() serves, behind what is left of the one before. What
  /// is pushed from here on is not of it, so that jobs that push jobs do not keep the loop from
  /// turning.
  void StartBatch(Pushes pushes = Pushes::kWake);

  /// Takes the oldest job of the batch, null if there is none. Those behind it stay here, where
  /// Close() reaches them however long the job takes.
  Job* TakeNext();

  /// Takes the oldest CallbackJob of the batch, null if there is none. The others keep their order.
  Job* TakeNextCallback();

  /// Whether a job was pushed since the batch was started; spins for a moment until one is. On the
  /// JS thread, after StartBatch(kAwake).
  bool SpinForPush();

  /// A push wakes again from here on. Whether jobs were pushed that have not: the thread must not
  /// sleep.
  bool FallAsleep();

  /// Takes no more jobs, but keeps those that wait, and wakes the thread to tell it. Idempotent.
  void Seal();

  /// Takes no more jobs and never wakes again, not even for a Push() that is under way; returns the
  /// ones that were waiting. Idempotent.
  Job* Close();

  bool closed() const;

  /// How many wait, those of the batch under way included.
  std::size_t size() const;

  /// Whether it takes no more jobs and none waits.
  bool drained() const;

 private:
  void Append();                   // what waits to the batch; with mutex_ held
  Job* Take(Job** link) noexcept;  // out of the batch; with mutex_ held

  mutable std::mutex mutex_;
  std::function<void()> wake_;  // those counted by wakers_ call it without mutex_
  std::atomic<int> wakers_{0};  // counted up with mutex_ held
  Job* first_ = nullptr;
  Job** end_ = &first_;
  Job* batch_ = nullptr;
  Job** batch_end_ = &batch_;
  Job** looked_at_ = &batch_;  // in the batch before this link is no CallbackJob
  bool closed_ = false;

  // Of the JS thread: as long as it would take it to be woken.
  Spin spin_{std::chrono::microseconds(20)};
  bool awake_ = false;               // a push need not wake it
  std::atomic<bool> pushed_{false};  // since the batch was started
  std::size_t size_ = 0;
};

}  // namespace nodehost::detail
