// Stop and timeouts end JavaScript that keeps calling C++, swallows its end, or looks at errors
// whose parts never return.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "support/host.hpp"
#include "support/lacks.hpp"

using namespace std::chrono_literals;
using test::NewEnvironment;

namespace {

const nh::RunOptions kSoon{.timeout = 300ms};

using Work = std::function<void(nh::Js&)>;

Work Script(std::string code) {
  return [code = std::move(code)](nh::Js& js) { js.Eval(code, "app.js"); };
}

// `work` never returns by itself: Stop must end it within its own time.
void CheckStops(const Work& work) {
  nh::Environment node = NewEnvironment();
  std::promise<void> began;
  auto never = node.RunAsync([&](nh::Js& js) {
    began.set_value();
    work(js);
  });
  began.get_future().wait();
  std::this_thread::sleep_for(20ms);
  const nh::StopResult result = node.Stop(30ms);
  CHECK(result.ended);
  CHECK_FALSE(result.clean);
  CHECK_THROWS_AS(never.get(), nh::EnvironmentStopped);
}

// `work` never returns by itself: a timeout must end it, and be what Run throws.
std::string TimeoutOf(const Work& work) {
  nh::Environment node = NewEnvironment();
  std::string text;
  try {
    node.Run(work, kSoon);
  } catch (const nh::DeadlineExceeded& error) {
    CHECK(error.started());
    text = error.what();
  }
  CHECK_FALSE(text.empty());
  CHECK(node.Stop(1s).ended);
  return text;
}

void CheckBoth(const Work& work) {
  CheckStops(work);
  TimeoutOf(work);
}

const std::string kLoopingMessage =
    "const bad = () => { const e = new Error();"
    "  Object.defineProperty(e, 'message', { get() { for (;;) {} } }); return e };";

}  // namespace

TEST_CASE("endless: a loop that calls slow C++ is ended when C++ returns") {
  CheckBoth([](nh::Js& js) {
    js.Global().Set("f", std::function<void()>([] { std::this_thread::sleep_for(5ms); }));
    js.Eval("for (;;) f()", "app.js");
  });
}

TEST_CASE("endless: C++ in the loop swallows the end it meets") {
  CheckBoth([](nh::Js& js) {
    js.Global().Set("f", std::function<void()>([&js] {
                      std::this_thread::sleep_for(2ms);
                      try {
                        js.Eval("1");
                      } catch (const nh::HostError&) {
                      }
                    }));
    js.Eval("for (;;) try { f() } catch {}", "app.js");
  });
}

TEST_CASE("endless: Stop on the JS thread ends JavaScript that spins afterwards") {
  nh::Environment node = NewEnvironment();
  CHECK_THROWS_AS(node.Run([&](nh::Js& js) {
    CHECK_FALSE(node.Stop(50ms).ended);
    js.Eval("for (;;) {}", "app.js");
  }),
                  nh::EnvironmentStopped);
  node.WaitForExit();
  const nh::StopResult result = node.Stop(1h);
  CHECK(result.ended);
  CHECK_FALSE(result.clean);
  REQUIRE(result.still_alive.size() == 1);
  CHECK(result.still_alive[0].starts_with("JavaScript was running: at "));
}

TEST_CASE("endless: further Stops on the JS thread do not start the time anew") {
  nh::Environment node = NewEnvironment();
  CHECK_THROWS_AS(node.Run([&](nh::Js& js) {
    js.Global().Set("again", std::function<void()>([&] { node.Stop(100ms); }));
    js.Eval("for (;;) again()", "app.js");
  }),
                  nh::EnvironmentStopped);
  node.WaitForExit();
}

TEST_CASE("endless: an error whose message never returns") {
  CheckBoth(Script(kLoopingMessage + "throw bad()"));
}

TEST_CASE("endless: an AggregateError of errors whose messages never return") {
  CheckBoth(Script(kLoopingMessage + "throw new AggregateError(Array.from({ length: 200 }, bad))"));
}

TEST_CASE("endless: causes whose messages never return") {
  CheckBoth(
      Script(kLoopingMessage +
             "let e = bad(); for (let i = 0; i < 10; i++) { const o = bad(); o.cause = e; e = o }"
             "throw e"));
}

TEST_CASE("endless: an error taken as data") {
  CheckBoth([](nh::Js& js) {
    const nh::Value error =
        js.Eval(kLoopingMessage + "new AggregateError(Array.from({ length: 200 }, bad))", "app.js");
    error.As<nh::JsError>();
  });
}

TEST_CASE("endless: an iterator whose return() never returns") {
  CheckBoth([](nh::Js& js) {
    js.Eval(
        "globalThis.endless = { [Symbol.iterator]() { return { next() { return { value: 1 } },"
        "  return() { for (;;) {} } } } }",
        "app.js");
    for (const nh::Value& value : js.Global()["endless"]) {
      static_cast<void>(value);
      break;
    }
    js.Eval("1");
  });
}

TEST_CASE("endless: in a posted job, and thrown by a timer") {
  std::vector<const char*> codes = {"throw new AggregateError(Array.from({ length: 200 }, bad))"};
  if (test::NodeMajor() >= 22) {  // up to 20 a termination makes Node's report of an error abort
    codes.push_back(
        "setTimeout(() => { throw new AggregateError(Array.from({ length: 200 }, bad)) }, 1)");
    codes.push_back("setTimeout(() => { throw bad() }, 1)");
  }
  for (const char* const code : codes) {
    CAPTURE(code);
    nh::Environment node = NewEnvironment();
    node.Post([&](nh::Js& js) { js.Eval(kLoopingMessage + code, "app.js"); });
    std::this_thread::sleep_for(60ms);
    CHECK(node.Stop(30ms).ended);
  }
}

