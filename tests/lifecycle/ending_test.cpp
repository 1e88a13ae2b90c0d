// How environments end, and that all who wait for them hear of it. exit_test.cpp has process.exit
// in detail, uncaught_test.cpp uncaught errors.
#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/host.hpp"

using namespace std::chrono_literals;
using test::NewEnvironment;

namespace {

// An environment whose jobs wait until it is told to go on.
struct Held {
  nh::Environment node = NewEnvironment();
  std::promise<void> go_on;
  std::future<void> held;

  Held() {
    std::promise<void> started;
    held = node.RunAsync([&started, until = go_on.get_future().share()](nh::Js&) {
      started.set_value();
      until.wait();
    });
    started.get_future().wait();
  }
};

}  // namespace

TEST_CASE("jobs that were queued before Stop are done") {
  for (int round = 0; round < 10; ++round) {
    Held held;
    auto queued = held.node.RunAsync([](nh::Js& js) { return js.Eval("6 * 7").As<int>(); });
    std::thread stop([&] { held.node.Stop(10s); });
    held.go_on.set_value();
    CHECK(queued.get() == 42);
    stop.join();
  }
}

TEST_CASE("what is under way may finish until the deadline") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) { js.Eval("setTimeout(() => { process.exitCode = 4 }, 50)"); });
  node.Stop(30s);
  CHECK(node.exit_code() == 4);
}

TEST_CASE("Stop terminates Atomics.wait") {
  nh::Environment node = NewEnvironment();
  auto never = node.RunAsync(
      [](nh::Js& js) { js.Eval("Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)"); });
  node.Stop(50ms);
  CHECK_THROWS_AS(never.get(), nh::EnvironmentStopped);
}

TEST_CASE("Stop ends an environment with a listening server") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) { js.Eval("require('http').createServer().listen(0)"); });
  node.Stop(50ms);
  CHECK(node.exit_code().has_value());
}

TEST_CASE("Stop ends an endless chain of microtasks and of ticks") {
  for (const char* code :
       {"(function f() { queueMicrotask(f) })()", "(function f() { process.nextTick(f) })()"}) {
    nh::Environment node = NewEnvironment();
    node.Post([code](nh::Js& js) { js.Eval(code); });
    node.Stop(50ms);
    CHECK(node.exit_code().has_value());
  }
}

TEST_CASE("Stop ends an environment with running Workers") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    js.Eval("new (require('worker_threads').Worker)('while (true) {}', { eval: true })");
  });
  node.Stop(100ms);
  CHECK(node.exit_code().has_value());
}

TEST_CASE("Stop may be called again, and from many threads at once") {
  nh::Environment node = NewEnvironment();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { node.Stop(); });
  for (std::thread& thread : threads) thread.join();
  node.Stop();
  CHECK(node.exit_code() == 0);
}

TEST_CASE("Stop on the JS thread ends the environment after the job") {
  nh::Environment node = NewEnvironment();
  CHECK(node.Run([&](nh::Js&) {
    node.Stop();
    return 5;
  }) == 5);
  CHECK(node.WaitForExit() == 0);
}

TEST_CASE("Stop on the JS thread ends an environment with a live interval, too") {
  nh::Environment node = NewEnvironment();
  node.Run([&](nh::Js& js) {
    js.Eval("setInterval(() => {}, 1000)");
    node.Stop(50ms);
  });
  node.WaitForExit();
  CHECK(node.exit_code().has_value());
}

TEST_CASE("an environment may be destroyed on its own JS thread") {
  auto node = std::make_unique<nh::Environment>(NewEnvironment());
  nh::Environment& there = *node;
  there
      .RunAsync([node = std::move(node)](nh::Js& js) mutable {
        node.reset();
        return js.Eval("1 + 1").As<int>();
      })
      .get();
}

TEST_CASE("an environment may own the last job that owns it") {
  auto node = std::make_shared<nh::Environment>(NewEnvironment());
  nh::Environment& there = *node;
  there.Post([node = std::move(node)](nh::Js&) {});
}

TEST_CASE(
    "an environment destroyed on its JS thread with a live interval does not hold the process") {
  auto node =
      std::make_unique<nh::Environment>(test::Platform().CreateEnvironment({.stop_timeout = 50ms}));
  nh::Environment& there = *node;
  there.Post([node = std::move(node)](nh::Js& js) { js.Eval("setInterval(() => {}, 1000)"); });
}

TEST_CASE("WaitForExit on the JS thread throws") {
  nh::Environment node = NewEnvironment();
  CHECK_THROWS_AS(node.Run([&](nh::Js&) { node.WaitForExit(); }), nh::HostError);
}

TEST_CASE("process.exit cancels the jobs that wait") {
  Held held;
  auto exits = held.node.RunAsync([](nh::Js& js) { js.Eval("process.exit(3)"); });
  auto waits = held.node.RunAsync([](nh::Js& js) { return js.Eval("1").As<int>(); });
  held.go_on.set_value();
  CHECK_THROWS_AS(exits.get(), nh::EnvironmentStopped);
  try {
    waits.get();
    FAIL("the job was done");
  } catch (const nh::EnvironmentStopped& error) {
    CHECK(error.exit_code() == 3);
  }
  CHECK(held.node.WaitForExit() == 3);
}

