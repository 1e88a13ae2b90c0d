// What is kept of what JavaScript says is bounded, and so is what is walked to find out: errors
// that are described, and arrays that claim to be huge.
#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <future>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "support/host.hpp"

using namespace std::chrono_literals;
using test::NewEnvironment;

namespace {

nh::JsError ErrorOf(const std::string& code) {
  nh::Environment node = NewEnvironment();
  return test::ErrorOf(
      [&] { node.Run([&](nh::Js& js) { js.Eval(code, "app.js"); }, {.timeout = 60s}); });
}

template <class T>
std::string Refused(nh::Environment& node, const std::string& code) {
  return test::ErrorOf(
             [&] { node.Run([&](nh::Js& js) { static_cast<void>(js.Eval(code).As<T>()); }); })
      .what();
}

const std::string kDeep = "let a = []; for (let i = 0; i < 40; i++) a = [a, a];";

}  // namespace

TEST_CASE("a thrown value of exponential size is described without its JSON") {
  CHECK(ErrorOf(kDeep + "throw a").thrown_json().empty());
  const nh::JsError error = ErrorOf(kDeep + "throw Object.assign(new Error('x'), { a, b: 1 })");
  CHECK(error.message() == "x");
  REQUIRE(error.properties().size() == 2);
  CHECK(error.properties()[0].json.empty());
  CHECK(error.properties()[1].json == "1");
}

TEST_CASE("of the errors that an error claims to have, the first ones are described") {
  const nh::JsError error =
      ErrorOf("const e = new Error('x'); e.errors = new Array(2 ** 32 - 1); throw e");
  CHECK(error.message() == "x");
  CHECK(error.errors().size() <= 256);
}

TEST_CASE("texts of an error are cut at a megabyte") {
  const nh::JsError error = ErrorOf("throw new Error('m'.repeat(2 ** 22))");
  CHECK(error.message().size() <= (1 << 20) + 8);
  CHECK(ErrorOf("throw 'm'.repeat(2 ** 22)").message().size() <= (1 << 20) + 8);
  std::size_t all = 0;
  for (const nh::JsError& one :
       ErrorOf("throw new AggregateError(Array.from({ length: 200 }, () => new "
               "Error('m'.repeat(2 ** 20))))")
           .errors()) {
    all += one.message().size();
  }
  CHECK(all <= std::size_t{32} << 20);
}

TEST_CASE("views and boxed strings as errors are not listed element by element") {
  CHECK(ErrorOf("throw Object.setPrototypeOf(new Uint8Array(2 ** 30), Error.prototype)")
            .properties()
            .empty());
  CHECK(ErrorOf("throw Object.setPrototypeOf(new String('x'.repeat(2 ** 28)), Error.prototype)")
            .properties()
            .empty());
  CHECK(ErrorOf("throw new Uint8Array(2 ** 30)").thrown_json().empty());
}

TEST_CASE("TryAs<JsError> does not look into what is no error") {
  nh::Environment node = NewEnvironment();
  const int looks = node.Run([](nh::Js& js) {
    const nh::Value value = js.Eval(
        "globalThis.looks = 0; new Proxy({}, { get() { looks++ }, has() { looks++ },"
        " ownKeys() { looks++; return [] } })");
    CHECK_FALSE(value.TryAs<nh::JsError>());
    return js.Eval("looks").As<int>();
  });
  CHECK(looks == 0);
}

TEST_CASE("arrays of elements that are not there do not take memory without end") {
  nh::Environment node = NewEnvironment();
  const std::string text = "too many elements that are not there";
  CHECK(Refused<std::vector<std::optional<int>>>(node, "new Array(2 ** 32 - 1)").find(text) !=
        std::string::npos);
  CHECK(Refused<std::set<std::optional<int>>>(node, "new Array(2 ** 27)").find(text) !=
        std::string::npos);
  node.Run([](nh::Js& js) {
    CHECK(js.Eval("new Array(2 ** 17)").As<std::vector<std::optional<int>>>().size() == 1 << 17);
  });
}

TEST_CASE("data of C++'s counts against max_external_mb") {
  nh::Environment node =
      test::Platform().CreateEnvironment({.base_dir = test::kModules, .max_external_mb = 64});
  const std::string text = "takes more memory than EnvironmentOptions::max_external_mb";
  CHECK(Refused<std::vector<std::string>>(node, "new Array(2 ** 22).fill('')").find(text) !=
        std::string::npos);
  CHECK(Refused<std::vector<std::optional<int>>>(node, "new Array(2 ** 32 - 1)").find(text) !=
        std::string::npos);
}

namespace {

// `convert` never returns by itself.
template <class Environment>
void CheckEnds(Environment& node, const std::function<void(nh::Js&)>& convert) {
  CHECK_THROWS_AS(node.Run(convert, {.timeout = 100ms}), nh::DeadlineExceeded);
  CHECK(node.Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
  std::promise<void> began;
  std::thread stopper([&] {
    began.get_future().wait();
    CHECK(node.Stop(50ms).reason == nh::EndReason::kTerminated);
  });
  CHECK_THROWS_AS(node.Run([&](nh::Js& js) {
    began.set_value();
    convert(js);
  }),
                  nh::EnvironmentStopped);
  stopper.join();
}

void CheckEnds(const std::function<void(nh::Js&)>& convert) {
  nh::Environment node = NewEnvironment();
  CheckEnds(node, convert);
}

}  // namespace

TEST_CASE("a conversion in which no JavaScript runs is ended by a timeout and by Stop") {
  const auto convert = [](nh::Js& js) {
    const nh::Value zeros = js.Eval("new Array(2 ** 20).fill(0)");
    for (;;) static_cast<void>(zeros.As<std::set<int>>());
  };
  CheckEnds(convert);
  nh::PumpedEnvironment pumped = test::Platform().CreatePumpedEnvironment({});
  CheckEnds(pumped, convert);
}

TEST_CASE("a conversion in which JavaScript is asked for each element is ended as well") {
  for (const std::string code :
       {"new Proxy([], { get(t, k) { return k === 'length' ? 2 ** 32 - 1 : 1 } })",
        "Object.defineProperty(new Array(2 ** 26), 0, { get() { for (;;) {} } })"}) {
    CAPTURE(code);
    CheckEnds([&](nh::Js& js) {
      const nh::Value many = js.Eval(code);
      for (;;) static_cast<void>(many.As<std::set<int>>());
    });
  }
}
