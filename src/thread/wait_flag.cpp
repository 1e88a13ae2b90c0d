#include "wait_flag.hpp"

#include <algorithm>

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#endif

namespace nodehost::detail {

#if defined(__linux__)

void WaitFlag::Set() noexcept {
  auto* const address = reinterpret_cast<int*>(&set_);
  set_.store(1, std::memory_order_release);
  // The flag may be destroyed by now. The kernel only compares its address; another futex that has
  // been put there is woken for nothing, and its waiter checks and waits again.
  syscall(SYS_futex, address, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

void WaitFlag::Wait() noexcept {
  auto* const address = reinterpret_cast<int*>(&set_);
  while (set_.load(std::memory_order_acquire) == 0) {
    syscall(SYS_futex, address, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0);
  }
}

bool WaitFlag::WaitUntil(std::chrono::steady_clock::time_point until) noexcept {
  using std::chrono::nanoseconds;
  using std::chrono::seconds;
  auto* const address = reinterpret_cast<int*>(&set_);
  // The clock is CLOCK_MONOTONIC, which FUTEX_WAIT_BITSET takes a point of.
  const auto since_start = std::max(until.time_since_epoch(), std::chrono::steady_clock::duration{});
  const auto whole = std::chrono::duration_cast<seconds>(since_start);
  const timespec at{.tv_sec = whole.count(), .tv_nsec = nanoseconds(since_start - whole).count()};
  while (set_.load(std::memory_order_acquire) == 0) {
    if (std::chrono::steady_clock::now() >= until) return false;
    syscall(SYS_futex, address, FUTEX_WAIT_BITSET_PRIVATE, 0, &at, nullptr,
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
