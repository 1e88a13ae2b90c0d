// TimedJob: a job that must be done by a certain time or until a token says stop, as seen by those
// who have an interest in it: its owner, the JS thread's queue and the watchdog.
#pragma once

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include "nodehost/detail/job.hpp"
#include "thread/wait_flag.hpp"
#include "watchdog.hpp"

namespace nodehost::host {

class TimedJob {
 public:
  using Clock = std::chrono::steady_clock;

  TimedJob(detail::Job& job, Clock::time_point until) : job_(&job), until_(until) {}
  TimedJob(std::unique_ptr<detail::Job> job, Clock::time_point until)
      : owned_(std::move(job)), job_(owned_.get()), until_(until) {}

  Clock::time_point until() const noexcept { return until_; }

  /// Whether its token has said stop.
  bool cancelled() const noexcept { return cancelled_.load(std::memory_order_acquire); }
  /// Whether it is to be ended.
  bool IsDue(Clock::time_point now) const noexcept { return cancelled() || until_ <= now; }

  /// Marks it cancelled and calls `then`, which must not throw, when `token` says stop: on the
  /// thread that does so, or at once. Before the job is queued.
  void CancelWith(const std::stop_token& token, std::function<void()> then) {
    on_stop_.emplace(token, [this, then = std::move(then)] {
      cancelled_.store(true, std::memory_order_release);
      then();
    });
  }

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
  void Wait() { finished_.Wait(); }

 private:
  enum class State { kWaiting, kRunning, kOver };

  bool CancelIn(State latest, const std::exception_ptr& reason);

  mutable std::mutex mutex_;
  detail::WaitFlag finished_;
  const std::unique_ptr<detail::Job> owned_;
  detail::Job* const job_;
  const Clock::time_point until_;
  std::atomic<bool> cancelled_{false};
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
  // Guarded by mutex_.
  State state_ = State::kWaiting;
  bool left_ = false;
};

}  // namespace nodehost::host
