// Starts in want: of standard descriptors, of descriptors, of threads. An exception, found before
// Node.js is started, so that it can be tried again.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>

#include "support/host.hpp"

namespace {

// Runs `function` in a child, whose descriptors and limits are its own; whether it says true.
bool InChild(const std::function<bool()>& function) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    bool passed = false;
    try {
      passed = function();
    } catch (...) {
    }
    _exit(passed ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CAPTURE(status);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool Works(nh::NodejsPlatform& platform) {
  nh::Environment node = platform.CreateEnvironment({});
  const bool computes = node.Run([](nh::Js& js) { return js.Eval("6 * 7").As<int>(); }) == 42;
  node.Run([](nh::Js& js) { js.Eval("console.log('out'); console.error('err')"); });
  return computes && node.Stop().ended;
}

bool Refuses(const std::function<void()>& function, const char* text) {
  try {
    function();
  } catch (const nh::PlatformError& error) {
    return std::string(error.what()).find(text) != std::string::npos;
  }
  return false;
}

void Limit(__rlimit_resource_t resource, rlim_t count) {
  rlimit limit{};
  getrlimit(resource, &limit);
  limit.rlim_cur = count;
  setrlimit(resource, &limit);
}

}  // namespace

TEST_CASE("want: closed standard descriptors") {
  for (const int closed : {0, 1, 2, 3}) {  // 3: all of them
    CAPTURE(closed);
    CHECK(InChild([&] {
      for (int fd = 0; fd <= 2; ++fd) {
        if (closed == fd || closed == 3) close(fd);
      }
      nh::NodejsPlatform platform;
      return Works(platform);
    }));
  }
}

TEST_CASE("want: too few descriptors for the platform, which can be tried again") {
  for (rlim_t most = 3; most <= 15; most += 2) {
    CAPTURE(most);
    CHECK(InChild([&] {
      rlimit before{};
      getrlimit(RLIMIT_NOFILE, &before);
      Limit(RLIMIT_NOFILE, most);
      if (!Refuses([] { nh::NodejsPlatform(); }, "file descriptors")) return false;
      setrlimit(RLIMIT_NOFILE, &before);
      nh::NodejsPlatform platform;
      return Works(platform);
    }));
  }
}

TEST_CASE("want: too few descriptors for an environment and for the inspector") {
  CHECK(InChild([] {
    nh::NodejsPlatform platform;
    nh::Environment node = platform.CreateEnvironment({});
    const int next = dup(0);
    close(next);
    Limit(RLIMIT_NOFILE, static_cast<rlim_t>(next + 4));
    return Refuses([&] { platform.CreateEnvironment({}); }, "An environment needs") &&
           Refuses([&] { nh::OpenInspector(node); }, "The inspector needs");
  }));
}

TEST_CASE("want: too few threads") {
  for (const rlim_t most : {1u, 3u, 5u}) {
    CAPTURE(most);
    CHECK(InChild([&] {
      Limit(RLIMIT_NPROC, most);
      // The limit is not for root.
      if (geteuid() == 0 && setuid(54321) != 0) return false;
      return Refuses([] { nh::NodejsPlatform(); }, "threads");
    }));
  }
}

TEST_CASE("want: options that print are refused before the start") {
  for (const char* const option : {"--version", "-v", "--help"}) {
    CHECK_THROWS_AS(nh::NodejsPlatform({.node_options = {option}}), nh::PlatformError);
  }
  CHECK(test::NewEnvironment().Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
}
