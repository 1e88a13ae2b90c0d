// JavaScript that calls C++ that calls JavaScript, and so on: without end, and into the end.
#include <doctest/doctest.h>
#include <pthread.h>

#include <cerrno>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "support/host.hpp"

namespace {

using Function = std::function<int(int)>;

// A function of JavaScript's that calls back into C++, which calls it, for ever. What comes out of
// that, first in JavaScript and then in C++.
std::pair<std::string, std::string> RecurseForever(nh::AnyEnvironment& node) {
  return node.Run([](nh::Js& js) {
    js.Eval("globalThis.again = (step) => 1 + step(0)");
    const auto again = js.Global()["again"].As<std::function<int(Function)>>();
    Function step;
    int depth = 0;
    step = [&](int) {
      ++depth;
      return again(step);
    };
    const auto in_js = js.Eval("(step) => { try { step(0) } catch (e) { return String(e) } }")(step)
                           .As<std::string>();
    CHECK(depth > 20);
    const nh::JsError in_cpp = test::ErrorOf([&] { step(0); });
    return std::pair(in_js, in_cpp.name() + ": " + in_cpp.message());
  });
}

const std::string kTooDeep = "RangeError: Maximum call stack size exceeded";

void CheckRecursion(nh::AnyEnvironment& node) {
  const auto [in_js, in_cpp] = RecurseForever(node);
  CHECK(in_js == kTooDeep);
  CHECK(in_cpp == kTooDeep);
  // The environment is none the worse for it.
  CHECK(node.Run([](nh::Js& js) { return js.Eval("6 * 7").As<int>(); }) == 42);
  CHECK(node.Stop(std::chrono::seconds(20)).clean);
}

}  // namespace

TEST_CASE("endless recursion through C++ is a RangeError") {
  nh::Environment node = test::NewEnvironment();
  CheckRecursion(node);
}

TEST_CASE("endless recursion through C++ is a RangeError on the program's main thread") {
  auto node = test::Platform().CreatePumpedEnvironment();
  CheckRecursion(node);
}

TEST_CASE("endless recursion through C++ is a RangeError on a thread with just enough stack") {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 1600 << 10);
  test::Platform();
  pthread_t thread{};
  pthread_create(
      &thread, &attributes,
      [](void*) -> void* {
        auto node = test::Platform().CreatePumpedEnvironment();
        CheckRecursion(node);
        return nullptr;
      },
      nullptr);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

TEST_CASE("endless recursion of typed calls through an object is a RangeError") {
  struct Step {
    nh::Method<int()> next;
  };
  nh::Environment node = test::NewEnvironment();
  node.Run([](nh::Js& js) {
    const auto again = js.Eval("(o) => o.next()").As<std::function<int(Step)>>();
    Step step;
    step.next = [&] { return again(step); };
    const nh::JsError error = test::ErrorOf([&] { again(step); });
    CHECK(error.name() + ": " + error.message() == kTooDeep);
  });
}

TEST_CASE("C++ exceptions pass where there is no stack left to make a JavaScript error of them") {
  nh::Environment node = test::NewEnvironment();
  node.Run([](nh::Js& js) {
    const auto again = js.Eval("(step) => step()").As<std::function<void(std::function<void()>)>>();
    std::function<void()> step;
    step = [&] {
      try {
        again(step);
      } catch (const nh::JsError&) {
        throw std::system_error(ENOENT, std::generic_category(), "at the bottom");
      }
    };
    CHECK_THROWS_AS(step(), std::system_error);
    CHECK(js.Eval("6 * 7").As<int>() == 42);
  });
}

TEST_CASE("process.exit deep in JavaScript and C++ unwinds all of it, with the code") {
  nh::Environment node = test::NewEnvironment();
  int unwound = 0;
  bool went_on = false;
  try {
    node.Run([&](nh::Js& js) {
      js.Global().Set("wentOn", std::function<void()>([&] { went_on = true; }));
      const auto call = js.Eval("(f, n) => { try { f(n) } catch {} finally { wentOn() } }")
                            .As<std::function<void(std::function<void(int)>, int)>>();
      const nh::Value exit = js.Eval("(code) => process.exit(code)");
      std::function<void(int)> nest;
      nest = [&](int left) {
        try {
          if (left == 0) {
            exit(7);
          } else {
            call(nest, left - 1);
          }
        } catch (const nh::EnvironmentStopped& stopped) {
          CHECK(stopped.exit_code() == 7);
          ++unwound;
          throw;
        }
        FAIL("C++ went on after process.exit");
      };
      nest(10);
    });
    FAIL("Run returned after process.exit");
  } catch (const nh::EnvironmentStopped& stopped) {
    CHECK(stopped.exit_code() == 7);
  }
  CHECK(unwound == 11);
  CHECK_FALSE(went_on);
  CHECK(node.WaitForExit() == 7);
}

TEST_CASE("process.exit is final, though C++ in between has caught its exception and gone on") {
  nh::Environment node = test::NewEnvironment();
  const auto exit_code = node.Run([](nh::Js& js) {
    const auto call = js.Eval("(f) => { f(); return 'went on' }")
                          .As<std::function<std::string(std::function<void()>)>>();
    const nh::Value exit = js.Eval("() => process.exit(7)");
    const std::function<void()> swallow = [&] {
      try {
        exit();
      } catch (const nh::EnvironmentStopped&) {
        // As a catch-all of somebody's would.
      }
    };
    try {
      call(swallow);
    } catch (const nh::EnvironmentStopped& stopped) {
      return stopped.exit_code();
    }
    return std::optional<int>();
  });
  CHECK(exit_code == 7);
  CHECK(node.WaitForExit() == 7);
}
