// NodejsPlatform::guards: which protections of the process hold, and that one that does not is
// reported.
#include <dlfcn.h>
#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <string_view>

#include "nodehost/nodehost.hpp"

namespace nh = nodehost;

namespace {

bool refuse_writable_imports = false;

bool IsCalledByLibnodehost(const void* caller) {
  Dl_info info;
  return dladdr(caller, &info) != 0 && info.dli_fname &&
         std::string_view(info.dli_fname).find("libnodehost") != std::string_view::npos;
}

const nh::Guard& Find(const nh::NodejsPlatform& platform, std::string_view name) {
  for (const nh::Guard& guard : platform.guards()) {
    if (guard.name == name) return guard;
  }
  FAIL("There is no guard " << name);
  return platform.guards().front();
}

}  // namespace

// Stands in for libc's, as a system may whose policy keeps such pages read-only.
extern "C" __attribute__((visibility("default"))) int mprotect(void* address, std::size_t size,
                                                               int protection) noexcept {
  if (refuse_writable_imports && IsCalledByLibnodehost(__builtin_return_address(0))) {
    errno = EACCES;
    return -1;
  }
  return static_cast<int>(syscall(SYS_mprotect, address, size, protection));
}

TEST_CASE("guards: all hold here, and nothing is reported") {
  std::string log;
  const nh::NodejsPlatform platform({.on_log = [&](std::string_view text) { log += text; }});
  CHECK(platform.guards().size() == 6);
  for (const nh::Guard& guard : platform.guards()) {
    CAPTURE(guard.name);
    CHECK(guard.state == nh::GuardState::kHolds);
    CHECK(guard.reason == "");
  }
  CHECK(log == "");
}

TEST_CASE("guards: one that an option switches off is off, and is not reported") {
  std::string log;
  const nh::NodejsPlatform platform(
      {.abort_on_fatal_error = true, .on_log = [&](std::string_view text) { log += text; }});
  CHECK(Find(platform, "kill").state == nh::GuardState::kHolds);
  CHECK(Find(platform, "abort").state == nh::GuardState::kOff);
  CHECK(Find(platform, "abort").reason == "PlatformOptions::abort_on_fatal_error");
  CHECK(Find(platform, "trap").state == nh::GuardState::kOff);
  CHECK(log == "");
}

TEST_CASE("guards: one that cannot be put up is missing, and says so") {
  std::string log;
  refuse_writable_imports = true;
  nh::NodejsPlatform platform({.on_log = [&](std::string_view text) { log += text; }});
  refuse_writable_imports = false;
  CHECK(Find(platform, "kill").state == nh::GuardState::kMissing);
  CHECK(Find(platform, "kill").reason == "libnode's import of kill() cannot be redirected");
  CHECK(Find(platform, "abort").state == nh::GuardState::kMissing);
  CHECK(Find(platform, "trap").state == nh::GuardState::kHolds);
  CHECK(log.find("the guard \"kill\" does not hold") != std::string::npos);
  CHECK(log.find("the guard \"abort\" does not hold") != std::string::npos);
  CHECK(log.find("\"trap\"") == std::string::npos);

  // It is true: the signal gets through.
  nh::Environment node = platform.CreateEnvironment();
  CHECK(node.Run(
      [](nh::Js& js) { return js.Eval("process.kill(process.pid, 'SIGCONT')").As<bool>(); }));
}
