// An error of JavaScript's that C++ lets through or throws again: the same value in its own
// environment, a copy in another one.
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <typeinfo>
#include <utility>

#include "support/convert.hpp"

using test::ErrorOf;
using test::NewEnvironment;

namespace {

using Callback = std::function<void()>;

void LetThrough(nh::Js& js) {
  js.Global().Set("byValue", [](const nh::Value& function) { function(); });
  js.Global().Set("byFunction", [](const Callback& function) { function(); });
  js.Global().Set("byMethod", [](const nh::Method<void()>& method) { method(); });
}

void ThrowAgain(nh::Js& js) {
  js.Global().Set("caught", [](const Callback& function) {
    try {
      function();
    } catch (const nh::JsError&) {
      throw;
    }
  });
  js.Global().Set("copied", [](const Callback& function) {
    nh::JsError copy;
    try {
      function();
    } catch (const nh::JsError& error) {
      copy = error;
    }
    throw copy;
  });
  js.Global().Set("ofItsData",
                  [](const Callback& function) { throw nh::JsError(ErrorOf(function).data()); });
  js.Global().Set("pointed", [](const Callback& function) {
    std::exception_ptr kept;
    try {
      function();
    } catch (...) {
      kept = std::current_exception();
    }
    std::rethrow_exception(kept);
  });
  js.Global().Set("later", [](Callback function) -> nh::Task<int> {
    function();
    co_return 0;
  });
  js.Global().Set("awaited", [](std::function<nh::Task<int>()> function) -> nh::Task<int> {
    co_return co_await function();
  });
  js.Global().Set("passed", [](std::function<nh::Task<int>()> function) { return function(); });
}

/// An environment with functions that call what they are given, and a class of errors.
nh::Environment NewThrowing() {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    LetThrough(js);
    ThrowAgain(js);
    js.Eval(R"js(
      globalThis.Mine = class Mine extends Error {
        detail = { of: this.message };
      };
      globalThis.seen = (function_) => {
        try { function_() } catch (e) { return e }
        throw new Error('nothing was thrown');
      };
    )js");
  });
  return node;
}

std::string Text(nh::Js& js, const std::string& code) { return js.Eval(code).As<std::string>(); }

// Makes `globalThis.error` of the expression, and what C++ gets of it.
nh::JsError Throw(nh::Environment& node, const std::string& expression) {
  return node.Run([&](nh::Js& js) {
    return ErrorOf([&] { js.Eval("globalThis.error = " + expression + "; throw error"); });
  });
}

/// What the function `look` says of the error when C++ throws it into this environment.
std::string Seen(nh::Environment& node, const nh::JsError& error, const std::string& look) {
  return node.Run([&](nh::Js& js) {
    const Callback fail = [&] { throw nh::JsError(error); };
    return test::Show(js, test::Eval(js, "(fail) => (" + look + ")(seen(fail))")(fail));
  });
}

const std::string kIsIt = "(e) => Object.is(e, error)";

}  // namespace

TEST_CASE("an error that passes through C++ is the same value, whatever was thrown") {
  nh::Environment node = NewThrowing();
  const std::string said = node.Run([](nh::Js& js) {
    return Text(js, R"js(
      const values = [
        new Error('x'), new Mine('x'), Object.freeze(new Error('frozen')), new Proxy(new Error(), {}),
        Object.create(Error.prototype), { a: 1 }, [1], () => 1, Symbol('s'), 'text', 42, NaN, -0, 5n,
        null, undefined, true, new Proxy({}, { get() { throw 1 } }),
      ];
      const others = [];
      for (const thrown of values) {
        for (const through of [byValue, byFunction, byMethod, caught, copied, ofItsData, pointed]) {
          const e = seen(() => through(() => { throw thrown }));
          if (!Object.is(e, thrown)) others.push(`${typeof thrown} through ${through.name}`);
        }
      }
      others.join()
    )js");
  });
  CHECK(said.empty());
}

