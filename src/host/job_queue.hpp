// JobQueue: the jobs that wait for a JS thread. It knows neither Node nor libuv: what wakes the
// thread is handed to it, so that the threading can be tested by itself.
#pragma once

#include <functional>
#include <mutex>

#include "nodehost/detail/job.hpp"

namespace nodehost::detail {

class JobQueue {
 public:
  JobQueue() = default;
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;

  /// From now on `wake` is called, under the queue's lock, for the first job of each batch.
  void Open(std::function<void()> wake);

  /// Appends a job; false, and nothing done, if the queue is closed. Any thread.
  bool Push(Job& job);

  /// Takes the whole batch, oldest first, as a linked list. What is pushed from here on wakes anew.
  Job* TakeAll();

  /// Takes no more jobs, but keeps those that wait, and wakes the thread to tell it. Idempotent.
  void Seal();

  /// Takes no more jobs and never wakes again; returns the ones that were waiting. Idempotent.
  Job* Close();

  bool closed() const;

 private:
  mutable std::mutex mutex_;
  std::function<void()> wake_;
  Job* first_ = nullptr;
  Job** end_ = &first_;
  bool closed_ = false;
};

}  // namespace nodehost::detail
