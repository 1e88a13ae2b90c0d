// EnvironmentPool: who gets the work, interfaces of all environments, set-up and figures.
#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "support/host.hpp"

using test::kModules;
using test::Platform;

namespace {

nh::PoolOptions Options(std::size_t size) {
  return {.size = size, .environment = {.base_dir = kModules}};
}

struct Path {
  nh::Method<std::string(std::string)> basename;
};

}  // namespace

TEST_CASE("work under way at the same time goes to different environments") {
  nh::EnvironmentPool pool(Platform(), Options(2));
  std::latch both(2);
  const auto meet = [&](nh::Js&) {
    both.arrive_and_wait();  // never returns if the two are in one environment
    return std::this_thread::get_id();
  };
  auto first = pool.RunAsync(meet);
  auto second = pool.RunAsync(meet);
  CHECK(first.get() != second.get());
}

TEST_CASE("work one after the other stays in one environment") {
  nh::EnvironmentPool pool(Platform(), Options(2));
  for (int i = 1; i <= 3; ++i) {
    CHECK(pool.Run([](nh::Js& js) {
      return js.Eval("globalThis.calls = (globalThis.calls ?? 0) + 1").As<int>();
    }) == i);
  }
}

TEST_CASE("an interface is imported once and called in whichever environment is free") {
  nh::EnvironmentPool pool(Platform(), Options(2));
  const auto path = pool.Import<Path>("node:path");
  CHECK(path->basename("/a/b.txt") == "b.txt");
  std::vector<std::future<std::string>> later;
  for (int i = 0; i < 20; ++i) {
    later.push_back(path.CallAsync(&Path::basename, "/a/" + std::to_string(i)));
  }
  for (int i = 0; i < 20; ++i) CHECK(later[static_cast<std::size_t>(i)].get() == std::to_string(i));
}

TEST_CASE("an import that fails leaves the pool and its other imports as they were") {
  nh::EnvironmentPool pool(Platform(), Options(2));
  const auto path = pool.Import<Path>("node:path");
  CHECK_THROWS_AS(pool.Import<Path>("./not-there.js"), nh::JsError);
  struct Os {
    nh::Method<std::string()> platform;
  };
  const auto os = pool.Import<Os>("node:os");
  CHECK_FALSE(os->platform().empty());
  CHECK(path->basename("/a/b") == "b");
}

TEST_CASE("each environment is set up before it takes work") {
  std::atomic<int> set_up = 0;
  nh::PoolOptions options = Options(2);
  options.spares = 1;
  options.environment.start_script = "globalThis.number = 40";
  options.set_up = [&](nh::Environment& node) {
    ++set_up;
    node.Run([](nh::Js& js) { js.Eval("number += 2"); });
  };
  nh::EnvironmentPool pool(Platform(), options);
  CHECK(set_up == 3);
  CHECK(pool.Run([](nh::Js& js) { return js.Eval("number").As<int>(); }) == 42);
}

TEST_CASE("what the set-up throws, the constructor throws") {
  nh::PoolOptions options = Options(2);
  options.environment.start_script = "throw new TypeError('not today')";
  const nh::JsError error = test::ErrorOf([&] { nh::EnvironmentPool(Platform(), options); });
  CHECK(error.message() == "not today");
}

TEST_CASE("on the JS thread of one of its environments, a pool uses that one") {
  nh::EnvironmentPool pool(Platform(), Options(2));
  const auto path = pool.Import<Path>("node:path");
  const auto inside = [&](nh::Js& js) {
    js.Eval("globalThis.here = 'this one'");
    return path->basename("/a/b") +
           pool.Run([](nh::Js& inner) { return inner.Eval("here").As<std::string>(); });
  };
  CHECK(pool.Run(inside) == "bthis one");
}

TEST_CASE("a pool in numbers") {
  nh::PoolOptions options = Options(2);
  options.spares = 1;
  nh::EnvironmentPool pool(Platform(), options);
  std::latch started(1);
  std::latch go_on(1);
  auto waits = pool.RunAsync([&](nh::Js&) {
    started.count_down();
    go_on.wait();
  });
  started.wait();
  nh::PoolStatistics figures = pool.ReadStatistics();
  CHECK(figures.environments == 2);
  CHECK(figures.spares == 1);
  CHECK(figures.running == 1);
  CHECK(figures.done == 0);
  CHECK(figures.replaced == 0);
  CHECK(figures.last_error.empty());
  go_on.count_down();
  waits.get();
  pool.Run([](nh::Js&) {});
  CHECK(pool.ReadStatistics().done >= 1);
}

TEST_CASE("a pool does not run the command line") {
  nh::PoolOptions options = Options(1);
  options.environment.run_command_line = true;
  CHECK_THROWS_AS(nh::EnvironmentPool(Platform(), options), nh::HostError);
}
