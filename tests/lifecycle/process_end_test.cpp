// How a program may end: in order, in any other order, or without destroying anything. A failure
// comes after the test case, as a crash or as a hang that runs into the time limit.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/host.hpp"
#include "support/leaks.hpp"

using namespace std::chrono_literals;

// Asked by LeakSanitizer, by this name, at the end of the process.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" __attribute__((visibility("default"))) int __lsan_is_turned_off();
extern "C" int __lsan_is_turned_off() { return test::leaks_expected ? 1 : 0; }
// NOLINTEND(bugprone-reserved-identifier)

namespace {

// An environment with plenty to do: timers, a Worker, the thread pool, and JavaScript in a loop.
nh::Environment* BusyEnvironment(nh::NodejsPlatform& platform) {
  test::ExpectLeaks();
  auto* const node = new nh::Environment(platform.CreateEnvironment({.base_dir = test::kModules}));
  node->Run([](nh::Js& js) {
    js.Eval(
        "setInterval(() => {}, 1);"
        "const { Worker } = require('worker_threads');"
        "new Worker('for (;;) {}', { eval: true });"
        "for (let i = 0; i < 8; i++) require('crypto').randomBytes(1e6, () => {});");
  });
  return node;
}

void KeepBusy(nh::Environment& node) {
  std::atomic<bool> began = false;
  node.Post([&](nh::Js& js) {
    began = true;
    js.Eval("for (;;) {}");
  });
  while (!began) std::this_thread::yield();
}

}  // namespace

TEST_CASE("a program ends without destroying anything") {
  auto* const platform = new nh::NodejsPlatform;
  for (int i = 0; i < 3; ++i) BusyEnvironment(*platform);
}

TEST_CASE("a program ends while JavaScript is in a loop") {
  auto* const platform = new nh::NodejsPlatform;
  KeepBusy(*BusyEnvironment(*platform));
}

TEST_CASE("a program ends with a static platform and a lost environment") {
  BusyEnvironment(test::Platform());
}

TEST_CASE("a program ends while a Worker is starting") {
  test::ExpectLeaks();
  auto* const platform = new nh::NodejsPlatform;
  for (int i = 0; i < 3; ++i) {
    auto* const node = new nh::Environment(platform->CreateEnvironment());
    node->Run([](nh::Js& js) {
      js.Eval(
          "const { Worker } = require('worker_threads');"
          "for (let i = 0; i < 4; i++) new Worker('', { eval: true });");
    });
  }
}

TEST_CASE("exit on another thread") {
  auto* const platform = new nh::NodejsPlatform;
  KeepBusy(*BusyEnvironment(*platform));
  std::thread([] { std::exit(0); }).join();
}

TEST_CASE("exit on another thread with a static platform") {
  KeepBusy(*BusyEnvironment(test::Platform()));
  std::thread([] { std::exit(0); }).join();
}

TEST_CASE("exit while other threads make environments") {
  test::ExpectLeaks();
  auto* const platform = new nh::NodejsPlatform;
  static std::atomic<int> begun = 0;
  for (int i = 0; i < 3; ++i) {
    std::thread([=] {
      for (;;) {
        ++begun;
        try {
          platform->CreateEnvironment({.start_script = "setInterval(() => {}, 1)"});
        } catch (const nh::EnvironmentStopped&) {  // in its start_script
        } catch (const nh::PlatformError&) {       // the process is ending
          for (;;) std::this_thread::sleep_for(1h);
        }
      }
    }).detach();
  }
  while (begun < 4) std::this_thread::yield();  // in the middle of a start
  std::exit(0);
}

TEST_CASE("exit inside a job") {
  auto* const platform = new nh::NodejsPlatform;
  BusyEnvironment(*platform)->Run([](nh::Js&) { std::exit(0); });
}

TEST_CASE("exit inside a job, with a static platform") {
  BusyEnvironment(test::Platform())->Run([](nh::Js&) { std::exit(0); });
}

namespace {

// exit() in a job, while a Worker does `code` with app:host's functions.
void ExitInJob(nh::NodejsPlatform& platform, const std::string& code,
               const std::string& on_exit = "") {
  struct HostModule {
    nh::Method<void()> began, makeEnvironment, exit;
  };
  test::ExpectLeaks();
  static std::promise<void> began;
  auto* const node = new nh::Environment(platform.CreateEnvironment(
      {.base_dir = test::kModules,
       .modules = {{"app:host",
                    [&platform](nh::Js&) {
                      return HostModule{
                          .began = [] { began.set_value(); },
                          .makeEnvironment = [&platform] { platform.CreateEnvironment(); },
                          .exit = [] { std::exit(0); }};
                    },
                    {.in_workers = true}}}}));
  node->Run([&](nh::Js& js) {
    js.Eval(
        "const { Worker } = require('worker_threads'); const host = require('app:host');"
        "new Worker(\"const host = require('app:host'); host.began();" +
        code + "\", { eval: true }).on('exit', () => {" + on_exit + "});");
  });
  began.get_future().wait();
  node->Run([](nh::Js& js) { js.Eval("require('app:host').exit()"); });
}

}  // namespace

TEST_CASE("exit inside a job while a Worker makes environments") {
  ExitInJob(*new nh::NodejsPlatform, "for (;;) host.makeEnvironment()");
}

TEST_CASE("exit inside a job runs no listener of a Worker's end") {
  ExitInJob(*new nh::NodejsPlatform, "setInterval(() => {}, 1000)",
            "host.makeEnvironment(); process.abort()");
}

TEST_CASE("quick_exit") {
  KeepBusy(*BusyEnvironment(test::Platform()));
  std::quick_exit(0);
}

TEST_CASE("a platform outlived by its environment and by handles") {
  std::optional<nh::Environment> node;
  std::optional<nh::Value> value;
  nh::Method<double(double)> method;
  {
    nh::NodejsPlatform platform;
    node = platform.CreateEnvironment();
    node->Run([&](nh::Js& js) { value = js.Eval("({ a: 1 })"); });
    method = node->Import<nh::Method<double(double)>>("globalThis", "Number");
    CHECK(method(3) == 3);
  }
  CHECK_THROWS_AS(method(3), nh::EnvironmentStopped);
  CHECK_THROWS_AS(method.With({.timeout = 20ms})(3), nh::EnvironmentStopped);
  CHECK_THROWS_AS(node->Run([](nh::Js&) {}), nh::EnvironmentStopped);
  CHECK(node->Stop().ended);
  const nh::Value copy = *value;
}

namespace {

struct Holders {
  std::optional<nh::Environment> node;
  std::vector<nh::Value> values;
  nh::Method<double(double)> method;
};

}  // namespace

TEST_CASE("statics that hold handles go before the platform or after it") {
  static Holders older;
  static nh::NodejsPlatform platform;
  static Holders younger;
  for (Holders* holders : {&older, &younger}) {
    holders->node = platform.CreateEnvironment();
    holders->node->Run([&](nh::Js& js) {
      for (int i = 0; i < 10; ++i) holders->values.push_back(js.Eval("({})"));
      js.Eval("setInterval(() => {}, 1)");
    });
    holders->method = holders->node->Import<nh::Method<double(double)>>("globalThis", "Number");
    CHECK(holders->method(1) == 1);
  }
}
