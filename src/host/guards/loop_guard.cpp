#include "loop_guard.hpp"

#if defined(__linux__)
#include <fcntl.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uv.h>
#include <v8.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <new>
#include <optional>

#include "imports.hpp"
#include "process/loaded_from.hpp"
#include "process/own_loops.hpp"
#endif

namespace nodehost::host {

#if defined(__linux__)

namespace {

constexpr int kMostDescriptors = 1 << 16;

pid_t process_of_loops = 0;

// Who made a descriptor. kHost: C++ with no JavaScript above it, for loops of its own. kLoop: an
// environment or Worker, and its loop stands on it. kScript: JavaScript, or it came to a loop as a
// connection; C++ that JavaScript calls looks the same. kProcess: OwnLoops::Of::kProcess.
enum class Maker : std::int32_t { kUnknown, kHost, kLoop, kScript, kProcess };

// Aligned as an integer of its size, or Clang calls libatomic for it.
struct alignas(std::uint64_t) Owner {
  Maker maker = Maker::kUnknown;
  pid_t thread = 0;
};
static_assert(std::atomic<Owner>::is_always_lock_free);

std::array<std::atomic<Owner>, kMostDescriptors> owners{};

bool are_protected = false;

thread_local bool is_thread_of_node = false;   // made by JavaScript: a Worker's, above all
thread_local bool is_thread_of_libuv = false;  // of its pool, where asynchronous closes are done

bool IsInJavaScript() { return !OwnLoops::Here() && v8::Isolate::TryGetCurrent(); }

Maker MakerHere() {
  if (const std::optional here = OwnLoops::Here()) {
    return here == OwnLoops::Of::kProcess ? Maker::kProcess : Maker::kLoop;
  }
  if (v8::Isolate::TryGetCurrent()) return Maker::kScript;
  return is_thread_of_node ? Maker::kLoop : Maker::kHost;
}

int Made(int fd, Maker maker = MakerHere()) {
  if (fd >= 0 && fd < kMostDescriptors) {
    owners[static_cast<std::size_t>(fd)] = {maker, gettid()};
  }
  return fd;
}

int MadeForHandle(int fd) {
  const Maker maker = MakerHere();
  return Made(fd, maker == Maker::kLoop ? Maker::kScript : maker);
}

bool MayCloseWhatIsOf(const Owner& owner) {
  const bool is_own = owner.thread == gettid();
  if (const std::optional here = OwnLoops::Here()) {
    if (here == OwnLoops::Of::kProcess) return owner.maker == Maker::kProcess;
    return is_own && owner.maker != Maker::kProcess;
  }
  if (owner.maker == Maker::kProcess) return false;
  if (IsInJavaScript()) return is_own && owner.maker != Maker::kLoop;
  // C++ of the host's makes a loop on one thread, or in a call from JavaScript, and ends it on
  // another.
  return is_own || !is_thread_of_libuv;
}

// What is recorded are sockets, pipes and what has no type at all. Who closes one past libuv leaves
// its number to others.
bool IsRecordedKind(int fd) {
  struct stat file {};
  return fstat(fd, &file) != 0 || S_ISSOCK(file.st_mode) || S_ISFIFO(file.st_mode) ||
         (file.st_mode & S_IFMT) == 0;
}

bool MayClose(long fd) {
  if (fd < 0 || fd >= kMostDescriptors) return true;
  std::atomic<Owner>& slot = owners[static_cast<std::size_t>(fd)];
  const Owner owner = slot;
  // A child between fork() and exec() has descriptors of its own.
  if (owner.maker == Maker::kUnknown || getpid() != process_of_loops) return true;
  if (!MayCloseWhatIsOf(owner) && IsRecordedKind(static_cast<int>(fd))) return false;
  slot = Owner{};
  return true;
}

struct ThreadStart {
  void* (*function)(void*);
  void* argument;
  bool is_of_node;
  bool is_of_libuv;
};

void* RunThread(void* data) {
  const ThreadStart start = *static_cast<ThreadStart*>(data);
  delete static_cast<ThreadStart*>(data);
  is_thread_of_node = start.is_of_node;
  is_thread_of_libuv = start.is_of_libuv;
  return start.function(start.argument);
}

// The host, too, makes threads by uv_thread_create: what they run is not in libnode.
int GuardedThreadCreate(pthread_t* thread, const pthread_attr_t* attributes,
                        void* (*function)(void*), void* argument) {
  const auto* const address = reinterpret_cast<const void*>(function);
  const bool is_of_node =
      (v8::Isolate::TryGetCurrent() || is_thread_of_node) &&
      AreInOneFile(address, reinterpret_cast<const void*>(&v8::Isolate::TryGetCurrent));
  const bool is_of_libuv = AreInOneFile(address, reinterpret_cast<const void*>(&uv_run));
  auto* const start = new (std::nothrow) ThreadStart{function, argument, is_of_node, is_of_libuv};
  if (!start) return EAGAIN;
  const int error = pthread_create(thread, attributes, &RunThread, start);
  if (error != 0) delete start;
  return error;
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
  const bool threads = redirect("pthread_create", &GuardedThreadCreate);
  are_protected = (close || syscall) && epoll && eventfd && threads;
}

bool AreLoopsProtected() { return are_protected; }

#else

void ProtectLoops() {}

bool AreLoopsProtected() { return false; }

#endif

}  // namespace nodehost::host
