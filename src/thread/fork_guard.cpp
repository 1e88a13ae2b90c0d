#include "fork_guard.hpp"

#include <atomic>

#include "js_thread.hpp"
#include "nodehost/errors.hpp"
#if !defined(_WIN32)
#include <pthread.h>
#endif

namespace nodehost::host {

namespace {

constinit std::atomic<bool> forked{false};

}  // namespace

void WatchForks() {
#if !defined(_WIN32)
  static const int watched = pthread_atfork(nullptr, nullptr, [] {
    forked.store(true, std::memory_order_relaxed);
    // A fork on a JS thread: its copy must not go on in JavaScript either.
    detail::JsThread::ForgetCurrent();
  });
  static_cast<void>(watched);
#endif
}

bool InForkedChild() noexcept { return forked.load(std::memory_order_relaxed); }

void CheckNotForked() {
  if (InForkedChild()) [[unlikely]]
    ThrowForked();
}

void ThrowForked() {
  throw EnvironmentStopped(
      "This process is a fork() of the one that runs Node.js, whose threads it does not have. Use "
      "JavaScript in the parent only, or call exec after fork.",
      std::nullopt);
}

}  // namespace nodehost::host
