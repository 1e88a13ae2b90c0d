// Starts that fail: an exception, and another try where Node allows it.
#include <doctest/doctest.h>

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <string>

#include "support/host.hpp"

using test::ErrorOf;

TEST_CASE("a platform with options out of range can be tried again") {
  CHECK_THROWS_AS(nh::NodejsPlatform({.v8_threads = 0}), nh::PlatformError);
  CHECK_THROWS_AS(nh::NodejsPlatform({.uv_threads = -1}), nh::PlatformError);
  CHECK(test::NewEnvironment().Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
}

TEST_CASE("a platform whose options Node refuses says why, and can be tried again") {
  std::string text;
  try {
    const nh::NodejsPlatform platform({.node_options = {"--no-such-option"}});
  } catch (const nh::PlatformError& error) {
    text = error.what();
    CHECK(error.exit_code() == 9);
  }
  CHECK(text.find("bad option: --no-such-option") != std::string::npos);
  CHECK(test::NewEnvironment().Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
}

TEST_CASE("an environment in a directory that is none can be tried again") {
  CHECK_THROWS_AS(test::Platform().CreateEnvironment({.base_dir = "/no/such/directory"}),
                  nh::HostError);
  CHECK(test::NewEnvironment().Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
}

TEST_CASE("start_script runs before CreateEnvironment returns") {
  nh::Environment node = test::Platform().CreateEnvironment(
      {.base_dir = test::kModules,
       .start_script = "globalThis.started = require('./geo.js') !== undefined"});
  CHECK(node.Run([](nh::Js& js) { return js.Eval("started").As<bool>(); }));
}

TEST_CASE("a start_script that throws: CreateEnvironment throws it, and the next one starts") {
  const nh::JsError error = ErrorOf(
      [] { test::Platform().CreateEnvironment({.start_script = "function f() { null.x }; f()"}); });
  CHECK(error.name() == "TypeError");
  CHECK(error.stack().find("at f (start_script.js:1:") != std::string::npos);
  CHECK(test::NewEnvironment().Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
}

TEST_CASE("a start_script that exits: CreateEnvironment throws EnvironmentStopped with the code") {
  try {
    test::Platform().CreateEnvironment({.start_script = "process.exit(7)"});
    FAIL("an environment that has exited was handed out");
  } catch (const nh::EnvironmentStopped& stopped) {
    CHECK(stopped.exit_code() == 7);
  }
  CHECK(test::NewEnvironment().Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
}

TEST_CASE("a start_script that never ends is stopped at its deadline, and the next one starts") {
  const auto try_to_start = [](const char* script) {
    nh::EnvironmentOptions options;
    options.start_script = script;
    options.start_timeout = std::chrono::milliseconds(50);
    CHECK_THROWS_WITH_AS(test::Platform().CreateEnvironment(options),
                         "The start_script of environment \"nodehost\" was not done after 50 ms, "
                         "its timeout, and was stopped.",
                         nh::DeadlineExceeded);
    CHECK_THROWS_AS(test::Platform().CreatePumpedEnvironment(options), nh::DeadlineExceeded);
  };
  try_to_start("while (true) {}");
  try_to_start("for (;;) { try { for (;;) {} } catch {} }");
  try_to_start("(function again() { Promise.resolve().then(again) })()");
  CHECK(test::NewEnvironment().Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
}

TEST_CASE("a start_script that is done in time is not disturbed later") {
  nh::Environment node =
      test::Platform().CreateEnvironment({.start_script = "globalThis.started = true",
                                          .start_timeout = std::chrono::milliseconds(2000)});
  node.Run([](nh::Js& js) { js.Eval("for (const end = Date.now() + 2100; Date.now() < end;);"); });
  CHECK(node.Run([](nh::Js& js) { return js.Eval("started").As<bool>(); }));
  CHECK(node.Stop(std::chrono::seconds(20)).clean);
}

TEST_CASE("a start_script that leaves a rejection behind: the environment ends with code 1") {
  nh::Environment node = test::Platform().CreateEnvironment(
      {.start_script = "setTimeout(() => Promise.reject(new Error('late')), 5)",
       .on_log = [](std::string_view) {}});
  CHECK(node.WaitForExit() == 1);
}

#if !defined(__SANITIZE_ADDRESS__)  // which reserves address space far beyond the limit
TEST_CASE("a thread that cannot be made is a PlatformError, and the next try works") {
  const nh::Environment first =
      test::NewEnvironment();  // kept alive, so that its stack cannot be used again
  // The address space that is left holds all that a start needs except one more stack.
  rlimit before{};
  getrlimit(RLIMIT_AS, &before);
  long pages = 0;
  std::FILE* const file = std::fopen("/proc/self/statm", "r");
  REQUIRE(std::fscanf(file, "%ld", &pages) == 1);
  std::fclose(file);
  rlimit tight = before;
  tight.rlim_cur = static_cast<rlim_t>(pages) * 4096 + (4U << 20U);
  setrlimit(RLIMIT_AS, &tight);
  std::string text;
  try {
    test::NewEnvironment();
  } catch (const nh::PlatformError& error) {
    text = error.what();
  }
  setrlimit(RLIMIT_AS, &before);
  CHECK(text.starts_with("The JS thread could not be started: "));
  CHECK(test::NewEnvironment().Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
}
#endif
