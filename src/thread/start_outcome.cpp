#include "start_outcome.hpp"

namespace nodehost::detail {

void StartOutcome::Fail(std::exception_ptr error) {
  const std::lock_guard lock(mutex_);
  if (outcome_) return;
  outcome_.emplace(std::move(error));
  settled_.notify_all();
}

bool StartOutcome::TimeOut() {
  const std::lock_guard lock(mutex_);
  if (outcome_) return false;
  timed_out_ = true;
  return true;
}

bool StartOutcome::timed_out() const {
  const std::lock_guard lock(mutex_);
  return timed_out_;
}

std::exception_ptr StartOutcome::Wait() {
  std::unique_lock lock(mutex_);
  settled_.wait(lock, [this] { return outcome_.has_value(); });
  return std::exchange(*outcome_, nullptr);
}

}  // namespace nodehost::detail
