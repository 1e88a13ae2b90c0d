// A failed check of V8's or Node's ends a pumped environment, and not the thread that pumps it.
#include <doctest/doctest.h>

#include <chrono>
#include <exception>
#include <string>
#include <vector>

#include "support/host.hpp"
#include "support/lacks.hpp"
#include "support/leaks.hpp"

using test::kModules;

namespace {

nh::PumpedEnvironment NewPumped() {
  return test::Platform().CreatePumpedEnvironment({.base_dir = kModules, .process_binding = true});
}

int Answer(nh::PumpedEnvironment& node) {
  return node.Run([](nh::Js& js) { return js.Eval("6 * 7").As<int>(); });
}

// V8 has no arrays of so many elements. It does not throw for the attempt, it aborts.
const std::string kFatalInV8 = "'x'.repeat(2e8).split('')";
// Node's native functions abort when their arguments are not what Node's own JavaScript passes.
const std::string kFatalInNode = "process.binding('fs').open()";
// Node calls exit() where its asynchronous contexts do not add up.
const std::string kExit =
    "const { AsyncResource } = require('async_hooks'); const r = new AsyncResource('x');"
    "const f = () => r.runInAsyncScope(f); try { f() } catch {}"
    "const b = process.binding('async_wrap'); b.pushAsyncContext(1, 1); b.popAsyncContext(42)";

void CheckLost(nh::PumpedEnvironment& node) {
  CHECK_FALSE(node.Poll());
  CHECK_THROWS_AS(Answer(node), nh::EnvironmentStopped);
  const nh::StopResult result = node.Stop();
  CHECK_FALSE(result.ended);
  CHECK(result.reason == nh::EndReason::kFatalError);
  CHECK(result.still_alive.size() == 1);
}

}  // namespace

TEST_CASE("pumped: a fatal error in a job is EnvironmentStopped, and the thread goes on") {
  test::ExpectLeaks();
  nh::PumpedEnvironment other = NewPumped();
  std::vector<std::string> codes = {kFatalInV8, kFatalInNode};
  if (test::NodeMajor() < 24) codes.push_back(kExit);  // later process.binding has no async_wrap
  for (const std::string& code : codes) {
    CAPTURE(code);
    nh::PumpedEnvironment node = NewPumped();
    try {
      node.Run([&](nh::Js& js) { js.Eval(code); });
      FAIL("it returned");
    } catch (const nh::EnvironmentStopped& stopped) {
      CHECK(stopped.reason() == nh::EndReason::kFatalError);
      CHECK(stopped.exit_code() == 134);
    }
    CheckLost(node);
    CHECK(Answer(other) == 42);
  }
}

TEST_CASE("pumped: a fatal error in a timer ends Poll, and other environments go on") {
  test::ExpectLeaks();
  nh::PumpedEnvironment node = NewPumped();
  nh::Environment threaded = test::NewEnvironment();
  node.Run([](nh::Js& js) { js.Eval("setTimeout(() => " + kFatalInNode + ", 1)"); });
  while (node.Poll()) {
  }
  CheckLost(node);
  nh::PumpedEnvironment next = NewPumped();
  CHECK(Answer(next) == 42);
  CHECK(next.Stop().ended);
  CHECK(threaded.Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
}

TEST_CASE("pumped: a fatal error inside a job of another environment ends the inner one only") {
  test::ExpectLeaks();
  nh::PumpedEnvironment outer = NewPumped();
  nh::PumpedEnvironment inner = NewPumped();
  const int answer = outer.Run([&](nh::Js& js) {
    try {
      inner.Run([](nh::Js& inside) { inside.Eval(kFatalInNode); });
    } catch (const nh::EnvironmentStopped&) {
    }
    return js.Eval("6 * 7").As<int>();
  });
  CHECK(answer == 42);
  CheckLost(inner);
  CHECK(outer.Stop().ended);
}

TEST_CASE("pumped: recursion through vm contexts costs the environment at most") {
  test::ExpectLeaks();
  nh::PumpedEnvironment other = NewPumped();
  nh::PumpedEnvironment node = NewPumped();
  try {
    node.Run([](nh::Js& js) {
      js.Eval("const vm = require('vm'); const f = () => vm.runInNewContext('f()', { f }); f()");
    });
  } catch (const std::exception&) {  // a RangeError, or the end
  }
  CHECK(Answer(other) == 42);
}

TEST_CASE("pumped: a fatal error in a Worker ends Poll, Run and Stop, and the thread goes on") {
  test::ExpectLeaks();
  nh::PumpedEnvironment other = NewPumped();
  for (const std::string way : {"Poll", "Run", "Stop"}) {
    CAPTURE(way);
    nh::PumpedEnvironment node = NewPumped();
    node.Run([&](nh::Js& js) {
      js.Global().Set("code", kFatalInNode);
      js.Eval("new (require('worker_threads').Worker)(code, { eval: true }); 0");
    });
    if (way == "Poll") {
      while (node.Poll()) {
      }
    } else if (way == "Run") {
      CHECK_THROWS_AS(node.Run([](nh::Js& js) { js.Eval("for (;;) {}"); }), nh::EnvironmentStopped);
    } else {
      static_cast<void>(node.Stop(std::chrono::seconds(60)));
    }
    CheckLost(node);
    CHECK(Answer(other) == 42);
  }
}
