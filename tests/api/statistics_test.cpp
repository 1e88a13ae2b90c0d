// Statistics: memory, event loop, queue and handles, read from another thread.
#include <doctest/doctest.h>

#include <chrono>
#include <future>

#include "support/host.hpp"

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;

TEST_CASE("Statistics: memory that JavaScript holds") {
  nh::Environment node = test::Platform().CreateEnvironment({.max_heap_mb = 512});
  const nh::Statistics before = node.ReadStatistics(10s);
  CHECK(before.heap.used > 1'000'000);
  CHECK(before.heap.total >= before.heap.used);
  CHECK(before.heap.limit == std::size_t{512} << 20);
  node.Run([](nh::Js& js) {
    js.Eval("globalThis.a = new Array(4e6).fill(1.5); globalThis.b = new ArrayBuffer(2e7)");
  });
  const nh::Statistics after = node.ReadStatistics(10s);
  // 32 MB, less the garbage that was collected meanwhile.
  CHECK(after.heap.used > before.heap.used + 20'000'000);
  CHECK(after.heap.external > before.heap.external + 19'000'000);
}

TEST_CASE("Statistics: in the middle of JavaScript") {
  nh::Environment node = test::NewEnvironment();
  auto job = node.RunAsync([](nh::Js& js) {
    js.Eval("globalThis.kept = []; for (;;) { if (kept.length < 1e6) kept.push({}); }");
  });
  std::size_t most = 0;
  while (most < 20'000'000) most = std::max(most, node.ReadStatistics(10s).heap.used);
  const nh::Statistics now = node.ReadStatistics(10s);
  CHECK(now.loop.this_turn > 0ms);
  CHECK(node.Stop(1ms).ended);
  CHECK(node.ReadStatistics().heap.used > 0);
}

TEST_CASE("Statistics: while native code holds the thread, the latest there were, and their age") {
  nh::Environment node = test::NewEnvironment();
  std::promise<void> release;
  std::promise<void> held;
  node.Post([&, go = release.get_future()](nh::Js&) {
    held.set_value();
    go.wait();
  });
  held.get_future().wait();
  auto first = node.RunAsync([](nh::Js&) {});
  auto second = node.RunAsync([](nh::Js&) {});
  const nh::Statistics now = node.ReadStatistics(50ms);
  CHECK(now.queue_length == 2);
  CHECK(now.age >= 50ms);
  CHECK(now.heap.used > 0);
  release.set_value();
  second.get();
  CHECK(node.ReadStatistics().queue_length == 0);
}

TEST_CASE("Statistics: handles by type") {
  nh::Environment node = test::NewEnvironment();
  CHECK(node.ReadStatistics(10s).active_handles.empty());
  node.Run([](nh::Js& js) {
    js.Eval(
        "const net = require('net'); globalThis.open = [1, 2].map(() => net.createServer()"
        "  .listen(0)); setInterval(() => {}, 1000)");
  });
  auto handles = node.ReadStatistics(10s).active_handles;
  CHECK(handles["tcp"] == 2);
  CHECK(handles["timer"] == 1);
  node.Stop(1ms);
}

TEST_CASE("Statistics: the event loop's turns") {
  nh::Environment node = test::NewEnvironment();
  const nh::LoopStatistics before = node.ReadStatistics().loop;
  node.Run([](nh::Js& js) { js.Eval("{ const t = Date.now(); while (Date.now() < t + 50); }"); });
  node.Run([](nh::Js&) {});
  const nh::LoopStatistics after = node.ReadStatistics(10s).loop;
  CHECK(after.turns > before.turns);
  CHECK(after.longest_turn >= 49ms);
  CHECK(after.utilization > 0);
  CHECK(after.utilization <= 1);
}