TEST_CASE("process.reallyExit and process.abort do not end the host") {
  nh::Environment node = NewEnvironment();
  const nh::JsError error =
      test::ErrorOf([&] { node.Run([](nh::Js& js) { js.Eval("process.abort()"); }); });
  CHECK(error.code() == "ERR_WORKER_UNSUPPORTED_OPERATION");
  CHECK_THROWS_AS(node.Run([](nh::Js& js) { js.Eval("process.reallyExit(2)"); }),
                  nh::EnvironmentStopped);
  CHECK(node.WaitForExit() == 2);
}

TEST_CASE("what a posted job throws ends the environment with code 1") {
  nh::Environment node = NewEnvironment();
  node.Post([](nh::Js& js) { js.Eval("throw new TypeError('posted')"); });
  CHECK(node.WaitForExit() == 1);
  CHECK_THROWS_AS(node.Run([](nh::Js&) {}), nh::EnvironmentStopped);
}

TEST_CASE("C++ exceptions of any type from a posted job end the environment with code 1") {
  nh::Environment one = NewEnvironment();
  one.Post([](nh::Js&) { throw std::out_of_range("posted"); });
  CHECK(one.WaitForExit() == 1);
  nh::Environment two = NewEnvironment();
  two.Post([](nh::Js&) { throw 42; });
  CHECK(two.WaitForExit() == 1);
}

TEST_CASE("an uncaughtException handler sees what a posted job throws, and the environment lives") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    js.Eval("globalThis.seen = []; process.on('uncaughtException', (e) => seen.push(e.message))");
  });
  node.Post([](nh::Js& js) { js.Eval("throw new Error('from js')"); });
  node.Post([](nh::Js&) { throw std::runtime_error("from c++"); });
  node.Post([](nh::Js&) { throw 42; });
  node.Run([](nh::Js&) {});
  CHECK(node.Run([](nh::Js& js) { return js.Eval("seen.join('|')").As<std::string>(); }) ==
        "from js|from c++|A C++ exception of unknown type.");
}

TEST_CASE("what Run throws is the caller's and no uncaught error") {
  nh::Environment node = NewEnvironment();
  CHECK_THROWS_AS(node.Run([](nh::Js& js) { js.Eval("throw new Error('mine')"); }), nh::JsError);
  CHECK_THROWS_AS(node.Run([](nh::Js&) { throw 42; }), int);
  CHECK(node.Run([](nh::Js& js) { return js.Eval("1 + 1").As<int>(); }) == 2);
}

TEST_CASE("an import that nothing will ever settle ends with the environment") {
  nh::Environment node = NewEnvironment();
  auto never = std::async(std::launch::async, [&] {
    CHECK_THROWS_AS(node.Import<bool>("./never.mjs", "started"), nh::EnvironmentStopped);
  });
  node.Run([](nh::Js&) {});
  node.Stop(50ms);
  never.get();
}

TEST_CASE("a nested import that nothing settles in time ends with the environment") {
  nh::Environment node = NewEnvironment();
  auto never = node.RunAsync([](nh::Js& js) {
    js.Import("data:text/javascript,await new Promise(() => setInterval(() => {}, 1000))");
  });
  CHECK(node.Stop(50ms).ended);
  CHECK_THROWS_AS(never.get(), nh::EnvironmentStopped);
}

TEST_CASE("threads that import and call while the environment stops: each gets an answer") {
  for (int round = 0; round < 10; ++round) {
    nh::Environment node = NewEnvironment();
    const auto parse = node.Import<nh::Method<double(std::string)>>("globalThis", "parseFloat");
    std::vector<std::future<int>> threads;
    for (int t = 0; t < 4; ++t) {
      threads.push_back(std::async(std::launch::async, [&] {
        for (int calls = 0;; ++calls) {
          try {
            if (node.Import<std::string>("./waits.mjs", "value") != "waited") return -1;
            if (parse("1.5") != 1.5) return -2;
          } catch (const nh::EnvironmentStopped&) {
            return calls;
          }
        }
      }));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(round));
    node.Stop();
    for (auto& thread : threads) CHECK(thread.get() >= 0);
  }
}

TEST_CASE("Values kept past the end go on any thread") {
  std::vector<nh::Value> kept;
  {
    nh::Environment node = NewEnvironment();
    node.Run([&](nh::Js& js) {
      for (int i = 0; i < 100; ++i) kept.push_back(js.Eval("({})"));
    });
  }
  std::thread([half = std::vector(kept.begin(), kept.begin() + 50)]() mutable {
    half.clear();
  }).join();
  const std::vector<nh::Value> copies = kept;
  kept.clear();
  CHECK(copies.size() == 100);
}

TEST_CASE("two environments that run into each other: the second call throws") {
  nh::Environment one = NewEnvironment();
  nh::Environment two = NewEnvironment();
  CHECK_THROWS_AS(one.Run([&](nh::Js&) { two.Run([&](nh::Js&) { one.Run([](nh::Js&) {}); }); }),
                  nh::HostError);
}

TEST_CASE("an environment whose start-up fails leaves no thread, and the next one starts") {
  nh::NodejsPlatform& platform = test::Platform();
  for (int i = 0; i < 3; ++i) {
    CHECK_THROWS_AS(platform.CreateEnvironment({.base_dir = "/no/such/directory"}), nh::HostError);
  }
  nh::Environment node = NewEnvironment();
  CHECK(node.Run([](nh::Js& js) { return js.Eval("1 + 1").As<int>(); }) == 2);
}
