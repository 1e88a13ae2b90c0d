// relink_load LIBRARY [TIMES]: loads the library in TIMES fresh processes and prints the shortest
// time.
#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace {

// Returns milliseconds, or a negative number if the library cannot be loaded.
double LoadOnce(const char* library) {
  const auto start = std::chrono::steady_clock::now();
  if (!::dlopen(library, RTLD_NOW | RTLD_LOCAL)) {
    std::fprintf(stderr, "%s\n", ::dlerror());
    return -1;
  }
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

double LoadInChild(const char* library) {
  int ends[2];
  if (::pipe(ends) != 0) return -1;
  const pid_t child = ::fork();
  if (child == 0) {
    const double time = LoadOnce(library);
    const bool written = ::write(ends[1], &time, sizeof time) == sizeof time;
    ::_exit(written ? 0 : 1);
  }
  double time = -1;
  ::close(ends[1]);
  if (::read(ends[0], &time, sizeof time) != sizeof time) time = -1;
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return time;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  double best = 1e9;
  for (int i = argc > 2 ? std::atoi(argv[2]) : 1; i > 0; --i) {
    const double time = LoadInChild(argv[1]);
    if (time < 0) return 1;
    best = std::min(best, time);
  }
  std::printf("%.1f ms  %s\n", best, argv[1]);
  return 0;
}
