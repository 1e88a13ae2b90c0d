// Errors that nothing in JavaScript catches: the environment's business, never the process's.
#include <doctest/doctest.h>

#include <future>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/host.hpp"

namespace {

// An environment that writes down what its handlers are told.
struct Watched {
  std::vector<nh::JsError> errors;
  std::vector<std::string> log;
  nh::Environment node;

  explicit Watched(nh::UncaughtAction action)
      : node(test::Platform().CreateEnvironment(
            {.base_dir = test::kModules,
             .on_uncaught =
                 [this, action](const nh::JsError& error) {
                   errors.push_back(error);
                   return action;
                 },
             .on_log = [this](std::string_view text) { log.emplace_back(text); }})) {}

  // Those of the errors, sorted.
  std::string Messages() const {
    std::multiset<std::string> messages;
    for (const nh::JsError& error : errors) messages.insert(error.message());
    std::string text;
    for (const std::string& message : messages) text += (text.empty() ? "" : ", ") + message;
    return text;
  }

  void Post(std::string code) {
    node.Post([code = std::move(code)](nh::Js& js) { js.Eval(code, "app.js"); });
  }
};

constexpr auto kEnd = nh::UncaughtAction::kEnd;
constexpr auto kContinue = nh::UncaughtAction::kContinue;

}  // namespace

TEST_CASE("an uncaught error without a handler: code 1, text to on_log") {
  std::string log;
  nh::Environment node =
      test::Platform().CreateEnvironment({.on_log = [&](std::string_view text) { log = text; }});
  node.Post([](nh::Js& js) { js.Eval("setImmediate(function late() { null.x })", "app.js"); });
  CHECK(node.WaitForExit() == 1);
  CHECK(log.starts_with("Uncaught TypeError: Cannot read properties of null"));
  CHECK(log.find("at Immediate.late") != std::string::npos);
}

