// Everything at once: calls, handles and ends from many threads.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <vector>

#include "support/host.hpp"

using namespace std::chrono_literals;
using test::NewEnvironment;

namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr int kEnvironments = 15;
#else
constexpr int kEnvironments = 60;
#endif
constexpr int kThreads = 8;
constexpr int kCalls = 40;

using Add = nh::Method<int(int)>;

// One thread's calls. Each gives its result or says that the environment has stopped.
struct Caller {
  int results = 0;
  int refusals = 0;

  void Call(nh::Environment& node, Add add, std::vector<nh::Value>& values, int kind, int number) {
    try {
      int result = number;  // not inside CHECK, which keeps exceptions to itself
      switch (kind % 5) {
        case 0:
          result = node.Run([=](nh::Js&) { return number; });
          break;
        case 1:
          result = node.RunAsync([=](nh::Js&) { return number; }).get();
          break;
        case 2:
          node.Post([](nh::Js& js) { js.Eval("1"); });
          break;
        case 3:
          result = add(number) - 1;
          break;
        default:
          values.pop_back();
      }
      CHECK(result == number);
      ++results;
    } catch (const nh::EnvironmentStopped&) {
      ++refusals;
    }
  }
};

}  // namespace

TEST_CASE("calls and handles of eight threads race with Stop: every call ends") {
  for (int round = 0; round < kEnvironments; ++round) {
    std::optional<nh::Environment> node = NewEnvironment();
    const auto add = node->Run([](nh::Js& js) { return js.Eval("(i) => i + 1").As<Add>(); });
    std::vector<std::vector<nh::Value>> values(kThreads);
    node->Run([&](nh::Js& js) {
      for (auto& own : values) own.assign(kCalls, js.Eval("({})"));
    });
    std::vector<Caller> callers(kThreads);
    std::atomic<int> running = 0;
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t, add] {
        ++running;
        for (int i = 0; i < kCalls; ++i) {
          callers[t].Call(*node, add, values[t], static_cast<int>(t) + i, i);
        }
      });
    }
    while (running < kThreads / 2) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::microseconds(round * 20));
    if (round % 4 == 0) node->Stop(0ms);
    if (round % 4 == 1) node->Stop(1h);
    // The job may run while `node` is reset.
    if (round % 4 == 2) node->Post([&stopped = *node](nh::Js&) { stopped.Stop(10ms); });
    if (round % 4 == 3) {
      std::thread other([&] { node->Stop(5ms); });
      node->Stop(0ms);
      other.join();
    }
    for (std::thread& thread : threads) thread.join();
    for (const Caller& caller : callers) CHECK(caller.results + caller.refusals == kCalls);
    node.reset();
    CHECK_THROWS_AS(add(1), nh::EnvironmentStopped);
  }
}

TEST_CASE("process.exit races with calls: every call ends, with the code or a result") {
  for (int round = 0; round < kEnvironments / 3; ++round) {
    nh::Environment node = NewEnvironment();
    std::vector<std::thread> threads;
    std::atomic<int> ended = 0;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kCalls; ++i) {
          try {
            node.Run([&](nh::Js& js) {
              if (t == 0 && i == round) js.Eval("process.exit(9)");
            });
          } catch (const nh::EnvironmentStopped& stopped) {
            CHECK(stopped.exit_code() == 9);
          }
          ++ended;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(ended == kThreads * kCalls);
    CHECK(node.WaitForExit() == 9);
  }
}

TEST_CASE("environments that are made, used and destroyed on eight threads at once") {
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < kEnvironments / 10; ++i) {
        nh::Environment node = NewEnvironment();
        auto busy = node.RunAsync([](nh::Js& js) { js.Eval("for (;;) {}"); });
        if (i % 2 == 0) node.Stop(1ms);
        if (i % 2 == 1) node.Stop(0ms);
        CHECK_THROWS_AS(busy.get(), nh::EnvironmentStopped);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}
