// Environments: made, ended, many of them.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "support/host.hpp"

using namespace std::chrono_literals;
using test::NewEnvironment;

TEST_CASE("two environments at once do not share globals") {
  nh::Environment one = NewEnvironment();
  nh::Environment two = NewEnvironment();
  one.Run([](nh::Js& js) { js.Eval("globalThis.mine = 1"); });
  CHECK(two.Run([](nh::Js& js) { return js.Eval("typeof mine").As<std::string>(); }) ==
        "undefined");
}

TEST_CASE("Stop ends an environment with a live interval at its deadline") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) { js.Eval("setInterval(() => {}, 1000)"); });
  node.Stop(100ms);
  CHECK(node.exit_code().has_value());
}

TEST_CASE("Stop terminates while(true){}") {
  nh::Environment node = NewEnvironment();
  auto never = node.RunAsync([](nh::Js& js) { js.Eval("while (true) {}"); });
  std::this_thread::sleep_for(50ms);
  node.Stop(100ms);
  CHECK_THROWS_AS(never.get(), nh::EnvironmentStopped);
}

TEST_CASE("calls after Stop throw or fail their future") {
  nh::Environment node = NewEnvironment();
  node.Stop();
  CHECK_THROWS_AS(node.Run([](nh::Js&) {}), nh::EnvironmentStopped);
  CHECK_THROWS_AS(node.Post([](nh::Js&) {}), nh::EnvironmentStopped);
  CHECK_THROWS_AS(node.RunAsync([](nh::Js&) {}).get(), nh::EnvironmentStopped);
}

TEST_CASE("process.exit ends the environment, not the host") {
  nh::Environment node = NewEnvironment();
  CHECK_THROWS_AS(node.Run([](nh::Js& js) { js.Eval("process.exit(7)"); }), nh::EnvironmentStopped);
  CHECK(node.WaitForExit() == 7);
  nh::Environment next = NewEnvironment();
  CHECK(next.Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
}

TEST_CASE("timers are served while other threads call without a pause") {
  nh::Environment node = NewEnvironment();
  node.Run(
      [](nh::Js& js) { js.Eval("globalThis.ticks = 0; setInterval(() => { ++ticks; }, 1); 0"); });
  const auto ticks = [&] {
    return node.Run([](nh::Js& js) { return js.Global()["ticks"].As<int>(); });
  };
  std::atomic<bool> over = false;
  std::thread other([&] {
    while (!over) node.Run([](nh::Js&) {});
  });
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (ticks() < 20 && std::chrono::steady_clock::now() < end) {
  }
  over = true;
  other.join();
  CHECK(ticks() >= 20);
}
