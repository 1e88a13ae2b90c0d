// What the calls of one job share: exceptions go to the call they came out of, handles do not pile
// up, and calls inside calls are calls of their own.
#include <doctest/doctest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/host.hpp"

using std::chrono_literals::operator""ms;
using test::ErrorOf;
using test::NewEnvironment;

namespace {

using Number = nh::Method<double(double)>;

struct Measure {
  double width = 0;
};

// Its conversions call JavaScript.
struct Asked {
  std::string text;
};

Number* asked_first = nullptr;

}  // namespace

template <>
struct nodehost::Convert<Asked> {
  static constexpr std::string_view kTypeScript = "string";
  static nh::Value ToJs(nh::Js& js, const Asked& asked) {
    return nh::Value::From(js, asked.text + ErrorOf([] { (*asked_first)(-1); }).message());
  }
  static std::optional<Asked> FromJs(nh::Js&, const nh::Value& value) {
    return Asked{value.As<std::string>() + ErrorOf([] { (*asked_first)(-2); }).message()};
  }
};

namespace {

// Doubles a number, and throws for a negative one.
constexpr const char* kDouble =
    "(function double(n) { if (n < 0) throw new RangeError('below 0: ' + n); return 2 * n; })";

}  // namespace

TEST_CASE("an exception belongs to its call, before and after others that went well") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    const auto number = js.Eval(kDouble).As<Number>();
    for (int i = 1; i < 50; ++i) {
      CHECK(number(i) == 2 * i);
      CHECK(ErrorOf([&] { number(-i); }).message() == "below 0: " + std::to_string(-i));
      CHECK(ErrorOf([&] { js.Eval("throw 'no error'"); }).message() == "no error");
    }
    CHECK(number(4) == 8);
  });
}

TEST_CASE("JavaScript catches what a call throws to C++ that JavaScript called") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    const auto number = js.Eval(kDouble).As<Number>();
    const Number through = [&](double n) { return number(n) + 0.5; };
    const auto outer = js.Eval(
        "(through, n) => { try { return 'got ' + through(n) }"
        "  catch (e) { return `${e.name}, ${e.message}` } finally { through(1) } }");
    CHECK(outer(through, 3).As<std::string>() == "got 6.5");
    CHECK(outer(through, -3).As<std::string>() == "RangeError, below 0: -3");
    // What JavaScript does not catch reaches the call that C++ made first.
    CHECK(ErrorOf([&] { js.Eval("(through) => through(-4)")(through); }).message() ==
          "below 0: -4");
    CHECK(number(1) == 2);
  });
}

TEST_CASE("C++ under JavaScript catches an error, and JavaScript goes on") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    const auto number = js.Eval(kDouble).As<Number>();
    const nh::Method<std::string(double)> safe = [&](double n) {
      return ErrorOf([&] { number(n); }).message();
    };
    CHECK(js.Eval("(safe) => [safe(-1), safe(-2)].join()")(safe).As<std::string>() ==
          "below 0: -1,below 0: -2");
  });
}

TEST_CASE("a C++ exception that passes through JavaScript twice is the same one") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    const Number fails = [](double) -> double { throw std::out_of_range("mine"); };
    const Number again = js.Eval("(f) => (n) => f(n)")(fails).As<Number>();
    const Number outer = js.Eval("(f) => (n) => f(n)")(again).As<Number>();
    CHECK_THROWS_WITH_AS(outer(1), "mine", std::out_of_range);
  });
}

TEST_CASE("a getter that calls back while its object is read") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    const auto number = js.Eval(kDouble).As<Number>();
    const Number asks = [&](double n) { return number(n); };
    const auto make = js.Eval("(asks) => (n) => [{ get width() { return asks(n) } }]")(asks)
                          .As<nh::Method<std::vector<Measure>(double)>>();
    CHECK(make(2).at(0).width == 4);
    CHECK(ErrorOf([&] { make(-2); }).message() == "below 0: -2");
    CHECK(make(3).at(0).width == 6);
  });
}

TEST_CASE("a Convert that calls JavaScript, and gets its own errors") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    Number number = js.Eval(kDouble).As<Number>();
    asked_first = &number;
    const auto echo = js.Eval("(t) => t + ', '").As<nh::Method<Asked(Asked)>>();
    CHECK(echo(Asked{"one "}).text == "one below 0: -1, below 0: -2");
    const auto list = js.Eval("(t) => t").As<nh::Method<std::vector<Asked>(Asked)>>();
    CHECK(ErrorOf([&] { list(Asked{}); }).message().find("expected") != std::string::npos);
    CHECK(number(1) == 2);
  });
}

