#include "stdio.hpp"

#include <uv.h>

#include <cerrno>
#include <csignal>

#if defined(_WIN32)
#include <io.h>
#else
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>
#endif

namespace nodehost::host {

#if defined(_WIN32)

void StdioClaims::Touch(int) {}
void StdioClaims::ReleaseAll() {}

int OutputSink::Write(std::string_view text) {
  if (callback_) {
    callback_(text);
    return 0;
  }
  while (!text.empty()) {
    const int count = _write(fd_, text.data(), static_cast<unsigned>(text.size()));
    if (count < 0) return uv_translate_sys_error(errno);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return 0;
}

bool IsTerminal(int fd) { return _isatty(fd) != 0; }
std::array<int, 2> TerminalSize(int) { return {0, 0}; }

#else

namespace {

struct Descriptor {
  int users = 0;
  int descriptor_flags = -1;
  int status_flags = -1;
  bool has_modes = false;
  termios modes{};
};

std::mutex descriptors_mutex;
std::array<Descriptor, 3> descriptors;

bool IsSameFile(int one, int other) {
  struct stat first {};
  struct stat second {};
  return fstat(one, &first) == 0 && fstat(other, &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

// Two descriptors may be one terminal, or one pipe. If its modes were changed through the other
// descriptor, the modes remembered there are the host's.
void RememberFromOthers(int fd, Descriptor& descriptor) {
  for (std::size_t i = 0; i < descriptors.size(); ++i) {
    const Descriptor& other = descriptors[i];
    if (&other == &descriptor || other.users == 0 || !IsSameFile(fd, static_cast<int>(i))) continue;
    if (other.has_modes) descriptor.modes = other.modes;
    if (descriptor.status_flags >= 0 && other.status_flags >= 0) {
      descriptor.status_flags =
          (descriptor.status_flags & ~O_NONBLOCK) | (other.status_flags & O_NONBLOCK);
    }
    return;
  }
}

void Remember(int fd, Descriptor& descriptor) {
  descriptor.descriptor_flags = fcntl(fd, F_GETFD);
  descriptor.status_flags = fcntl(fd, F_GETFL);
  descriptor.has_modes = tcgetattr(fd, &descriptor.modes) == 0;
  RememberFromOthers(fd, descriptor);
}

void PutBack(int fd, const Descriptor& descriptor) {
  if (descriptor.descriptor_flags >= 0 && fcntl(fd, F_GETFD) != descriptor.descriptor_flags) {
    fcntl(fd, F_SETFD, descriptor.descriptor_flags);
  }
  if (descriptor.status_flags >= 0 && fcntl(fd, F_GETFL) != descriptor.status_flags) {
    fcntl(fd, F_SETFL, descriptor.status_flags);
  }
  if (!descriptor.has_modes) return;
  // In the background, changing the terminal's modes would stop the process.
  sigset_t output;
  sigset_t before;
  sigemptyset(&output);
  sigaddset(&output, SIGTTOU);
  pthread_sigmask(SIG_BLOCK, &output, &before);
  while (tcsetattr(fd, TCSANOW, &descriptor.modes) != 0 && errno == EINTR) {
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

// Whether write() of any size returns without waiting for a reader.
bool IsFile(int fd) {
  struct stat status {};
  return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

void StdioClaims::Touch(int fd) {
  if (fd < 0 || fd > 2) return;
  const std::lock_guard own_lock(mutex_);
  if (touched_[static_cast<std::size_t>(fd)]) return;
  touched_[static_cast<std::size_t>(fd)] = true;
  const std::lock_guard lock(descriptors_mutex);
  Descriptor& descriptor = descriptors[static_cast<std::size_t>(fd)];
  if (descriptor.users++ == 0) Remember(fd, descriptor);
}

void StdioClaims::ReleaseAll() {
  const std::lock_guard own_lock(mutex_);
  const std::lock_guard lock(descriptors_mutex);
  for (std::size_t fd = 0; fd < touched_.size(); ++fd) {
    if (!touched_[fd]) continue;
    touched_[fd] = false;
    if (--descriptors[fd].users == 0) PutBack(static_cast<int>(fd), descriptors[fd]);
  }
}

int OutputSink::Write(std::string_view text) {
  if (callback_) {
    callback_(text);
    return 0;
  }
  // A descriptor that may block is polled first, and given only what then fits: a reader that does
  // not read must not keep the environment from ending.
  constexpr std::size_t kFits = 4096;  // PIPE_BUF on Linux: POLLOUT promises that much
  constexpr int kPollMilliseconds = 50;
  const bool is_file = IsFile(fd_);
  while (!text.empty()) {
    if (cancelled_) return UV_ECANCELED;
    if (!is_file) {
      pollfd waiting{.fd = fd_, .events = POLLOUT, .revents = 0};
      const int ready = poll(&waiting, 1, kPollMilliseconds);
      if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    }
    const ssize_t count =
        write(fd_, text.data(), is_file ? text.size() : std::min(text.size(), kFits));
    if (count >= 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EAGAIN && errno != EINTR) {
      return uv_translate_sys_error(errno);
    }
  }
  return 0;
}

bool IsTerminal(int fd) { return isatty(fd) == 1; }

std::array<int, 2> TerminalSize(int fd) {
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) != 0) return {0, 0};
  return {size.ws_col, size.ws_row};
}

#endif

}  // namespace nodehost::host
