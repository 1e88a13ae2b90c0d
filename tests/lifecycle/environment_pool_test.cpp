// EnvironmentPool: environments that end under it, and its own end.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <latch>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/host.hpp"

using namespace std::chrono_literals;
using test::kModules;
using test::Platform;

namespace {

struct Path {
  nh::Method<std::string(std::string)> basename;
};

nh::PoolOptions Options(std::size_t size, std::size_t spares = 0) {
  return {.size = size, .spares = spares, .environment = {.base_dir = kModules}};
}

void EndOne(nh::EnvironmentPool& pool) {
  CHECK_THROWS_AS(pool.Run([](nh::Js& js) { js.Eval("process.exit(3)"); }), nh::EnvironmentStopped);
}

// The keeper makes what is missing when it finds the time.
bool IsFullWithin(nh::EnvironmentPool& pool, std::size_t environments, std::size_t spares) {
  for (int i = 0; i < 500; ++i) {
    const nh::PoolStatistics figures = pool.ReadStatistics();
    if (figures.environments == environments && figures.spares == spares) return true;
    try {
      pool.Run([](nh::Js&) {});
    } catch (const nh::EnvironmentStopped&) {
    }
    std::this_thread::sleep_for(20ms);
  }
  return false;
}

}  // namespace

TEST_CASE("pool: an environment that ends is replaced, with its set-up and imports") {
  nh::PoolOptions options = Options(1);
  options.set_up = [](nh::Environment& node) {
    node.Run([](nh::Js& js) { js.Eval("globalThis.ready = true"); });
  };
  nh::EnvironmentPool pool(Platform(), options);
  const auto path = pool.Import<Path>("node:path");
  for (int round = 0; round < 3; ++round) {
    EndOne(pool);
    CHECK(path->basename("/a/b") == "b");
    CHECK(pool.Run([](nh::Js& js) { return js.Eval("ready").As<bool>(); }));
  }
  CHECK(pool.ReadStatistics().replaced == 3);
}

TEST_CASE("pool: a spare takes the place of one that ends, and is replaced in turn") {
  nh::EnvironmentPool pool(Platform(), Options(1, 1));
  const auto path = pool.Import<Path>("node:path");
  EndOne(pool);
  const nh::PoolStatistics figures = pool.ReadStatistics();
  CHECK(figures.environments == 1);
  CHECK(figures.replaced == 1);
  CHECK(path->basename("/a/b") == "b");
  CHECK(IsFullWithin(pool, 1, 1));
}

TEST_CASE("pool: what keeps a replacement from being made is thrown, and tried again") {
  std::atomic<bool> works = true;
  nh::PoolOptions options = Options(1);
  options.set_up = [&](nh::Environment&) {
    if (!works) throw std::runtime_error("no licence");
  };
  nh::EnvironmentPool pool(Platform(), options);
  works = false;
  EndOne(pool);
  CHECK_THROWS_WITH(pool.Run([](nh::Js&) {}), "no licence");
  CHECK(pool.ReadStatistics().last_error == "no licence");
  works = true;
  CHECK(pool.Run([](nh::Js&) { return 1; }) == 1);
  CHECK(pool.ReadStatistics().last_error.empty());
}

TEST_CASE("pool: rights and modules hold in each environment, also in a replacement and a spare") {
  struct Sum {
    nh::Method<double(double, double)> add;
  };
  nh::PoolOptions options = Options(2, 1);
  options.environment.rights = {.native_addons = false, .child_processes = false};
  options.environment.modules = {{"app:sum", Sum{.add = [](double a, double b) { return a + b; }}}};
  nh::EnvironmentPool pool(Platform(), options);
  const auto sum = pool.Import<Sum>("app:sum");
  const auto answers = [](nh::Js& js) {
    return js
        .Eval(R"((() => {
          let refused = '';
          try {
            require('child_process').spawnSync('true');
          } catch (error) {
            refused = `${error.code} ${error.message.includes('child_processes')}`;
          }
          return `${refused} ${require('app:sum').add(1, 2)}`;
        })())")
        .As<std::string>();
  };
  for (int round = 0; round < 4; ++round) {
    std::latch both(2);
    const auto look = [&](nh::Js& js) {
      both.arrive_and_wait();  // so that each environment has one of the two
      return answers(js);
    };
    auto first = pool.RunAsync(look);
    auto second = pool.RunAsync(look);
    CHECK(first.get() == "ERR_ACCESS_DENIED true 3");
    CHECK(second.get() == "ERR_ACCESS_DENIED true 3");
    CHECK(sum->add(20, 22) == 42);
    EndOne(pool);
    REQUIRE(IsFullWithin(pool, 2, 1));
  }
  CHECK(pool.ReadStatistics().replaced == 4);
}

