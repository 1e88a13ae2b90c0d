#include "loop_guard.hpp"

#if defined(__linux__)
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uv.h>
#include <v8.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <limits>
#include <optional>

#include "imports.hpp"
#include "process/own_loops.hpp"
#endif

namespace nodehost::host {

#if defined(__linux__)

namespace {

constexpr int kMostDescriptors = 1 << 16;

pid_t process_of_loops = 0;

// No thread: the owner of what loops of the process stand on.
constexpr pid_t kOfProcess = std::numeric_limits<pid_t>::max();

// The thread that made a descriptor: as it is if a loop stands on it, negative if JavaScript made
// it, or it came to a loop as a connection. 0 for all others.
std::array<std::atomic<pid_t>, kMostDescriptors> owners{};

bool are_protected = false;

bool IsInJavaScript() { return !OwnLoops::Here() && v8::Isolate::TryGetCurrent(); }

void SetOwner(int fd, pid_t owner) {
  if (fd >= 0 && fd < kMostDescriptors) owners[static_cast<std::size_t>(fd)] = owner;
}

int Made(int fd) {
  const bool is_of_process = OwnLoops::Here() == OwnLoops::Of::kProcess;
  SetOwner(fd, is_of_process ? kOfProcess : IsInJavaScript() ? -gettid() : gettid());
  return fd;
}

int MadeForHandle(int fd) {
  SetOwner(fd, -gettid());
  return fd;
}

bool MayClose(long fd) {
  if (fd < 0 || fd >= kMostDescriptors) return true;
  std::atomic<pid_t>& owner = owners[static_cast<std::size_t>(fd)];
  const pid_t made_by = owner;
  // A child between fork() and exec() has descriptors of its own.
  if (made_by == 0 || getpid() != process_of_loops) return true;
  // A thread of libuv's pool, where asynchronous closes are done, makes no loops and no handles.
  const bool is_own = made_by == gettid() ? !IsInJavaScript() : made_by == -gettid();
  const std::optional here = OwnLoops::Here();
  if (here ? made_by == kOfProcess && here != OwnLoops::Of::kProcess : !is_own) return false;
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

int GuardedSocket(int domain, int type, int protocol) {
  return MadeForHandle(socket(domain, type, protocol));
}

int GuardedSocketPair(int domain, int type, int protocol, int* ends) {
  const int result = socketpair(domain, type, protocol, ends);
  if (result == 0) {
    MadeForHandle(ends[0]);
    MadeForHandle(ends[1]);
  }
  return result;
}

int GuardedAccept(int fd, sockaddr* address, socklen_t* length, int flags) {
  return MadeForHandle(accept4(fd, address, length, flags));
}

int GuardedInotify(int flags) { return MadeForHandle(inotify_init1(flags)); }

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
  redirect("socket", &GuardedSocket);
  redirect("socketpair", &GuardedSocketPair);
  redirect("accept4", &GuardedAccept);
  redirect("inotify_init1", &GuardedInotify);
  are_protected = (close || syscall) && epoll && eventfd;
}

bool AreLoopsProtected() { return are_protected; }

#else

void ProtectLoops() {}

bool AreLoopsProtected() { return false; }

#endif

}  // namespace nodehost::host
