#include "wait_flag.hpp"

#include <algorithm>
#include <ctime>

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "spin.hpp"
#endif

namespace nodehost::detail {

#if defined(__linux__)

namespace {

// Of the calling thread: as long as a call of a small package takes, and to wake a JS thread for it
// on a slow virtual machine. With less than both, who has once found that thread asleep sleeps
// before it is done, finds it asleep again, and never comes back to waits that need no waking.
thread_local constinit Spin spin(std::chrono::microseconds(150));

}  // namespace

void WaitFlag::Set() noexcept {
  auto* const address = reinterpret_cast<int*>(&state_);
  // The flag may be destroyed from here on. The kernel only compares its address; another futex
  // that has been put there is woken for nothing, and its waiter checks and waits again.
  if (state_.exchange(kSet, std::memory_order_acq_rel) == kSlept) {
    syscall(SYS_futex, address, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }
}

bool WaitFlag::SpinUntilSet() noexcept {
  if (IsSet()) return true;
  const SpinPlace place;
  return place ? spin.Until([this] { return IsSet(); }) : IsSet();
}

void WaitFlag::Wait() noexcept {
  if (SpinUntilSet()) return;
  auto* const address = reinterpret_cast<int*>(&state_);
  while (MarkSlept()) {
    syscall(SYS_futex, address, FUTEX_WAIT_PRIVATE, kSlept, nullptr, nullptr, 0);
  }
}

bool WaitFlag::MarkSlept() noexcept {
  int before = kUnset;
  return state_.compare_exchange_strong(before, kSlept, std::memory_order_acq_rel) ||
         before == kSlept;
}

bool WaitFlag::WaitUntil(std::chrono::steady_clock::time_point until) noexcept {
  // Who asks without waiting does not spin.
  if (IsSet() || std::chrono::steady_clock::now() >= until) return IsSet();
  if (SpinUntilSet()) return true;
  using std::chrono::nanoseconds;
  using std::chrono::seconds;
  auto* const address = reinterpret_cast<int*>(&state_);
  // The clock is CLOCK_MONOTONIC, which FUTEX_WAIT_BITSET takes a point of.
  const auto since_start =
      std::max(until.time_since_epoch(), std::chrono::steady_clock::duration{});
  const auto whole = std::chrono::duration_cast<seconds>(since_start);
  const std::timespec at{.tv_sec = whole.count(),
                         .tv_nsec = nanoseconds(since_start - whole).count()};
  while (MarkSlept()) {
    if (std::chrono::steady_clock::now() >= until) return false;
    syscall(SYS_futex, address, FUTEX_WAIT_BITSET_PRIVATE, kSlept, &at, nullptr,
            FUTEX_BITSET_MATCH_ANY);
  }
  return true;
}

#else

void WaitFlag::Set() noexcept {
  const std::lock_guard lock(mutex_);
  set_ = true;
  changed_.notify_one();  // under the lock: the waiter destroys the flag when it has seen it
}

void WaitFlag::Wait() noexcept {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return set_; });
}

bool WaitFlag::WaitUntil(std::chrono::steady_clock::time_point until) noexcept {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, until, [this] { return set_; });
}

#endif

}  // namespace nodehost::detail
