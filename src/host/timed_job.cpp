#include "timed_job.hpp"

namespace nodehost::host {

detail::Job* TimedJob::Start() {
  const std::lock_guard lock(mutex_);
  if (state_ != State::kWaiting) return nullptr;
  state_ = State::kRunning;
  return job_;
}

void TimedJob::Finish() {
  {
    const std::lock_guard lock(mutex_);
    state_ = State::kOver;
  }
  finished_.Set();
}

bool TimedJob::Withdraw(const std::exception_ptr& reason) {
  return CancelIn(State::kWaiting, reason);
}

void TimedJob::Cancel(const std::exception_ptr& reason) { CancelIn(State::kRunning, reason); }

bool TimedJob::CancelIn(State latest, const std::exception_ptr& reason) {
  {
    const std::lock_guard lock(mutex_);
    if (state_ > latest) return false;
    state_ = State::kOver;
  }
  job_->Cancel(reason);
  Leave();
  Finish();
  return true;
}

void TimedJob::Leave() {
  const std::lock_guard lock(mutex_);
  left_ = true;
}

bool TimedJob::left() const {
  const std::lock_guard lock(mutex_);
  return left_;
}

}  // namespace nodehost::host
