// WaitFlag: one thread waits until another has done something for it, once.
#pragma once

#include <chrono>
#if defined(__linux__)
#include <atomic>
#else
#include <condition_variable>
#include <mutex>
#endif

namespace nodehost::detail {

/// The waiter owns it, and may destroy it as soon as Wait() has returned: Set() uses nothing of it
/// that could be gone by then.
class WaitFlag {
 public:
  WaitFlag() = default;
  WaitFlag(const WaitFlag&) = delete;
  WaitFlag& operator=(const WaitFlag&) = delete;

  /// Lets the waiter go. Once.
  void Set() noexcept;

  /// Returns when Set() was called; what was done before that has happened.
  void Wait() noexcept;

  /// The same, but returns at `until` at the latest; whether Set() was called. Where it was not,
  /// the waiter must see to it that nobody sets it any more before it destroys it.
  bool WaitUntil(std::chrono::steady_clock::time_point until) noexcept;

 private:
#if defined(__linux__)
  enum State : int { kUnset, kSet, kSlept };  // the waiter sleeps, or is about to

  bool IsSet() const noexcept { return state_.load(std::memory_order_acquire) == kSet; }
  bool SpinUntilSet() noexcept;
  bool MarkSlept() noexcept;  // false if it is set

  // A futex itself and not std::atomic's wait and notify_one: the standard does not allow that to
  // be called on an object that may be gone, and the standard library yields before it waits. A
  // mutex and a condition variable woke the waiter while the mutex was still held, so that it
  // blocked at once: 2 us of a round trip.
  std::atomic<int> state_{kUnset};
#else
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
#endif
};

}  // namespace nodehost::detail
