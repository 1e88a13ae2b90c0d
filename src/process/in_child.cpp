#include "in_child.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#endif

namespace nodehost::host {

#if defined(__unix__) || defined(__APPLE__)

namespace {

constexpr int kThrew = 3;

[[noreturn]] void RunAndExit(const std::function<void()>& function, int report) {
  int status = 0;
  try {
    function();
  } catch (const std::exception& error) {
    status = kThrew;
    const std::string_view text = error.what();
    if (write(report, text.data(), text.size()) < 0) status = 1;
  }
  std::fflush(nullptr);
  std::_Exit(status);  // nothing of the parent's is cleaned up here
}

std::string ReadAll(int fd) {
  std::string text;
  char part[1024];
  for (;;) {
    const ssize_t size = read(fd, part, sizeof(part));
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return text;
    text.append(part, static_cast<std::size_t>(size));
  }
}

std::string Failed(const char* what) { return fmt::format("{}: {}", what, std::strerror(errno)); }

}  // namespace

std::string InChild(const std::function<void()>& function) {
  int ends[2];
  if (pipe(ends) != 0) return Failed("pipe");
  std::fflush(nullptr);  // or both would write what is buffered
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    RunAndExit(function, ends[1]);
  }
  close(ends[1]);
  if (child < 0) {
    close(ends[0]);
    return Failed("fork");
  }
  std::string threw = ReadAll(ends[0]);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    return fmt::format("its process was ended by signal {}", WTERMSIG(status));
  }
  if (WEXITSTATUS(status) == 0) return {};
  return threw.empty() ? fmt::format("its process has ended with code {}", WEXITSTATUS(status))
                       : threw;
}

#else

std::string InChild(const std::function<void()>&) { return "this system has no fork()"; }

#endif

}  // namespace nodehost::host
