#include "fork_guard.hpp"

#include <atomic>

#include "nodehost/errors.hpp"
#if !defined(_WIN32)
#include <pthread.h>
#endif

namespace nodehost::detail {

namespace {

constinit std::atomic<bool> forked{false};
#if !defined(_WIN32)
ForkCallback on_fork = nullptr;
#endif

[[noreturn]] void ThrowForked() {
  throw EnvironmentStopped(
      "This process is a fork() of the one that runs Node.js, whose threads it does not have. Use "
      "JavaScript in the parent only, or call exec after fork.",
      std::nullopt);
}

}  // namespace

void WatchForks([[maybe_unused]] ForkCallback in_child) {
#if !defined(_WIN32)
  on_fork = in_child;
  static const int watched = pthread_atfork(nullptr, nullptr, [] {
    forked.store(true, std::memory_order_relaxed);
    on_fork();
  });
  static_cast<void>(watched);
#endif
}

bool InForkedChild() noexcept { return forked.load(std::memory_order_relaxed); }

void CheckNotForked() {
  if (InForkedChild()) [[unlikely]]
    ThrowForked();
}

}  // namespace nodehost::detail