TEST_CASE("an error that passes through C++ is of its class, with its properties themselves") {
  nh::Environment node = NewThrowing();
  const std::string said = node.Run([](nh::Js& js) {
    return Text(js, R"js(
      const detail = new Map([[1, () => 2]]);
      const thrown = Object.assign(new Mine('x', { cause: detail }), { map: detail });
      const e = seen(() => caught(() => { throw thrown }));
      [e instanceof Mine, e.detail === thrown.detail, e.map === detail, e.cause === detail,
       Object.keys(e)].join()
    )js");
  });
  CHECK(said == "true,true,true,true,detail,map");
}

TEST_CASE("an error that passes through many levels of C++ is the same value in each") {
  nh::Environment node = NewThrowing();
  const std::string said = node.Run([](nh::Js& js) {
    return Text(js, R"js(
      const thrown = new Mine('deep');
      let levels = 0;
      const down = (depth) => {
        if (depth === 0) throw thrown;
        try { caught(() => down(depth - 1)) } catch (e) { levels += e === thrown; throw e }
      };
      String(seen(() => down(12)) === thrown) + levels
    )js");
  });
  CHECK(said == "true12");
}

TEST_CASE("an error that rejects a Task is the same value for JavaScript that awaits it") {
  nh::Environment node = NewThrowing();
  const std::string said = node.Run([](nh::Js& js) -> nh::Task<std::string> {
    const nh::Value all = co_await js.Eval(R"js((async () => {
      const said = [];
      for (const thrown of [new Mine('x'), { a: 1 }]) {
        const fail = async () => { await null; throw thrown };
        await awaited(fail).catch((e) => said.push(e === thrown));
        await passed(fail).catch((e) => said.push(e === thrown));
        await later(() => { throw thrown }).catch((e) => said.push(e === thrown));
      }
      return said.join();
    })())js");
    co_return all.As<std::string>();
  });
  CHECK(said == "true,true,true,true,true,true");
}

TEST_CASE("an error that C++ has as an argument, and returns, is the same value") {
  nh::Environment node = NewThrowing();
  const std::string said = node.Run([](nh::Js& js) {
    js.Global().Set("error", [](nh::JsError error) { return error; });
    js.Global().Set("exception", [](std::exception_ptr error) { return error; });
    return Text(js, "const e = new Mine('x'); [error(e) === e, exception(e) === e].join()");
  });
  CHECK(said == "true,true");
}

TEST_CASE("an error that C++ has kept is the same value when it is thrown later") {
  nh::Environment node = NewThrowing();
  const auto fail = node.Run([](nh::Js& js) {
    return js.Eval("globalThis.error = new Mine('x'); () => { throw error }").As<Callback>();
  });
  std::optional<nh::JsError> kept;
  std::thread([&] { kept = ErrorOf(fail); }).join();  // a call from a thread of the program's
  CHECK(Seen(node, *kept, kIsIt) == "true");
  CHECK(Seen(node, *kept, "(e) => e instanceof Mine && e.detail === error.detail") == "true");
  CHECK(Seen(node, *kept, kIsIt) == "true");
}

TEST_CASE("an error that is a cause, or one of several, is the same value") {
  nh::Environment node = NewThrowing();
  const nh::JsError error = Throw(node, "new Mine('inner', { cause: { why: 1 } })");
  const nh::JsError outer(
      nh::JsErrorData{.name = "TypeError", .message = "outer", .cause = error.data()});
  CHECK(Seen(node, outer, "(e) => [e instanceof TypeError, e.cause === error]") ==
        "[ true, true ]");
  const nh::JsError both(nh::JsErrorData{
      .name = "AggregateError", .message = "both", .errors = {error.data(), outer.data()}});
  CHECK(Seen(node, both, "(e) => [e.errors[0] === error, e.errors[1].cause === error]") ==
        "[ true, true ]");
  CHECK(Seen(node, *error.cause(), "(e) => e === error.cause") == "true");
  node.Run([&](nh::Js& js) {
    const Callback fail = [&] {
      try {
        throw nh::JsError(error);
      } catch (...) {
        std::throw_with_nested(std::runtime_error("around"));
      }
    };
    const nh::Value said = js.Eval(
        "(fail) => { const e = seen(fail);"
        " return [e.message, e.cause === error, error.cause.why].join() }")(fail);
    CHECK(said.As<std::string>() == "around,true,1");
  });
}