TEST_CASE("an uncaught error without any option: code 1") {
  nh::Environment node = test::NewEnvironment();
  node.Post([](nh::Js& js) { js.Eval("setImmediate(() => { throw new Error('printed') })"); });
  CHECK(node.WaitForExit() == 1);
  nh::Environment next = test::NewEnvironment();
  CHECK(next.Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
}

TEST_CASE("on_uncaught gets message and stack, and kEnd ends the environment") {
  Watched watched(kEnd);
  watched.Post("setImmediate(function late() { throw new RangeError('mine') })");
  CHECK(watched.node.WaitForExit() == 1);
  REQUIRE(watched.errors.size() == 1);
  CHECK(watched.errors[0].name() == "RangeError");
  CHECK(watched.errors[0].message() == "mine");
  CHECK(watched.errors[0].stack().find("late") != std::string::npos);
  CHECK(watched.log.size() == 1);
}

TEST_CASE("on_uncaught may keep the environment alive") {
  Watched watched(kContinue);
  watched.Post("setImmediate(() => { throw new Error('one') })");
  watched.Post("Promise.reject(new Error('two'))");
  watched.Post("throw new Error('three')");
  watched.Post("process.nextTick(() => { throw new Error('four') })");
  watched.Post("queueMicrotask(() => { throw new Error('five') })");
  watched.Post("throw 'six'");
  watched.node.Post([](nh::Js&) { throw std::runtime_error("seven"); });
  watched.node.Import<double>("./turns.mjs", "done");
  CHECK(watched.Messages() == "five, four, one, seven, six, three, two");
  CHECK(watched.log.empty());
  CHECK(watched.node.Stop().exit_code == 0);
}

TEST_CASE("an exception whose reader throws is an uncaught error, and does not end the process") {
  struct Torn : std::runtime_error {
    using std::runtime_error::runtime_error;
  };
  nh::RegisterException<Torn>(
      [](const Torn&) -> nh::JsErrorData { throw std::logic_error("no words for it"); });
  Watched watched(kContinue);
  watched.node.Post([](nh::Js&) { throw Torn("torn"); });
  watched.node.Run([](nh::Js&) {});
  CHECK(watched.Messages() == "torn");
}

TEST_CASE("each error of a loop that turns while a job waits reaches on_uncaught") {
  Watched watched(kContinue);
  std::string messages;
  watched.node.Run([&](nh::Js& js) {
    js.Eval(
        "setTimeout(() => { throw new Error('timer') }, 1);"
        "setImmediate(() => { throw new Error('immediate') });"
        "setImmediate(() => { throw new Error('next immediate') });"
        "setTimeout(() => { throw new Error('next timer') }, 1);",
        "app.js");
    js.Import("./turns.mjs");
    messages = watched.Messages();
  });
  CHECK(messages == "immediate, next immediate, next timer, timer");
}

TEST_CASE("an unhandled rejection is an uncaught error") {
  Watched watched(kEnd);
  watched.Post("Promise.reject(new Error('nobody'))");
  CHECK(watched.node.WaitForExit() == 1);
  REQUIRE(watched.errors.size() == 1);
  CHECK(watched.errors[0].message() == "nobody");
}

TEST_CASE("an unhandled rejection with what is no Error is that") {
  Watched watched(kContinue);
  watched.Post("Promise.reject(42)");
  watched.Post("Promise.reject({ reason: 'mine' })");
  watched.Post("Promise.reject(undefined)");
  watched.node.Import<double>("./turns.mjs", "done");
  REQUIRE(watched.errors.size() == 3);
  CHECK(watched.errors[0].thrown_json() == "42");
  CHECK_FALSE(watched.errors[0].is_error());
  CHECK(watched.errors[1].thrown_json() == R"({"reason":"mine"})");
  CHECK(watched.errors[2].message() == "undefined");
  CHECK(watched.node.Run([](nh::Js& js) {
    return js.Eval("Object.keys(process).includes('emit')").As<bool>();
  }) == false);
}

TEST_CASE("process.on('uncaughtException') comes before on_uncaught") {
  Watched watched(kEnd);
  watched.Post(
      "globalThis.seen = []; process.on('uncaughtException', (e) => seen.push(e.message));"
      "setImmediate(() => { throw new Error('js') })");
  watched.node.Import<double>("./turns.mjs", "done");
  CHECK(watched.node.Run([](nh::Js& js) { return js.Eval("seen.join()").As<std::string>(); }) ==
        "js");
  CHECK(watched.errors.empty());
}

TEST_CASE("process.on('unhandledRejection') comes before on_uncaught") {
  Watched watched(kEnd);
  watched.Post(
      "globalThis.seen = []; process.on('unhandledRejection', (e) => seen.push(e.message));"
      "Promise.reject(new Error('js'))");
  watched.node.Import<double>("./turns.mjs", "done");
  CHECK(watched.node.Run([](nh::Js& js) { return js.Eval("seen.join()").As<std::string>(); }) ==
        "js");
  CHECK(watched.errors.empty());
}

TEST_CASE("the exit event comes with an uncaught error, and process.exit in it has the last word") {
  Watched watched(kEnd);
  watched.Post("process.on('exit', (code) => process.exit(code + 41)); throw new Error('x')");
  CHECK(watched.node.WaitForExit() == 42);
}

TEST_CASE("an on_uncaught that throws has not handled the error") {
  nh::Environment node = test::Platform().CreateEnvironment(
      {.on_uncaught = [](const nh::JsError&) -> nh::UncaughtAction { throw 1; },
       .on_log = [](std::string_view) { throw 2; }});
  node.Post([](nh::Js&) { throw std::runtime_error("x"); });
  CHECK(node.WaitForExit() == 1);
}

TEST_CASE("on_uncaught may use the environment") {
  nh::Environment* self = nullptr;
  int seen = 0;
  nh::Environment node =
      test::Platform().CreateEnvironment({.on_uncaught = [&](const nh::JsError&) {
        seen = self->Run([](nh::Js& js) { return js.Eval("6 * 7").As<int>(); });
        return kContinue;
      }});
  self = &node;
  node.Post([](nh::Js&) { throw std::runtime_error("x"); });
  node.Run([](nh::Js&) {});
  CHECK(seen == 42);
}

TEST_CASE("an uncaught error in a Worker is the parent's 'error' event, else uncaught there") {
  Watched watched(kEnd);
  watched.Post(
      "const { Worker } = require('worker_threads');"
      "new Worker('throw new Error(\"in worker\")', { eval: true })");
  CHECK(watched.node.WaitForExit() == 1);
  REQUIRE(watched.errors.size() == 1);
  CHECK(watched.errors[0].message() == "in worker");
}

TEST_CASE("an uncaught error in a Worker is told to its handler once") {
  nh::Environment node = test::NewEnvironment();
  const auto told = node.Run([](nh::Js& js) -> nh::Task<int> {
    const nh::Value count = js.Eval(
        "const { once } = require('events'); const { Worker } = require('worker_threads');"
        "once(new Worker(`let n = 0; process.on('uncaughtException', () => { n++ });"
        "setTimeout(() => { throw new Error() }); setTimeout(() =>"
        "require('worker_threads').parentPort.postMessage(n), 2)`, { eval: true }), 'message')"
        ".then(([n]) => n)");
    co_return (co_await count).As<int>();
  });
  CHECK(told == 1);
}