TEST_CASE("endless: JavaScript that was terminated is refused, whatever swallowed it") {
  nh::Environment node = NewEnvironment();
  std::atomic<bool> refused = false;
  std::promise<void> began;
  auto job = node.RunAsync([&](nh::Js& js) {
    began.set_value();
    try {
      js.Eval(kLoopingMessage + "throw new AggregateError([bad(), bad()])", "app.js");
    } catch (...) {
    }
    try {
      js.Eval("6 * 7");
    } catch (const nh::EnvironmentStopped&) {
      refused = true;
    }
  });
  began.get_future().wait();
  std::this_thread::sleep_for(20ms);
  CHECK(node.Stop(30ms).ended);
  CHECK(refused);
}

TEST_CASE("timeout: a job that swallows its own error does not return normally") {
  TimeoutOf([](nh::Js& js) {
    try {
      js.Eval("for (;;) {}");
    } catch (const nh::DeadlineExceeded&) {
    }
  });
  nh::Environment node = NewEnvironment();
  auto future = node.RunAsync(
      [](nh::Js& js) {
        try {
          js.Eval("for (;;) {}");
        } catch (const nh::DeadlineExceeded&) {
        }
        return 1;
      },
      kSoon);
  CHECK_THROWS_AS(future.get(), nh::DeadlineExceeded);
  CHECK(node.Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
}

TEST_CASE("timeout: the error says where JavaScript was") {
  const std::string text = TimeoutOf(Script("function spin() { for (;;) {} }; spin()"));
  CAPTURE(text);
  CHECK(text.find("spin (app.js:1:") != std::string::npos);
}

TEST_CASE("timeout: microtasks that a job leaves behind and that never end, end the environment") {
  nh::Environment node = NewEnvironment();
  try {
    node.Run(Script("(function again() { Promise.resolve().then(again) })()"), kSoon);
  } catch (const nh::DeadlineExceeded&) {
  }
  CHECK(node.WaitForExit() == 1);
  CHECK(node.Stop().reason == nh::EndReason::kTerminated);
}

TEST_CASE("a moved-from environment refuses timeouts and statistics with a sentence") {
  nh::Environment one = NewEnvironment();
  const nh::Environment two = std::move(one);
  CHECK_THROWS_AS(one.Run([](nh::Js&) {}, kSoon), nh::HostError);
  CHECK_THROWS_AS(one.RunAsync([](nh::Js&) {}, kSoon), nh::HostError);
  CHECK_THROWS_AS(one.ReadStatistics(), nh::HostError);
}

TEST_CASE("endless: in a pumped environment") {
  const std::string loops =
      "{" + kLoopingMessage + "const many = Array.from({ length: 200 }, bad);";
  for (const std::string code : {"throw bad()", "throw new AggregateError(many)",
                                 "try { throw bad() } finally { for (;;) {} }"}) {
    CAPTURE(code);
    nh::PumpedEnvironment node = test::Platform().CreatePumpedEnvironment({});
    CHECK_THROWS_AS(node.Run(Script(loops + code + "}"), kSoon), nh::DeadlineExceeded);
    CHECK(node.Run([](nh::Js& js) { return js.Eval("6 * 7").As<int>(); }) == 42);
    std::thread stopper([&] {
      std::this_thread::sleep_for(50ms);
      static_cast<void>(node.Stop(30ms));
    });
    CHECK_THROWS_AS(node.Run(Script(loops + code + "}")), nh::EnvironmentStopped);
    CHECK_THROWS_AS(node.Run(Script("6 * 7")), nh::EnvironmentStopped);
    stopper.join();
    CHECK(node.Stop(1s).ended);
  }
}

// A timeout cannot stop callbacks that are not the job's own: it ends the environment, and what
// describes an error to Node swallows the first termination of each.
TEST_CASE("endless: in callbacks that a job leaves behind, which nothing but its timeout ends") {
  const std::string loops =
      "{" + kLoopingMessage + "const many = Array.from({ length: 200 }, bad);";
  for (const std::string code :
       {"process.nextTick(() => { throw bad() })", "queueMicrotask(() => { throw bad() })",
        "process.nextTick(() => { throw new AggregateError(many) })",
        "queueMicrotask(() => { throw new AggregateError(many) })",
        "Promise.reject(new AggregateError(many))"}) {
    CAPTURE(code);
    nh::PumpedEnvironment pumped = test::Platform().CreatePumpedEnvironment({});
    CHECK_NOTHROW(pumped.Run(Script(loops + code + "}"), kSoon));
    CHECK_FALSE(pumped.Poll());
    CHECK(pumped.Stop().reason == nh::EndReason::kTerminated);
    nh::Environment node = NewEnvironment();
    CHECK_NOTHROW(node.Run(Script(loops + code + "}"), kSoon));
    CHECK(node.WaitForExit() == 1);
  }
}

TEST_CASE("endless: in a Worker") {
  const std::string in_worker =
      "const { Worker } = require('worker_threads'); new Worker(`" + kLoopingMessage;
  for (const std::string code :
       {"throw bad()", "throw new AggregateError(Array.from({ length: 200 }, bad))",
        "setTimeout(() => { throw bad() }, 1)", "Promise.reject(bad())"}) {
    CAPTURE(code);
    nh::Environment node = NewEnvironment();
    node.Run(Script(in_worker + code + "`, { eval: true, stderr: true }).on('error', () => {})"));
    std::this_thread::sleep_for(300ms);
    CHECK(node.Run([](nh::Js& js) { return js.Eval("6 * 7").As<int>(); }) == 42);
    CHECK(node.Stop(100ms).ended);
  }
}
