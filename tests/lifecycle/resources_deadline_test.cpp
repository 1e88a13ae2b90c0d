// Jobs with a deadline, and the report about a JS thread that is busy.
#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <future>
#include <string>
#include <thread>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "support/counter.hpp"
#include "support/host.hpp"

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

namespace {

const nh::RunOptions kSoon{.timeout = 500ms};  // enough to be started on a busy machine
const nh::RunOptions kAtOnce{.timeout = 10ms};

// Whether the job had begun when its time was up.
template <class F>
bool StartedBeforeDeadline(F&& function) {
  try {
    function();
  } catch (const nh::DeadlineExceeded& error) {
    return error.started();
  }
  FAIL("DeadlineExceeded was not thrown");
  return false;
}

void CheckGoesOn(nh::Environment& node) {
  // Ticks, promises and timers, all three.
  node.Run([](nh::Js& js) {
    js.Eval(
        "globalThis.ended = new Promise((resolve) => process.nextTick(() => Promise.resolve()"
        "  .then(() => setTimeout(resolve, 1, 'goes on'))))");
  });
  CHECK(node.Import<std::string>("./awaits-ended.mjs", "default") == "goes on");
}

}  // namespace

TEST_CASE("deadline: an endless loop in Run is stopped, and the environment goes on") {
  nh::Environment node = test::NewEnvironment();
  for (int i = 0; i < 3; ++i) {
    CHECK(StartedBeforeDeadline(
        [&] { node.Run([](nh::Js& js) { js.Eval("while (true) {}"); }, kSoon); }));
    CHECK(node.Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
  }
  CheckGoesOn(node);
}

TEST_CASE("deadline: no catch and no finally in JavaScript holds a job up") {
  nh::Environment node = test::NewEnvironment();
  CHECK(StartedBeforeDeadline([&] {
    node.Run(
        [](nh::Js& js) {
          js.Eval("for (;;) { try { for (;;) {} } catch {} finally { for (;;) {} } }");
        },
        kSoon);
  }));
  CheckGoesOn(node);
}

TEST_CASE("deadline: Atomics.wait") {
  nh::Environment node = test::NewEnvironment();
  CHECK(StartedBeforeDeadline([&] {
    node.Run(
        [](nh::Js& js) { js.Eval("Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)"); },
        kSoon);
  }));
  CheckGoesOn(node);
}

TEST_CASE("deadline: a job that is done in time is not touched") {
  nh::Environment node = test::NewEnvironment();
  const nh::RunOptions later{.timeout = 60s};
  CHECK(node.Run([](nh::Js& js) { return js.Eval("1").As<int>(); }, later) == 1);
  CHECK(node.RunAsync([](nh::Js& js) { return js.Eval("2").As<int>(); }, later).get() == 2);
  CHECK(node.Run([&](nh::Js&) {
    return node.Run([](nh::Js& js) { return js.Eval("3").As<int>(); }, later);
  }) == 3);
  CHECK_THROWS_AS(node.Run([](nh::Js& js) { js.Eval("throw new Error()"); }, later), nh::JsError);
}

TEST_CASE("deadline: one is kept that is sooner than those before") {
  nh::Environment node = test::NewEnvironment();
  for (const auto later : {60s, 30s}) {
    CHECK(node.Run([](nh::Js& js) { return js.Eval("1").As<int>(); }, {.timeout = later}) == 1);
    CHECK(StartedBeforeDeadline(
        [&] { node.Run([](nh::Js& js) { js.Eval("while (true) {}"); }, kSoon); }));
  }
}

TEST_CASE("deadline: a job still in the queue is withdrawn") {
  nh::Environment node = test::NewEnvironment();
  std::promise<void> release;
  node.Post([go = release.get_future()](nh::Js&) { go.wait(); });
  bool ran = false;
  CHECK_FALSE(StartedBeforeDeadline([&] { node.Run([&](nh::Js&) { ran = true; }, kAtOnce); }));
  auto future = node.RunAsync([&](nh::Js&) { ran = true; }, kAtOnce);
  CHECK_FALSE(StartedBeforeDeadline([&] { future.get(); }));
  release.set_value();
  CheckGoesOn(node);
  CHECK_FALSE(ran);
}

TEST_CASE("deadline of RunAsync: the future holds the error") {
  nh::Environment node = test::NewEnvironment();
  auto future = node.RunAsync([](nh::Js& js) { js.Eval("while (true) {}"); }, kSoon);
  CHECK(StartedBeforeDeadline([&] { future.get(); }));
  CheckGoesOn(node);
}

TEST_CASE("deadline: C++ that catches the error gets no further with JavaScript") {
  nh::Environment node = test::NewEnvironment();
  int refused = 0;
  CHECK(StartedBeforeDeadline([&] {
    node.Run(
        [&](nh::Js& js) {
          const nh::Value before = js.Eval("({})");
          for (int i = 0; i < 3; ++i) {
            try {
              js.Eval("while (true) {}");
            } catch (const nh::DeadlineExceeded&) {
              ++refused;
            }
          }
          CHECK_THROWS_AS(before["x"].As<int>(), nh::DeadlineExceeded);
        },
        kSoon);
  }));
  CHECK(refused == 3);
  CheckGoesOn(node);
}

TEST_CASE("deadline of an inner Run: the outer goes on with JavaScript") {
  nh::Environment node = test::NewEnvironment();
  const int after = node.Run([&](nh::Js& js) {
    CHECK(StartedBeforeDeadline(
        [&] { node.Run([](nh::Js& inner) { inner.Eval("while (true) {}"); }, kSoon); }));
    return js.Eval("1").As<int>();
  });
  CHECK(after == 1);
  CheckGoesOn(node);
}

TEST_CASE("deadline of an outer Run, met in an inner one") {
  nh::Environment node = test::NewEnvironment();
  bool went_on = false;
  CHECK(StartedBeforeDeadline([&] {
    node.Run(
        [&](nh::Js&) {
          node.Run([](nh::Js& inner) { inner.Eval("while (true) {}"); }, {.timeout = 60s});
          went_on = true;
        },
        kSoon);
  }));
  CHECK_FALSE(went_on);
  CheckGoesOn(node);
}

TEST_CASE("deadline: an import that waits for nothing to come") {
  nh::Environment node = test::NewEnvironment();
  node.Run([](nh::Js& js) {
    js.Eval("globalThis.ended = new Promise(() => {}); globalThis.keep = setInterval(() => {}, 5)");
  });
  CHECK(StartedBeforeDeadline(
      [&] { node.Run([](nh::Js& js) { js.Import("./awaits-ended.mjs"); }, kSoon); }));
  CHECK(node.Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
}

TEST_CASE("deadline: cut off in a callback that is not the job's own, the environment ends") {
  nh::Environment node = test::NewEnvironment();
  CHECK(StartedBeforeDeadline([&] {
    node.Run(
        [](nh::Js& js) {
          js.Eval("globalThis.ended = new Promise(() => {}); setTimeout(() => { for (;;) {} }, 1)");
          js.Import("./awaits-ended.mjs");
        },
        kSoon);
  }));
  CHECK(node.WaitForExit() == 1);
  CHECK(node.Stop().reason == nh::EndReason::kTerminated);
  nh::Environment next = test::NewEnvironment();
  CheckGoesOn(next);
}

TEST_CASE("deadline: cut off inside an AsyncResource, the environment ends") {
  nh::Environment node = test::NewEnvironment();
  CHECK(StartedBeforeDeadline([&] {
    node.Run(
        [](nh::Js& js) {
          js.Eval(
              "const { AsyncResource } = require('async_hooks');"
              "new AsyncResource('x').runInAsyncScope(() => { for (;;) {} })");
        },
        kSoon);
  }));
  CHECK(node.WaitForExit() == 1);
}

TEST_CASE("deadline and process.exit, deadline and Stop: the environment's end comes first") {
  nh::Environment node = test::NewEnvironment();
  CHECK_THROWS_AS(node.Run([](nh::Js& js) { js.Eval("process.exit(7)"); }, {.timeout = 60s}),
                  nh::EnvironmentStopped);
  CHECK(node.WaitForExit() == 7);
  nh::Environment other = test::NewEnvironment();
  auto future = other.RunAsync([](nh::Js& js) { js.Eval("for (;;) {}"); }, {.timeout = 60s});
  CHECK(other.Stop(10ms).ended);
  CHECK_THROWS_AS(future.get(), nh::EnvironmentStopped);
  CHECK_THROWS_AS(other.Run([](nh::Js&) {}, kSoon), nh::EnvironmentStopped);
}

namespace {

// Takes the first report, and counts the others.
class Reports {
 public:
  void Add(const nh::BusyReport& report) {
    if (count() == 0) first_ = report;
    all_.Add();
    first_one_.Add();
  }
  nh::BusyReport First() {
    first_one_.Take();
    return first_;
  }
  int count() { return all_.count(); }

 private:
  nh::BusyReport first_;
  Counter all_;
  Counter first_one_;
};

nh::Environment Watched(Reports& reports) {
  return test::Platform().CreateEnvironment(
      {.base_dir = test::kModules,
       .name = "watched",
       .on_busy = [&](const nh::BusyReport& report) { reports.Add(report); },
       .busy_timeout = 60ms});
}

}  // namespace

TEST_CASE("on_busy: a loop in JavaScript is reported with its stack") {
  Reports reports;
  nh::Environment node = Watched(reports);
  auto job = node.RunAsync([](nh::Js& js) {
    js.Eval("globalThis.busy = true; function work() { while (busy) {} } work()", "busy.js");
  });
  const nh::BusyReport report = reports.First();
  CHECK(report.environment == "watched");
  CHECK(report.duration >= 60ms);
  CHECK_FALSE(report.in_native_code);
  CHECK(report.js_stack.find("    at work (busy.js:1:") == 0);
  CHECK(node.Stop(1ms).ended);
}

TEST_CASE("on_busy: native code is called so") {
  Reports reports;
  nh::Environment node = Watched(reports);
  std::promise<void> release;
  node.Post([go = release.get_future()](nh::Js&) { go.wait(); });
  const nh::BusyReport report = reports.First();
  CHECK(report.in_native_code);
  CHECK(report.js_stack.empty());
  release.set_value();
  CHECK(node.Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
}

TEST_CASE("on_busy: a loop that waits for events, or turns, is not busy") {
  Reports reports;
  nh::Environment node = Watched(reports);
  node.Run([](nh::Js& js) {
    js.Eval("globalThis.n = 0; (function turn() { n++; globalThis.next = setImmediate(turn); })()");
  });
  std::this_thread::sleep_for(300ms);
  node.Run([](nh::Js& js) { js.Eval("clearImmediate(next)"); });
  const int turning = reports.count();
  std::this_thread::sleep_for(300ms);
  CHECK(reports.count() == turning);
}

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("deadline: a job that is done leaves nothing behind until it would have been due") {
  nh::Environment node = test::NewEnvironment();
  const nh::RunOptions later{.timeout = std::chrono::hours(1)};
  const auto run = [&](int jobs) {
    node.Run([&](nh::Js&) {
      for (int i = 0; i < jobs; ++i) node.Run([](nh::Js&) {}, later);
    });
    for (int i = 0; i < jobs / 100; ++i) node.RunAsync([](nh::Js&) {}, later).get();
    return mallinfo2().uordblks;
  };
  const std::size_t before = run(1000);
  CHECK(run(50000) < before + (std::size_t{4} << 20));  // 580 bytes each were 28 MB
}
#endif
