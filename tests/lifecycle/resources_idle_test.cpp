// What an environment costs that has nothing to do, and what it gives back.
#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <thread>

#include "support/host.hpp"
#if defined(__linux__)
#include <pthread.h>
#include <time.h>
#endif

using namespace std::chrono_literals;
using test::NewEnvironment;

#if defined(__linux__)
namespace {

clockid_t ClockOf(nh::Environment& node) {
  return node.Run([](nh::Js&) {
    clockid_t clock{};
    pthread_getcpuclockid(pthread_self(), &clock);
    return clock;
  });
}

std::chrono::nanoseconds CpuTime(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

TEST_CASE("an idle environment uses no CPU: its loop does not turn") {
  nh::Environment node = NewEnvironment();
  const clockid_t clock = ClockOf(node);
  std::this_thread::sleep_for(500ms);  // for what the start has left behind
  const std::uint64_t turns = node.ReadStatistics().loop.turns;
  std::this_thread::sleep_for(500ms);  // to be read costs one turn
  const auto used = CpuTime(clock);
  std::this_thread::sleep_for(3s);
  CHECK(CpuTime(clock) == used);
  CHECK(node.ReadStatistics().loop.turns == turns + 1);
}
#endif

TEST_CASE("low_memory: garbage goes when there is nothing to do, once, and no CPU after that") {
  nh::Environment node =
      test::Platform().CreateEnvironment({.base_dir = test::kModules, .low_memory = true});
  node.Run([](nh::Js& js) {
    js.Eval("globalThis.ref = new WeakRef(Array.from({ length: 1e6 }, (_, i) => ({ i }))); 0");
  });
  std::this_thread::sleep_for(1500ms);
  const std::uint64_t turns = node.ReadStatistics().loop.turns;
  std::this_thread::sleep_for(500ms);
  CHECK(node.ReadStatistics().loop.turns <= turns + 2);  // to be read costs one, to look another
  CHECK(node.Run([](nh::Js& js) { return js.Eval("ref.deref() === undefined").As<bool>(); }));
}

TEST_CASE("low_memory: garbage goes also where the program polls and there is nothing to do") {
  nh::PumpedEnvironment node =
      test::Platform().CreatePumpedEnvironment({.base_dir = test::kModules, .low_memory = true});
  for (int i = 0; i < 3; ++i) node.Poll();  // what the start has left behind is over
  node.Run([](nh::Js& js) {
    js.Eval("globalThis.ref = new WeakRef(Array.from({ length: 1e5 }, (_, i) => ({ i }))); 0");
  });
  for (int i = 0; i < 75; ++i) {  // 1.2 s
    node.Poll();
    std::this_thread::sleep_for(16ms);
  }
  CHECK(node.Run([](nh::Js& js) { return js.Eval("ref.deref() === undefined").As<bool>(); }));
}

TEST_CASE("CollectGarbage frees what nothing holds any more") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    js.Eval(
        "globalThis.held = Array.from({ length: 1e6 }, (_, i) => ({ i }));"
        "globalThis.ref = new WeakRef(held); 0");
  });
  const std::size_t before = node.ReadStatistics(5s).heap.used;
  node.Run([](nh::Js& js) { js.Eval("held = undefined"); });
  node.CollectGarbage();
  CHECK(node.Run([](nh::Js& js) { return js.Eval("ref.deref() === undefined").As<bool>(); }));
  CHECK(node.ReadStatistics(5s).heap.used + (20 << 20) < before);
}

TEST_CASE("CollectGarbage on the JS thread, and after the end") {
  nh::Environment node = NewEnvironment();
  CHECK(node.Run([&](nh::Js& js) {
    node.CollectGarbage();
    return js.Eval("1").As<int>();
  }) == 1);
  node.Stop();
  CHECK_THROWS_AS(node.CollectGarbage(), nh::EnvironmentStopped);
}
