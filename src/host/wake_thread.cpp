#include "wake_thread.hpp"

#include <fmt/format.h>
#include <uv.h>

#include <cerrno>
#include <string>
#include <utility>

#include "nodehost/errors.hpp"
#if !defined(_WIN32)
#include <poll.h>
#include <unistd.h>
#endif

namespace nodehost::host {

#if defined(_WIN32)

// A loop has no descriptor there.
WakeThread::WakeThread(int fd, std::function<void()> on_wake)
    : fd_(fd), on_wake_(std::move(on_wake)) {
  throw PlatformError("PumpOptions::on_wake does not work on Windows: call Poll by a timer.");
}
WakeThread::~WakeThread() = default;
void WakeThread::Watch(int) {}
void WakeThread::Pause() {}

#else

WakeThread::WakeThread(int fd, std::function<void()> on_wake)
    : fd_(fd), on_wake_(std::move(on_wake)) {
  const int error = uv_pipe(interrupt_, UV_NONBLOCK_PIPE, UV_NONBLOCK_PIPE);
  if (error != 0) {
    throw PlatformError(fmt::format("PumpOptions::on_wake needs a pipe, and there is none: {}",
                                    uv_strerror(error)));
  }
  thread_ = std::thread([this] { Main(); });
}

WakeThread::~WakeThread() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    Interrupt();
    changed_.notify_all();
  }
  thread_.join();
  close(interrupt_[0]);
  close(interrupt_[1]);
}

void WakeThread::Watch(int timeout_ms) {
  const std::lock_guard lock(mutex_);
  timeout_ = timeout_ms;
  ++watch_;
  Interrupt();
  changed_.notify_all();
}

void WakeThread::Pause() {
  const std::lock_guard lock(mutex_);
  timeout_.reset();
}

void WakeThread::Interrupt() const {
  // A full pipe interrupts as well.
  static_cast<void>(!write(interrupt_[1], "", 1));
}

void WakeThread::Main() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || timeout_; });
    if (ending_) return;
    const unsigned watch = watch_;
    const int timeout = *timeout_;
    lock.unlock();
    const bool due = WaitForEvent(timeout);
    lock.lock();
    if (!due || !timeout_ || watch != watch_ || ending_) continue;
    timeout_.reset();
    lock.unlock();
    on_wake_();
    lock.lock();
  }
}

bool WakeThread::WaitForEvent(int timeout_ms) const {
  pollfd both[] = {{fd_, POLLIN, 0}, {interrupt_[0], POLLIN, 0}};
  const int ready = poll(both, 2, timeout_ms);
  if (ready < 0) return errno != EINTR;
  if (both[1].revents != 0) {
    char bytes[64];
    while (read(interrupt_[0], bytes, sizeof bytes) > 0) {
    }
    return false;
  }
  return true;
}

#endif

}  // namespace nodehost::host