TEST_CASE("pool: environments that end as they start are not made for ever") {
  std::atomic<bool> ends = false;
  std::atomic<int> made = 0;
  nh::PoolOptions options = Options(1);
  options.set_up = [&](nh::Environment& node) {
    ++made;
    if (!ends) return;
    try {
      node.Run([](nh::Js& js) { js.Eval("process.exit(3)"); });
    } catch (const nh::EnvironmentStopped&) {
    }
  };
  nh::EnvironmentPool pool(Platform(), options);
  ends = true;
  EndOne(pool);
  for (int call = 1; call <= 2; ++call) {
    CHECK_THROWS_WITH_AS(pool.Run([](nh::Js&) {}), doctest::Contains("end as they start"),
                         nh::HostError);
    CHECK(made <= 1 + call * 6);
  }
  ends = false;
  CHECK(pool.Run([](nh::Js&) { return 1; }) == 1);
}

TEST_CASE("pool: calls that end their environments each have one made, and no more are made") {
  std::atomic<int> made = 0;
  nh::PoolOptions options = Options(1);
  options.set_up = [&](nh::Environment&) { ++made; };
  nh::EnvironmentPool pool(Platform(), options);
  for (int i = 0; i < 5; ++i) EndOne(pool);
  std::this_thread::sleep_for(100ms);
  CHECK(made == 5);
}

TEST_CASE("pool: Stop does what was handed in, and refuses what comes after") {
  nh::EnvironmentPool pool(Platform(), Options(2));
  const auto path = pool.Import<Path>("node:path");
  std::vector<std::future<int>> later;
  for (int i = 0; i < 50; ++i) {
    later.push_back(pool.RunAsync([i](nh::Js& js) { return js.Eval("1").As<int>() + i; }));
  }
  const std::vector<nh::StopResult> results = pool.Stop(10s);
  CHECK(results.size() == 2);
  for (const nh::StopResult& result : results) CHECK(result.clean);
  for (int i = 0; i < 50; ++i) CHECK(later[static_cast<std::size_t>(i)].get() == i + 1);
  CHECK_THROWS_AS(pool.Run([](nh::Js&) {}), nh::EnvironmentStopped);
  CHECK_THROWS_AS(path->basename("a"), nh::EnvironmentStopped);
  CHECK_THROWS_AS(pool.Import<Path>("node:path"), nh::EnvironmentStopped);
  CHECK(pool.Stop().empty());
}

TEST_CASE("pool: an interface that outlives its pool says that it has stopped") {
  std::optional<nh::Pooled<Path>> path;
  {
    nh::EnvironmentPool pool(Platform(), Options(1));
    path = pool.Import<Path>("node:path");
  }
  CHECK_THROWS_AS((*path)->basename("a"), nh::EnvironmentStopped);
}

TEST_CASE("pool: a future of an environment that ends completes") {
  nh::EnvironmentPool pool(Platform(), Options(1));
  auto ends = pool.RunAsync([](nh::Js& js) { js.Eval("process.exit(0)"); });
  auto behind = pool.RunAsync([](nh::Js&) {});
  CHECK_THROWS_AS(ends.get(), nh::EnvironmentStopped);
  try {
    behind.get();  // the first one's replacement may have got it
  } catch (const nh::EnvironmentStopped&) {
  }
}

TEST_CASE("pool: calls from four threads while environments end") {
  nh::EnvironmentPool pool(Platform(), Options(2, 1));
  const auto path = pool.Import<Path>("node:path");
  std::atomic<int> results = 0;
  std::atomic<int> refusals = 0;
  constexpr int kThreads = 4;
  constexpr int kCalls = 100;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kCalls; ++i) {
        try {
          if (t == 0 && i % 25 == 24) {
            pool.Run([](nh::Js& js) { js.Eval("process.exit(0)"); });
          }
          const std::string base = path->basename("/a/b");  // not in CHECK, which keeps exceptions
          CHECK(base == "b");
          ++results;
        } catch (const nh::EnvironmentStopped&) {
          ++refusals;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(results + refusals == kThreads * kCalls);
  CHECK(results > 0);
  CHECK(pool.ReadStatistics().replaced >= 1);
}