TEST_CASE("an error that C++ has changed is a new one") {
  nh::Environment node = NewThrowing();
  const nh::JsError error = Throw(node, "new Mine('x')");
  nh::JsErrorData data = *error.data();
  CHECK(Seen(node, nh::JsError(data), "(e) => [e !== error, e instanceof Mine, e.detail.of]") ==
        "[ true, false, 'x' ]");
  data.message = "changed";
  CHECK(Seen(node, nh::JsError(data), "(e) => [e.message, error.message]") == "[ 'changed', 'x' ]");
}

TEST_CASE("an error of a class of the program's own is a new one, and the same in C++") {
  struct Own : nh::JsError {
    using nh::JsError::JsError;
  };
  nh::Environment node = NewThrowing();
  const nh::JsError error = Throw(node, "new Mine('x')");
  node.Run([&](nh::Js& js) {
    const Callback fail = [&] { throw Own(error.data()); };
    CHECK(test::Show(js,
                     js.Eval("(fail) => { const e = seen(fail); return [e !== error, e.message] }")(
                         fail)) == "[ true, 'x' ]");
    CHECK_THROWS_AS(js.Eval("(fail) => fail()")(fail), Own);
    try {
      js.Eval("throw error");
    } catch (const nh::JsError& again) {
      CHECK(typeid(again) == typeid(nh::JsError));
    }
  });
}

TEST_CASE("what JavaScript adds to an error between two ways through C++ is seen") {
  nh::Environment node = NewThrowing();
  node.Run([&](nh::Js& js) {
    const nh::JsError error = ErrorOf([&] {
      js.Eval(
          "try { caught(() => { throw new Error('x') }) }"
          " catch (e) { e.message += ', on the way'; e.code = 'E_WAY'; throw e }");
    });
    CHECK(error.message() == "x, on the way");
    CHECK(error.code() == "E_WAY");
  });
}

TEST_CASE("an error in another environment is a copy, and the same value again at home") {
  nh::Environment home = NewThrowing();
  nh::Environment away = NewThrowing();
  const nh::JsError error = Throw(home, "new Mine('x')");
  away.Run([](nh::Js& js) { js.Eval("globalThis.error = new Mine('x')"); });
  CHECK(Seen(away, error, "(e) => [e === error, e instanceof Mine, e.message, e.detail.of]") ==
        "[ false, false, 'x', 'x' ]");
  const nh::JsError back = away.Run([&](nh::Js& js) {
    const Callback fail = [&] { throw nh::JsError(error); };
    return ErrorOf([&] { js.Eval("(fail) => fail()")(fail); });
  });
  CHECK(Seen(home, back, kIsIt) == "true");
}

TEST_CASE("an error does not keep its environment from ending, and is a copy after that") {
  nh::Environment away = NewThrowing();
  std::optional<nh::JsError> error;
  std::exception_ptr held;
  {
    nh::Environment home = NewThrowing();
    error = Throw(home, "new Mine('x', { cause: { why: 1 } })");
    held = std::make_exception_ptr(*error);
    CHECK(home.Stop(std::chrono::seconds(20)).clean);
  }
  CHECK(error->message() == "x");
  CHECK(error->property("detail") == "{\"of\":\"x\"}");
  CHECK(Seen(away, *error, "(e) => [e instanceof Mine, e.message, e.cause.why]") ==
        "[ false, 'x', 1 ]");
  std::thread([&] {
    error.reset();
    held = nullptr;
  }).join();
}

TEST_CASE("an error keeps its value alive until the last copy is gone, on whichever thread") {
  nh::Environment node = NewThrowing();
  const auto is_alive = [&] {
    node.CollectGarbage();
    return node.Run([](nh::Js& js) { return js.Eval("weak.deref() !== undefined").As<bool>(); });
  };
  std::optional<nh::JsError> kept = Throw(node, "new Mine('x')");
  node.Run([](nh::Js& js) { js.Eval("globalThis.weak = new WeakRef(error); error = null"); });
  std::optional<nh::JsError> copy = *kept;
  auto held = std::make_exception_ptr(*kept);
  CHECK(is_alive());
  kept.reset();
  CHECK(is_alive());
  std::thread([&] { copy.reset(); }).join();
  CHECK(is_alive());
  std::thread([&] { held = nullptr; }).join();
  CHECK_FALSE(is_alive());
}

