// StartOutcome: how the start of an environment went. It is settled once: by success or by a
// failure. A start that takes too long is timed out first, and then fails.
#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>

namespace nodehost::detail {

/// All members may be called on any thread.
class StartOutcome {
 public:
  StartOutcome() = default;
  StartOutcome(const StartOutcome&) = delete;
  StartOutcome& operator=(const StartOutcome&) = delete;

  /// The start succeeded. Calls `first` before those who wait hear of it. Returns false, and does
  /// nothing, if the start was timed out before.
  template <class F>
  bool Succeed(F&& first) {
    const std::lock_guard lock(mutex_);
    if (timed_out_) return false;
    std::forward<F>(first)();
    outcome_.emplace(nullptr);
    settled_.notify_all();
    return true;
  }

  /// The start failed: those who wait for it get `error`. Does nothing if it is settled.
  void Fail(std::exception_ptr error);

  /// The time for the start is up. Returns false, and does nothing, if the start is settled.
  bool TimeOut();
  bool timed_out() const;

  /// Waits until the start is settled. Returns what made it fail, or null, and does not keep it: an
  /// error of JavaScript's keeps memory of the environment that this is a part of.
  std::exception_ptr Wait();

 private:
  mutable std::mutex mutex_;
  std::condition_variable settled_;
  std::optional<std::exception_ptr> outcome_;  // guarded by mutex_
  bool timed_out_ = false;                     // guarded by mutex_
};

}  // namespace nodehost::detail
