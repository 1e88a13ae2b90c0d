// Each function that a script can reach, called with odd arguments: environments may end over it,
// the process may not. A process of its own for each part of them, so that a crash names its call.
#include <doctest/doctest.h>

#if !defined(_WIN32)

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <numeric>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "support/host.hpp"

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int kPerProcess = 60;

// What a child process tells, in memory that it shares with its parent.
struct Shared {
  std::atomic<int> functions;  // how many there are
  std::atomic<int> at;         // the number of the one that is being called
  char name[256];              // its name
};

Shared& NewShared() {
  void* const memory =
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  return *new (memory) Shared{};
}

struct Part {
  bool bindings;
  int first;
  int last;  // the one after it
  std::uint32_t seed;
};

void Quietly(std::string_view) {}

nh::Environment NewEnvironment(bool bindings) {
  nh::EnvironmentOptions options;
  options.process_binding = bindings;
  options.on_stdout = options.on_stderr = options.on_log = &Quietly;
  options.on_uncaught = [](const nh::JsError&) { return nh::UncaughtAction::kContinue; };
  options.stop_timeout = 100ms;
  return test::Platform().CreateEnvironment(std::move(options));
}

int FindFunctions(nh::Environment& node, bool bindings) {
  return node.Run([&](nh::Js& js) {
    const nh::Object fuzz =
        js.Eval("globalThis.fuzz = require('" NODEHOST_FUZZ_DIR "/functions.js')").As<nh::Object>();
    return fuzz.Call("find", bindings).As<int>();
  });
}

// Calls the functions from `at` on; returns the number of the one after the last, as an environment
// may end before.
int CallSome(const Part& part, int at, Shared& shared) {
  nh::Environment node = NewEnvironment(part.bindings);
  try {
    shared.functions = FindFunctions(node, part.bindings);
    const int last = std::min(part.last, shared.functions.load());
    for (; at < last; ++at) {
      shared.at = at;
      node.Run([&](nh::Js& js) {
        const auto name = js.Eval("fuzz").As<nh::Object>().Call("nameOf", at).As<std::string>();
        std::strncpy(shared.name, name.c_str(), sizeof shared.name - 1);
      });
      try {
        node.Run([&](nh::Js& js) { js.Eval("fuzz").As<nh::Object>().Call("call", at, part.seed); },
                 {.timeout = 500ms});
      } catch (const nh::DeadlineExceeded&) {
      } catch (const nh::JsError&) {
      }
    }
    return last;
  } catch (const nh::EnvironmentStopped&) {
    return at + 1;
  } catch (const nh::JsError&) {  // nothing works any more in there
    return at + 1;
  }
}

[[noreturn]] void BeChild(const Part& part, Shared& shared) {
  const int null = open("/dev/null", O_RDWR);
  for (int number = 0; number < 3; ++number) dup2(null, number);
  for (int at = part.first; at < part.last && (at == part.first || at < shared.functions);) {
    at = CallSome(part, at, shared);
  }
  shared.at = part.last;
  std::strcpy(shared.name, "(afterwards)");
  nh::Environment next = NewEnvironment(false);
  _exit(next.Run([](nh::Js& js) { return js.Eval("6 * 7").As<int>(); }) == 42 ? 0 : 1);
}

// Empty if the process lived, or else what it died of. Names the call that hangs, too.
std::string RunPart(const Part& part, Shared& shared) {
  shared.at = part.first;
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) BeChild(part, shared);
  int at = -1;
  Clock::time_point since;
  for (int status = 0;;) {
    if (waitpid(child, &status, WNOHANG) == child) {
      if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return "";
      return WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                                 : "exit code " + std::to_string(WEXITSTATUS(status));
    }
    if (shared.at != at) {
      at = shared.at;
      since = Clock::now();
    } else if (Clock::now() - since > 60s) {
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      return "it hangs";
    }
    usleep(5000);
  }
}

void CallAll(bool bindings) {
  const auto folder = std::filesystem::temp_directory_path() / ("fuzz-" + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  std::filesystem::current_path(folder);
  Shared& shared = NewShared();
  std::mt19937 random(test::FuzzSeed());
  const auto end = test::FuzzEnd();
  // Where the parts begin, of which there are more once they are known; with NODEHOST_FUZZ_FIRST
  // only that one, with NODEHOST_FUZZ_SEED as its seed.
  const long only = test::NumberIn("NODEHOST_FUZZ_FIRST", -1);
  const auto part_from = [&](int first) {
    return Part{bindings, first, first + kPerProcess,
                only < 0 ? static_cast<std::uint32_t>(random()) : test::FuzzSeed()};
  };
  std::vector<Part> parts{part_from(std::max(0, static_cast<int>(only)))};
  int done = 0;
  do {
    const Part part = parts.back();
    parts.pop_back();
    const std::string died = RunPart(part, shared);
    const std::string_view name(shared.name);
    CAPTURE(part.seed);
    CAPTURE(part.first);
    CAPTURE(name);
    CHECK(died == "");
    done += shared.at - part.first;
    // Of what the process has died in the middle of, the rest.
    const int next = shared.at + 1;
    if (!died.empty() && next < part.last) parts.push_back({bindings, next, part.last, part.seed});
    if (!parts.empty() || shared.functions == 0 || only >= 0) continue;
    for (int first = 0; first < shared.functions; first += kPerProcess) {
      parts.push_back(part_from(first));
    }
    std::shuffle(parts.begin(), parts.end(), random);
  } while (Clock::now() < end && !parts.empty());
  MESSAGE(done << " of " << shared.functions.load() << " functions");
  CHECK(done > 0);
  std::filesystem::remove_all(folder);
}

}  // namespace

TEST_CASE(
    "functions of node's public modules, called with odd arguments, leave the process alive") {
  CallAll(/*bindings=*/false);
}

TEST_CASE("functions of process.binding, called with odd arguments, leave the process alive") {
  CallAll(/*bindings=*/true);
}

#endif
