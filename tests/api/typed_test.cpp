// Typed interfaces and data: what comes through, and what is refused with which words.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/host.hpp"
#include "support/track.hpp"

using test::ErrorOf;
using test::NewEnvironment;
using test::Point;
using test::Track;

namespace {

template <class T>
T Echo(nh::Environment& node, const T& value) {
  return node.Run([&](nh::Js& js) { return js.Eval("(v) => v")(value).template As<T>(); });
}

template <class T>
nh::JsError Refusal(nh::Environment& node, std::string_view code) {
  return ErrorOf(
      [&] { node.Run([&](nh::Js& js) { static_cast<void>(js.Eval(code).template As<T>()); }); });
}

bool Contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("numbers come through as they are") {
  nh::Environment node = NewEnvironment();
  CHECK(Echo(node, 0.1) == 0.1);
  CHECK(Echo(node, -0.0) == 0);
  CHECK(std::signbit(Echo(node, -0.0)));
  CHECK(std::isnan(Echo(node, std::numeric_limits<double>::quiet_NaN())));
  CHECK(Echo(node, std::numeric_limits<double>::infinity()) ==
        std::numeric_limits<double>::infinity());
  CHECK(Echo(node, 1.5F) == 1.5F);
  CHECK(Echo(node, std::numeric_limits<int>::min()) == std::numeric_limits<int>::min());
  CHECK(Echo(node, std::numeric_limits<std::uint32_t>::max()) == 4294967295U);
  CHECK(Echo<std::int8_t>(node, -128) == -128);
  CHECK(Echo<std::uint16_t>(node, 65535) == 65535);
}

TEST_CASE("a number that does not fit an integer is a RangeError") {
  nh::Environment node = NewEnvironment();
  CHECK(Refusal<int>(node, "2147483648").name() == "RangeError");
  CHECK(Refusal<std::uint32_t>(node, "-1").name() == "RangeError");
  CHECK(Refusal<std::int8_t>(node, "128").name() == "RangeError");
  CHECK(Refusal<int>(node, "1.5").name() == "RangeError");
  CHECK(Refusal<int>(node, "NaN").name() == "RangeError");
  CHECK(Contains(Refusal<std::uint8_t>(node, "256").message(), "from 0 to 255, got number 256"));
}

TEST_CASE("strings come through as they are") {
  using namespace std::literals;
  nh::Environment node = NewEnvironment();
  for (const std::string& text : {""s, "plain"s, "äöü"s, "日本語"s, "😀"s, "nul\0inside"s}) {
    CHECK(Echo(node, text) == text);
  }
  const std::string large(1'000'000, 'x');
  CHECK(Echo(node, large) == large);
  const std::string large_wide = large + "é";
  CHECK(Echo(node, large_wide) == large_wide);
}

TEST_CASE("a lone surrogate, and bytes that are no UTF-8, become U+FFFD") {
  nh::Environment node = NewEnvironment();
  CHECK(node.Run([](nh::Js& js) { return js.Eval("'a\\ud800b'").As<std::string>(); }) ==
        "a\uFFFDb");
  CHECK(Echo<std::string>(node,
                          "a\xFF"
                          "b") == "a\uFFFDb");
}

TEST_CASE("booleans, vectors and optionals come through") {
  nh::Environment node = NewEnvironment();
  CHECK(Echo(node, true));
  CHECK_FALSE(Echo(node, false));
  const std::vector<std::vector<int>> nested = {{1, 2}, {}, {3}};
  CHECK(Echo(node, nested) == nested);
  CHECK(Echo(node, std::optional<int>(3)) == 3);
  CHECK_FALSE(Echo(node, std::optional<int>()).has_value());
  CHECK(node.Run([](nh::Js& js) {
    return js.Eval("(v) => v === undefined")(std::optional<int>()).As<bool>();
  }));
  CHECK_FALSE(
      node.Run([](nh::Js& js) { return js.Eval("null").As<std::optional<int>>().has_value(); }));
}

TEST_CASE("structs come through, field by field") {
  nh::Environment node = NewEnvironment();
  const Track track = Echo(node, Track{"way", {{1, 2}, {3, 4}}, "steep"});
  CHECK(track.name == "way");
  REQUIRE(track.points.size() == 2);
  CHECK(track.points[1].y == 4);
  CHECK(track.note == "steep");
  CHECK(node.Run([](nh::Js& js) {
    return js.Eval("(t) => JSON.stringify(t)")(Track{"a", {{1, 2}}, {}}).As<std::string>();
  }) == R"({"name":"a","points":[{"x":1,"y":2}]})");
}

TEST_CASE("data of the wrong type is a TypeError with the path to it") {
  nh::Environment node = NewEnvironment();
  const nh::JsError error =
      Refusal<Track>(node, "({ name: 'a', points: [{ x: 1, y: 2 }, { x: 3, y: 'four' }] })");
  CHECK(error.name() == "TypeError");
  CHECK(Contains(error.message(), ".points[1].y: expected number, got string \"four\""));
  CHECK(Contains(Refusal<Track>(node, "null").message(), "got null"));
  CHECK(Contains(Refusal<Track>(node, "({ points: [] })").message(),
                 ".name: expected string, got undefined"));
  CHECK(
      Contains(Refusal<std::vector<int>>(node, "({ length: 1 })").message(), "expected number[]"));
  CHECK(Contains(Refusal<bool>(node, "1").message(), "expected boolean, got number 1"));
}

TEST_CASE("what a getter throws comes out as it is") {
  nh::Environment node = NewEnvironment();
  const nh::JsError error = Refusal<Point>(
      node, "({ get x() { throw Object.assign(new RangeError('mine'), { code: 'E' }); } })");
  CHECK(error.message() == "mine");
  CHECK(error.code() == "E");
}

TEST_CASE("all missing members of an interface are named at once") {
  struct Path {
    nh::Method<std::string(std::string)> basename;
    nh::Method<void()> nowhere;
    nh::Method<void()> neither;
    std::string sep;
  };
  nh::Environment node = NewEnvironment();
  const nh::JsError error = ErrorOf([&] { node.Import<Path>("node:path"); });
  CHECK(error.name() == "TypeError");
  CHECK(Contains(error.message(), ".nowhere: "));
  CHECK(Contains(error.message(), ".neither: "));
  CHECK_FALSE(Contains(error.message(), "basename"));
}

TEST_CASE("a member found under its name is named with its module") {
  nh::Environment node = NewEnvironment();
  CHECK(Contains(ErrorOf([&] { node.Import<int>("node:path", "sep"); }).message(),
                 "node:path.sep: expected number, got string \"/\""));
}

TEST_CASE("a Method is called from any thread") {
  nh::Environment node = NewEnvironment();
  const auto add = node.Run(
      [](nh::Js& js) { return js.Eval("(a, b) => a + b").As<nh::Method<int(int, int)>>(); });
  CHECK(add(1, 2) == 3);
  CHECK(node.Run([&](nh::Js&) { return add(3, 4); }) == 7);
  int result = 0;
  std::thread([&] { result = add(5, 6); }).join();
  CHECK(result == 11);
}

TEST_CASE("a Method is called from the JS thread of another environment") {
  nh::Environment one = NewEnvironment();
  nh::Environment two = NewEnvironment();
  const auto parse = one.Import<nh::Method<double(std::string)>>("globalThis", "parseFloat");
  CHECK(two.Run([&](nh::Js&) { return parse("1.5"); }) == 1.5);
}

TEST_CASE("a Method's this is the object it was imported from") {
  struct Quoting {
    nh::Method<std::string(std::string)> quote;
  };
  nh::Environment node = NewEnvironment();
  CHECK(node.Import<Quoting>("esm-classic").quote("text") == "> text");
  CHECK(node.Import<nh::Method<std::string(std::string)>>("esm-classic", "quote")("a") == "> a");
}

TEST_CASE("a result of the wrong type is a TypeError of the call") {
  nh::Environment node = NewEnvironment();
  const auto parse = node.Import<nh::Method<std::string(std::string)>>("globalThis", "parseFloat");
  CHECK(Contains(ErrorOf([&] { parse("1.5"); }).message(), "expected string, got number 1.5"));
}

TEST_CASE("a Method that was never imported says so") {
  const nh::Method<void()> nothing;
  CHECK_FALSE(static_cast<bool>(nothing));
  CHECK_THROWS_WITH_AS(nothing(),
                       "A function was called that was never imported. Get it with Import<T>() or "
                       "As<T>() first.",
                       nh::HostError);
}

TEST_CASE("a Method after Stop throws EnvironmentStopped, from any thread") {
  nh::Environment node = NewEnvironment();
  const auto parse = node.Import<nh::Method<double(std::string)>>("globalThis", "parseFloat");
  node.Stop();
  CHECK_THROWS_AS(parse("1"), nh::EnvironmentStopped);
  std::thread([&] { CHECK_THROWS_AS(parse("1"), nh::EnvironmentStopped); }).join();
}

TEST_CASE("copies of a Method may outlive the environment, and go on any thread") {
  std::optional<nh::Environment> node = NewEnvironment();
  std::vector<nh::Method<double(std::string)>> copies(
      100, node->Import<nh::Method<double(std::string)>>("globalThis", "parseFloat"));
  auto other = node->Import<nh::Method<void()>>("globalThis", "queueMicrotask");
  node.reset();
  std::thread([half = std::vector(copies.begin() + 50, copies.end())]() mutable {
    half.clear();
  }).join();
  copies.resize(1);
  CHECK_THROWS_AS(copies.front()("1"), nh::EnvironmentStopped);
  other = {};
  CHECK_THROWS_AS(other(), nh::HostError);
}

TEST_CASE("Methods are copied and destroyed on threads while others are made") {
  nh::Environment node = NewEnvironment();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        auto method = node.Import<nh::Method<double(std::string)>>("globalThis", "parseFloat");
        const auto copy = method;
        method = {};
        if (copy("2") != 2) std::abort();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(node.Run([](nh::Js& js) { return js.Eval("1 + 1").As<int>(); }) == 2);
}

TEST_CASE("an error thrown by JavaScript keeps name, message, code, stack and cause") {
  nh::Environment node = NewEnvironment();
  const auto fail = node.Run([](nh::Js& js) {
    return js
        .Eval(
            "(function failing() {"
            "  throw Object.assign(new RangeError('outer', { cause: new TypeError('inner') }),"
            "                      { code: 'E_OUTER' }); })",
            "failing.js")
        .As<nh::Method<void()>>();
  });
  const nh::JsError error = ErrorOf([&] { fail(); });
  node.Stop();
  CHECK(error.name() == "RangeError");
  CHECK(error.message() == "outer");
  CHECK(error.code() == "E_OUTER");
  CHECK(Contains(error.stack(), "at failing (failing.js:1:"));
  CHECK(Contains(error.what(), "RangeError: outer"));
  REQUIRE(error.cause().has_value());
  CHECK(error.cause()->name() == "TypeError");
  CHECK(error.cause()->message() == "inner");
  CHECK_FALSE(error.cause()->cause().has_value());
}

TEST_CASE("causes that form a ring end") {
  nh::Environment node = NewEnvironment();
  const nh::JsError error = ErrorOf([&] {
    node.Run([](nh::Js& js) { js.Eval("const e = new Error('ring'); e.cause = e; throw e;"); });
  });
  CHECK(error.message() == "ring");
  CHECK(error.cause()->message() == "ring");
}

TEST_CASE("a Value is refused off its JS thread, and after the end") {
  nh::Value global;
  {
    nh::Environment node = NewEnvironment();
    node.Run([&](nh::Js& js) { global = js.Global(); });
    CHECK_THROWS_AS(static_cast<void>(global["a"]), nh::WrongThread);
    nh::Environment other = NewEnvironment();
    CHECK_THROWS_AS(other.Run([&](nh::Js&) { static_cast<void>(global["a"]); }), nh::WrongThread);
  }
  // No Run could help any more, so nothing is said of another thread.
  std::string text;
  try {
    static_cast<void>(global["a"]);
  } catch (const nh::EnvironmentStopped& stopped) {
    text = stopped.what();
  }
  CHECK(text.find("stopped") != std::string::npos);
  CHECK(text.find("Run") == std::string::npos);
}
