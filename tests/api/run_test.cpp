// The three verbs: Run, RunAsync and Post.
#include <doctest/doctest.h>

#include <future>
#include <stdexcept>
#include <thread>
#include <vector>

#include "support/host.hpp"

using test::NewEnvironment;

TEST_CASE("Run returns what the function returns") {
  nh::Environment node = NewEnvironment();
  CHECK(node.Run([](nh::Js& js) { return js.Eval("6 * 7").As<int>(); }) == 42);
}

TEST_CASE("Run throws what the function throws") {
  nh::Environment node = NewEnvironment();
  CHECK_THROWS_WITH_AS(node.Run([](nh::Js&) { throw std::out_of_range("mine"); }), "mine",
                       std::out_of_range);
}

TEST_CASE("Run on the JS thread is inline") {
  nh::Environment node = NewEnvironment();
  const int sum = node.Run(
      [&](nh::Js&) { return 1 + node.Run([&](nh::Js&) { return node.OnJsThread() ? 1 : 100; }); });
  CHECK(sum == 2);
}

TEST_CASE("Run returns references") {
  nh::Environment node = NewEnvironment();
  int number = 1;
  int& same = node.Run([&](nh::Js&) -> int& { return number; });
  CHECK(&same == &number);
}

TEST_CASE("RunAsync and Post never run inline") {
  nh::Environment node = NewEnvironment();
  std::vector<int> order;
  std::future<void> later;
  node.Run([&](nh::Js&) {
    later = node.RunAsync([&](nh::Js&) { order.push_back(2); });
    node.Post([&](nh::Js&) { order.push_back(3); });
    order.push_back(1);
  });
  later.get();
  node.Run([](nh::Js&) {});
  CHECK(order == std::vector{1, 2, 3});
}

TEST_CASE("RunAsync carries exceptions in its future") {
  nh::Environment node = NewEnvironment();
  auto failed = node.RunAsync([](nh::Js& js) { return js.Eval("null.x").As<int>(); });
  CHECK_THROWS_AS(failed.get(), nh::JsError);
}

TEST_CASE("RunAsync takes functions that can only be moved") {
  nh::Environment node = NewEnvironment();
  auto owned = std::make_unique<int>(5);
  auto result = node.RunAsync([owned = std::move(owned)](nh::Js&) mutable { return ++*owned; });
  CHECK(result.get() == 6);
}

TEST_CASE("Ticks and microtasks run after each job") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    js.Eval(
        "globalThis.seen = [];"
        "process.nextTick(() => seen.push('tick'));"
        "Promise.resolve().then(() => seen.push('microtask'));"
        "seen.push('job');");
  });
  CHECK(node.Run([](nh::Js& js) { return js.Eval("seen.join()").As<std::string>(); }) ==
        "job,tick,microtask");
}

TEST_CASE("Jobs from many threads all run, each thread's in its order") {
  nh::Environment node = NewEnvironment();
  constexpr int kThreads = 8;
  constexpr int kJobs = 500;
  std::vector<std::vector<int>> seen(kThreads);
  std::vector<std::thread> threads;
  for (std::vector<int>& mine : seen) {
    threads.emplace_back([&] {
      for (int i = 0; i < kJobs; ++i) node.Post([&, i](nh::Js&) { mine.push_back(i); });
    });
  }
  for (std::thread& thread : threads) thread.join();
  node.Run([](nh::Js&) {});
  for (const std::vector<int>& one : seen) {
    REQUIRE(one.size() == kJobs);
    CHECK(std::is_sorted(one.begin(), one.end()));
  }
}
