// Many environments: what one takes of the process - threads, files, memory - comes back.
#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <thread>
#include <vector>

#include "support/host.hpp"

namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;  // freed memory is kept from reuse, and all is slower
#else
constexpr bool kSanitized = false;
#endif

std::size_t Entries(const char* folder) {
  const std::filesystem::directory_iterator entries(folder);
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

struct Taken {
  std::size_t threads = Entries("/proc/self/task");
  std::size_t files = Entries("/proc/self/fd");
  long kilobytes = ResidentKilobytes();

 private:
  static long ResidentKilobytes() {
    long pages = 0;
    std::FILE* const file = std::fopen("/proc/self/statm", "r");
    if (!file || std::fscanf(file, "%*d %ld", &pages) != 1) pages = -1;
    if (file) std::fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
  }
};

// A life as programs lead it: a module, a job, a timer, a file, a promise.
void Live(int number) {
  nh::Environment node = test::NewEnvironment();
  node.Run([number](nh::Js& js) {
    js.Eval(
        "setTimeout(() => {}, 1); require('fs').promises.readFile(process.execPath + '.no')"
        ".catch(() => {});");
    nh::Value value = js.Eval("(i) => ({ next: i + 1 })")(number);
    CHECK(value["next"].As<int>() == number + 1);
  });
  auto number_of = node.Import<nh::Method<double(double)>>("globalThis", "Number");
  CHECK(number_of(number) == number);
  CHECK(node.Stop().clean);
}

// Three rounds to warm up: caches, the thread pool, allocator arenas.
template <class F>
void CheckNothingStays(int rounds, long kilobytes, F&& round) {
  for (int i = 0; i < 3; ++i) round(i);
  const Taken before;
  for (int i = 3; i < rounds; ++i) round(i);
  const Taken after;
  MESSAGE("kB: ", before.kilobytes, " -> ", after.kilobytes);
  CHECK(after.threads <= before.threads);
  CHECK(after.files <= before.files);
  if (!kSanitized) CHECK(after.kilobytes - before.kilobytes < kilobytes);
}

}  // namespace

TEST_CASE("many environments one after another leave nothing behind") {
  CheckNothingStays(kSanitized ? 30 : 250, 20'000, &Live);
}

TEST_CASE("eight environments at once, round after round, leave nothing behind") {
  CheckNothingStays(kSanitized ? 4 : 20, 80'000, [](int round) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) threads.emplace_back(&Live, round * 8 + i);
    for (std::thread& thread : threads) thread.join();
  });
}

TEST_CASE("environments that end by force leave nothing behind") {
  CheckNothingStays(kSanitized ? 6 : 40, 40'000, [](int) {
    nh::Environment node = test::NewEnvironment();
    node.Import<double>("./looping-worker.mjs", "online");
    auto never = node.RunAsync([](nh::Js& js) { js.Eval("for (;;) {}"); });
    node.Stop(std::chrono::milliseconds(1));
    never.wait();
  });
}
