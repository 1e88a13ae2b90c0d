#include "loop_guard.hpp"

#if defined(__linux__)
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uv.h>
#include <v8.h>

#include <array>
#include <atomic>
#include <cerrno>

#include "imports.hpp"
#include "process/own_loops.hpp"
#endif

namespace nodehost::host {

#if defined(__linux__)

namespace {

constexpr int kMostDescriptors = 1 << 16;

pid_t process_of_loops = 0;

// The thread that made it, where a descriptor belongs to a loop; else 0.
std::array<std::atomic<pid_t>, kMostDescriptors> owners{};

bool are_protected = false;

bool IsInJavaScript() { return !OwnLoops::AreHere() && v8::Isolate::TryGetCurrent(); }

int Made(int fd) {
  if (fd >= 0 && fd < kMostDescriptors) {
    owners[static_cast<std::size_t>(fd)] = IsInJavaScript() ? 0 : gettid();
  }
  return fd;
}

bool MayClose(long fd) {
  if (fd < 0 || fd >= kMostDescriptors) return true;
  std::atomic<pid_t>& owner = owners[static_cast<std::size_t>(fd)];
  const pid_t made_by = owner;
  // A child between fork() and exec() has descriptors of its own.
  if (made_by == 0 || getpid() != process_of_loops) return true;
  // A thread of libuv's pool, where asynchronous closes are done, makes no loops.
  if (!OwnLoops::AreHere() && (made_by != gettid() || IsInJavaScript())) return false;
  owner = 0;
  return true;
}

int GuardedEpollCreate(int flags) { return Made(epoll_create1(flags)); }

int GuardedEventfd(unsigned count, int flags) { return Made(eventfd(count, flags)); }

int GuardedPipe(int* ends, int flags) {
  const int result = pipe2(ends, flags);
  if (result == 0) {
    Made(ends[0]);
    Made(ends[1]);
  }
  return result;
}

int GuardedClose(int fd) {
  if (MayClose(fd)) return close(fd);
  errno = EBADF;
  return -1;
}

// libuv makes a loop's io_uring by syscall(), and may close by it, because close() is a
// cancellation point.
long GuardedSyscall(long number, long a, long b, long c, long d, long e, long f) {
  if (number == SYS_close && !MayClose(a)) {
    errno = EBADF;
    return -1;
  }
#if defined(SYS_io_uring_setup)
  if (number == SYS_io_uring_setup) return Made(static_cast<int>(syscall(number, a, b)));
#endif
  return syscall(number, a, b, c, d, e, f);
}

}  // namespace

void ProtectLoops() {
  process_of_loops = getpid();
  const auto redirect = [](const char* name, auto* target) {
    return RedirectImport(reinterpret_cast<const void*>(&uv_run), name,
                          reinterpret_cast<const void*>(target));
  };
  // A libuv imports close(), syscall(), or both.
  const bool close = redirect("close", &GuardedClose);
  const bool syscall = redirect("syscall", &GuardedSyscall);
  const bool epoll = redirect("epoll_create1", &GuardedEpollCreate);
  const bool eventfd = redirect("eventfd", &GuardedEventfd);
  redirect("pipe2", &GuardedPipe);
  are_protected = (close || syscall) && epoll && eventfd;
}

bool AreLoopsProtected() { return are_protected; }

#else

void ProtectLoops() {}

bool AreLoopsProtected() { return false; }

#endif

}  // namespace nodehost::host
