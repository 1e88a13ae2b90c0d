#include "resources.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "nodehost/errors.hpp"
#include "signals.hpp"
#if !defined(_WIN32)
#include <fcntl.h>
#include <unistd.h>
#endif

namespace nodehost::host {

#if defined(_WIN32)

void OpenMissingStdio() {}
void RequireDescriptors(int, const char*) {}

#else

void OpenMissingStdio() {
  for (int fd = 0; fd <= 2; ++fd) {
    // The lowest free number is taken, which is this one.
    if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDWR) < 0) return;
  }
}

void RequireDescriptors(int count, const char* what) {
  std::vector<int> taken;
  int error = 0;
  for (int i = 0; i < count; ++i) {
    const int fd =
        i == 0 ? open("/dev/null", O_RDONLY | O_CLOEXEC) : fcntl(taken.front(), F_DUPFD_CLOEXEC, 0);
    if (fd < 0) {
      error = errno;
      break;
    }
    taken.push_back(fd);
  }
  for (const int fd : taken) close(fd);
  if (error == 0) return;
  throw PlatformError(fmt::format(
      "{} needs {} file descriptors, and {} can be had: {}. Raise the limit (RLIMIT_NOFILE), or "
      "close some.",
      what, count, taken.size(), std::generic_category().message(error)));
}

#endif

void RequireThreads(int count, const char* what) {
  std::mutex mutex;
  std::condition_variable changed;
  bool go = false;
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(count));
  std::error_code error;
  {
    const SignalsBlocked blocked;
    try {
      for (int i = 0; i < count; ++i) {
        threads.emplace_back([&] {
          std::unique_lock lock(mutex);
          changed.wait(lock, [&] { return go; });
        });
      }
    } catch (const std::system_error& refused) {
      error = refused.code();
    }
  }
  {
    const std::lock_guard lock(mutex);
    go = true;
  }
  changed.notify_all();
  for (std::thread& thread : threads) thread.join();
  if (!error) return;
  throw PlatformError(fmt::format(
      "{} needs {} threads, and {} can be had: {}. Raise the limit (RLIMIT_NPROC, or that of the "
      "control group), or ask for fewer with PlatformOptions::v8_threads and uv_threads.",
      what, count, threads.size(), error.message()));
}

}  // namespace nodehost::host