TEST_CASE("jobs, in a row and inside callbacks") {
  nh::Environment node = NewEnvironment();
  const auto number = node.Run([](nh::Js& js) { return js.Eval(kDouble).As<Number>(); });
  CHECK(ErrorOf([&] { number(-1); }).message() == "below 0: -1");  // a job of its own
  node.Run([&](nh::Js& js) {
    const Number runs = [&](double n) { return node.Run([&](nh::Js&) { return number(n); }); };
    CHECK(js.Eval("(runs) => runs(5)")(runs).As<double>() == 10);
    CHECK(ErrorOf([&] { js.Eval("(runs) => runs(-5)")(runs); }).message() == "below 0: -5");
    CHECK(number(1) == 2);
  });
  CHECK(number(1) == 2);
}

TEST_CASE("a call that was stopped leaves nothing behind for the job's next ones") {
  nh::Environment node = NewEnvironment();
  node.Run([&](nh::Js& js) {
    const auto number = js.Eval(kDouble).As<Number>();
    const auto spin = js.Eval("() => { for (;;); }").As<nh::Method<void()>>();
    for (int i = 0; i < 2; ++i) {
      CHECK_THROWS_AS(node.Run([&](nh::Js&) { spin(); }, {.timeout = 50ms}), nh::DeadlineExceeded);
      CHECK(number(2) == 4);
      CHECK(ErrorOf([&] { number(-2); }).message() == "below 0: -2");
    }
  });
}

TEST_CASE("calls after the environment's end, in the same job") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    const auto number = js.Eval(kDouble).As<Number>();
    const auto exit = js.Eval("() => process.exit(3)").As<nh::Method<void()>>();
    CHECK_THROWS_AS(exit(), nh::EnvironmentStopped);
    CHECK_THROWS_AS(number(1), nh::EnvironmentStopped);
  });
  CHECK(node.WaitForExit() == 3);
}

TEST_CASE("what a timer throws while a job waits for a module is not the job's") {
  std::vector<std::string> uncaught;
  nh::Environment node = test::Platform().CreateEnvironment(
      {.base_dir = test::kModules, .on_uncaught = [&](const nh::JsError& error) {
         uncaught.push_back(error.message());
         return nh::UncaughtAction::kContinue;
       }});
  node.Run([&](nh::Js& js) {
    const auto number = js.Eval(kDouble).As<Number>();
    js.Eval(
        "setTimeout(() => { throw new Error('a timer') }, 1);"
        "setImmediate(() => { throw new Error('an immediate') });"
        "globalThis.ended = new Promise((resolve) => setTimeout(resolve, 20, 'ended'))");
    CHECK(js.Import("./awaits-ended.mjs", "default").As<std::string>() == "ended");
    CHECK_FALSE(uncaught.empty());
    CHECK(number(1) == 2);
    CHECK(ErrorOf([&] { number(-1); }).message() == "below 0: -1");
  });
}

TEST_CASE("a million calls in one job: no handle stays") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    const auto number = js.Eval(kDouble).As<Number>();
    const auto rss = js.Eval("() => process.memoryUsage.rss()").As<nh::Method<double()>>();
    const auto calls = [&](int count) {
      double sum = 0;
      for (int i = 0; i < count; ++i) sum += number(0.5);
      return sum;
    };
    CHECK(calls(100'000) == 100'000);
    const double before = rss();
    CHECK(calls(1'000'000) == 1'000'000);
    CHECK(rss() - before < 16e6);  // three handles a call would be 24 MB
  });
}

TEST_CASE("a call that makes more handles than a block of V8's holds") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    const auto echo =
        js.Eval("(v) => v").As<nh::Method<std::vector<Measure>(std::vector<Measure>)>>();
    const std::vector<Measure> many(5000, Measure{.width = 1.5});
    for (int i = 0; i < 20; ++i) CHECK(echo(many).back().width == 1.5);
    CHECK(js.Eval("1").As<int>() == 1);
  });
}

TEST_CASE("an argument by value is not copied on its way, but C++ in its place gets a copy") {
  const nh::Method<std::string(std::string)> mock = [](std::string text) {
    text += "!";
    return text;
  };
  const std::string text = "a text that is too long for the string itself";
  CHECK(mock(text) == text + "!");
  CHECK(mock("short") == "short!");
  // A struct may be an argument of its own Method, where it is not complete yet.
  struct Node {
    nh::Method<int(Node)> depth;
  };
  Node leaf{.depth = [](Node) { return 1; }};
  CHECK(leaf.depth(leaf) == 1);
}