TEST_CASE("an error of which only the data is kept does not keep its value alive") {
  nh::Environment node = NewThrowing();
  std::optional<nh::JsError> error = Throw(node, "new Mine('x')");
  node.Run([](nh::Js& js) { js.Eval("globalThis.weak = new WeakRef(error); error = null"); });
  const std::weak_ptr<const nh::JsErrorData> observed = error->data();
  const nh::JsError detached{nh::JsErrorData(*error->data())};
  error.reset();
  CHECK(observed.expired());
  node.CollectGarbage();
  CHECK(node.Run([](nh::Js& js) { return js.Eval("weak.deref() === undefined").As<bool>(); }));
  CHECK(detached.message() == "x");
}

TEST_CASE("an error outlives a timeout that ends the job it was thrown in") {
  nh::Environment node = NewThrowing();
  std::optional<nh::JsError> kept;
  CHECK_THROWS_AS(node.Run(
                      [&](nh::Js& js) {
                        kept = ErrorOf([&] { js.Eval("throw globalThis.error = new Mine('x')"); });
                        js.Global().Set("fail", [&] {
                          js.Eval("for (;;);");
                          throw nh::JsError(*kept);
                        });
                        js.Eval("seen(fail)");
                      },
                      {.timeout = std::chrono::milliseconds(50)}),
                  nh::DeadlineExceeded);
  CHECK(Seen(node, *kept, kIsIt) == "true");
}

TEST_CASE("an error of a posted job is the same value for process.on('uncaughtException')") {
  nh::Environment node = NewThrowing();
  node.Run([](nh::Js& js) {
    js.Eval(
        "globalThis.error = new Mine('x'); globalThis.uncaught = [];"
        " process.on('uncaughtException', (e) => uncaught.push(e === error))");
  });
  node.Post([](nh::Js& js) { js.Eval("throw error"); });
  CHECK(node.Run([](nh::Js& js) { return Text(js, "uncaught.join()"); }) == "true");
}

TEST_CASE("the stack of an error has the JavaScript on both sides of C++, nearest first") {
  nh::Environment node = NewThrowing();
  node.Run([](nh::Js& js) {
    js.Eval("globalThis.inner = function inner() { throw new Mine('x') }", "inner.js");
    js.Eval("globalThis.outer = function outer() { caught(inner) }", "outer.js");
    const std::string stack = Text(js, "seen(outer).stack");
    const auto inner = stack.find("at inner (inner.js:1");
    const auto outer = stack.find("at outer (outer.js:1");
    REQUIRE(inner != std::string::npos);
    REQUIRE(outer != std::string::npos);
    CHECK(inner < outer);
    CHECK(stack.find("at inner (", inner + 1) == std::string::npos);
    CHECK(ErrorOf([&] { js.Eval("outer()"); }).stack().find("at outer (outer.js:1") !=
          std::string::npos);
  });
}

TEST_CASE("the stack of an error ends where a thread of the program's called JavaScript") {
  nh::Environment node = NewThrowing();
  std::optional<std::thread> caller;
  const std::string stack = node.Run([&](nh::Js& js) -> nh::Task<std::string> {
    js.Global().Set("onThread", [&](Callback function) -> nh::Task<int> {
      const nh::PromiseSource<int> source;
      caller.emplace([function, source] {
        try {
          function();
        } catch (...) {
          source.Reject(std::current_exception());
        }
      });
      return source.task();
    });
    js.Eval("globalThis.inner = function inner() { throw globalThis.error = new Mine('x') }",
            "inner.js");
    js.Eval("globalThis.outer = function outer() { return onThread(inner) }", "outer.js");
    const nh::Value said = co_await js.Eval(
        "outer().then(() => 'nothing', (e) => (e === error ? e.stack : 'a copy'))");
    co_return said.As<std::string>();
  });
  caller->join();
  CHECK(stack.find("at inner (inner.js:1") != std::string::npos);
  CHECK(stack.find("outer.js") == std::string::npos);
}
