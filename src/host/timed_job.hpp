// TimedJob: a job that must be done by a certain time, as seen by those who have an interest in it:
// its owner, the JS thread's queue and the watchdog.
#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>

#include "nodehost/detail/job.hpp"
#include "watchdog.hpp"

namespace nodehost::host {

class TimedJob {
 public:
  using Clock = std::chrono::steady_clock;

  TimedJob(detail::Job& job, Clock::time_point until) : job_(&job), until_(until) {}
  TimedJob(std::unique_ptr<detail::Job> job, Clock::time_point until)
      : owned_(std::move(job)), job_(owned_.get()), until_(until) {}

  Clock::time_point until() const noexcept { return until_; }

  /// Claims it for running. Null if it was withdrawn. On the JS thread.
  detail::Job* Start();

  /// It has run, to whatever end.
  void Finish();

  /// Cancels it if it has not been started; whether it did. Any thread.
  bool Withdraw(const std::exception_ptr& reason);

  /// Cancels it unless it is over: it will not be run, or not go on.
  void Cancel(const std::exception_ptr& reason);

  /// Nothing that it has left behind runs any more, either.
  void Leave();
  bool left() const;

  /// The watchdog's task for it. Of who makes it, then of who ends it.
  Watchdog::Ticket ticket{};

  /// Waits until it has run or was cancelled.
  void Wait();

 private:
  enum class State { kWaiting, kRunning, kOver };

  bool CancelIn(State latest, const std::exception_ptr& reason);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  const std::unique_ptr<detail::Job> owned_;
  detail::Job* const job_;
  const Clock::time_point until_;
  // Guarded by mutex_.
  State state_ = State::kWaiting;
  bool finished_ = false;
  bool left_ = false;
};

}  // namespace nodehost::host
