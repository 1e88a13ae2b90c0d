// Tasks at the end of an environment: each of them completes.
#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/host.hpp"
#include "support/later.hpp"

using namespace std::chrono_literals;

using test::Later;
using test::NewEnvironment;

TEST_CASE("a promise that never settles is EnvironmentStopped at Stop") {
  nh::Environment node = NewEnvironment();
  const auto later = node.Import<Later>("./later.mjs");
  const nh::Task<> task = later.never();
  CHECK_THROWS_AS(task.Get(5ms), nh::DeadlineExceeded);
  std::thread waiting([&] { CHECK_THROWS_AS(task.Get(), nh::EnvironmentStopped); });
  node.Stop();
  waiting.join();
}

TEST_CASE("a call after Stop gives a Task that has failed") {
  nh::Environment node = NewEnvironment();
  const auto later = node.Import<Later>("./later.mjs");
  node.Stop();
  CHECK_THROWS_AS(later.soon(1).Get(), nh::EnvironmentStopped);
  CHECK_THROWS_AS(node.Run([&](nh::Js&) -> nh::Task<int> { co_return 1; }), nh::EnvironmentStopped);
  CHECK_THROWS_AS(node.RunAsync([&](nh::Js&) -> nh::Task<int> { co_return 1; }).Get(),
                  nh::EnvironmentStopped);
}

TEST_CASE("coroutines that wait at Stop unwind on the JS thread") {
  nh::Environment node = NewEnvironment();
  const nh::PromiseSource<int> source;
  const auto js_thread = node.Run([](nh::Js&) { return std::this_thread::get_id(); });
  std::thread::id unwound_on;
  struct Guard {
    std::thread::id& id;
    ~Guard() { id = std::this_thread::get_id(); }
  };
  auto on_promise = node.RunAsync([&](nh::Js& js) -> nh::Task<void> {
    const Guard guard{unwound_on};
    co_await js.Import("./later.mjs").Call("never");
  });
  auto on_task = node.RunAsync([&](nh::Js&) -> nh::Task<int> {
    try {
      co_await source.task();
    } catch (const nh::EnvironmentStopped&) {
    }
    co_return co_await source.task();
  });
  node.Run([](nh::Js&) {});
  node.Stop();
  CHECK_THROWS_AS(on_promise.Get(), nh::EnvironmentStopped);
  CHECK_THROWS_AS(on_task.Get(), nh::EnvironmentStopped);
  CHECK(unwound_on == js_thread);
  source.Resolve(1);  // whom it concerns is gone
}

TEST_CASE("a promise of C++ that is settled after Stop is no matter") {
  std::optional<nh::Environment> node = NewEnvironment();
  const nh::PromiseSource<int> source;
  node->Run([&](nh::Js& js) { js.Global().Set("waiting", source.task()); });
  node.reset();
  CHECK(source.Resolve(1));
  CHECK(source.task().Get() == 1);
}

TEST_CASE("process.exit in a coroutine ends it with the environment") {
  nh::Environment node = NewEnvironment();
  auto task = node.RunAsync([](nh::Js& js) -> nh::Task<void> {
    co_await js.Import("./later.mjs").Call("nothing");
    js.Eval("process.exit(3)");
  });
  CHECK_THROWS_AS(task.Get(), nh::EnvironmentStopped);
  CHECK(node.WaitForExit() == 3);
}

TEST_CASE("sources settled by three threads while the environment stops") {
  for (int round = 0; round < 5; ++round) {
    nh::Environment node = NewEnvironment();
    std::vector<nh::PromiseSource<int>> sources(30);
    std::vector<nh::Task<int>> tasks;
    for (const auto& source : sources) {
      tasks.push_back(
          node.RunAsync([&source](nh::Js&) -> nh::Task<int> { co_return co_await source.task(); }));
    }
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < 3; ++t) {
      threads.emplace_back([&, t] {
        for (std::size_t i = t; i < sources.size(); i += 3) sources[i].Resolve(1);
      });
    }
    node.Stop();
    for (std::thread& thread : threads) thread.join();
    for (const nh::Task<int>& task : tasks) {
      try {
        const int result = task.Get();
        CHECK(result == 1);
      } catch (const nh::EnvironmentStopped&) {
      }
    }
  }
}
