// Functions: C++'s, made inside Run, and JavaScript's, called from anywhere.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/host.hpp"

using namespace std::chrono_literals;

using test::ErrorOf;
using test::NewEnvironment;

namespace {

int Twice(int n) { return 2 * n; }

template <class T>
T Evaluate(nh::Environment& node, std::string_view code) {
  return node.Run([&](nh::Js& js) { return js.Eval(code).As<T>(); });
}

}  // namespace

TEST_CASE("a lambda is a function in JavaScript, and so is a pointer to a function") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    js.Global().Set("add", [](int a, int b) { return a + b; });
    js.Global().Set("twice", &Twice);
    js.Global().Set("greet", [greeting = std::string("hello ")](const std::string& name) {
      return greeting + name;
    });
  });
  CHECK(Evaluate<int>(node, "add(1, 2)") == 3);
  CHECK(Evaluate<int>(node, "twice(4)") == 8);
  CHECK(Evaluate<std::string>(node, "greet('you')") == "hello you");
  CHECK(ErrorOf([&] { Evaluate<int>(node, "add(1, 'a')"); }).message() ==
        "add: argument 2: expected number, got string \"a\"");
}

TEST_CASE("a function made inside Run takes Js, Values and the rest of the arguments") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    js.Global().Set("list", nh::Function::New(js, [](nh::Js& inner, nh::Arguments arguments) {
                      nh::Array list = nh::Array::New(inner);
                      for (const nh::Value& one : arguments) list.Push(one);
                      return list;
                    }));
    js.Global().Set("first", [](nh::Value first, nh::Arguments rest) {
      return first.ToString() + "+" + std::to_string(rest.size()) + rest[7].TypeOf();
    });
    js.Global().Set("read", [](nh::Js&, nh::Object object) { return object["a"]; });
  });
  CHECK(Evaluate<std::string>(node, "JSON.stringify(list(1, 'a', null))") == "[1,\"a\",null]");
  CHECK(Evaluate<std::string>(node, "first(1, 2, 3)") == "1+2undefined");
  CHECK(Evaluate<std::string>(node, "first()") == "undefined+0undefined");
  CHECK(Evaluate<int>(node, "read({ a: 5 })") == 5);
}

TEST_CASE("Rest is any number of arguments of one type, on both sides") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    js.Global().Set("join", [](const std::string& by, const nh::Rest<std::string>& words) {
      std::string text;
      for (const std::string& word : words) text += (text.empty() ? "" : by) + word;
      return text;
    });
  });
  CHECK(Evaluate<std::string>(node, "join('-', 'a', 'b', 'c') + join('-') + join.length") ==
        "a-b-c1");
  CHECK(ErrorOf([&] { Evaluate<std::string>(node, "join('-', 'a', 2)"); }).message() ==
        "join: argument 3: expected string, got number 2");
  const auto max = node.Run([](nh::Js& js) {
    return js.Eval("Math.max").As<nh::Method<double(double, nh::Rest<double>)>>();
  });
  CHECK(max(1, {5, 3}) == 5);
  CHECK(max(2, {}) == 2);
  const auto max_before = node.Run([](nh::Js& js) {
    return js.Eval("Math.max").As<nh::Method<double(nh::Rest<double>, double)>>();
  });
  CHECK(max_before({5, 3}, 7) == 7);
}

TEST_CASE("Rest is any number of arguments, however C++ calls") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    const auto list = js.Eval("(...list) => list.join('|')").As<nh::Function>();
    const nh::Rest<int> numbers{1, 2, 3};
    const nh::Value object = js.Eval("({})");
    CHECK(list(0, numbers).ToString() == "0|1|2|3");
    CHECK(list.CallWith(object, 0, numbers).ToString() == "0|1|2|3");
    CHECK(list.Bind(object, 0, numbers)(4).ToString() == "0|1|2|3|4");
    CHECK(list.CallWith(object, nh::Rest<int>{1, 2, 3, 4, 5, 6, 7, 8, 9}, "end").ToString() ==
          "1|2|3|4|5|6|7|8|9|end");
    const nh::Value made = js.Eval("(class { constructor(...list) { this.all = list.join('|') } })")
                               .Construct(0, numbers);
    CHECK(made["all"].ToString() == "0|1|2|3");
    object.Set("numbers", numbers);  // a value is one value
    CHECK(object["numbers"]["length"].As<int>() == 3);
  });
}

TEST_CASE("util.promisify takes an exported function with a Node callback") {
  nh::Environment node = NewEnvironment();
  using Done = std::function<void(std::optional<nh::JsError>, int)>;
  node.Run([](nh::Js& js) {
    js.Global().Set("half", [](int number, const Done& done) {
      if (number % 2 == 0) return done(std::nullopt, number / 2);
      done(nh::JsError({.name = "RangeError", .message = "odd", .code = "ERR_ODD"}), 0);
    });
  });
  const std::string text = node.Run([](nh::Js& js) -> nh::Task<std::string> {
    nh::Value said = co_await js.Eval(
        "(async () => { const f = require('util').promisify(half);"
        " return `${await f(42)} ${await f(1).catch((e) => `${e} ${e.code}`)}` })()");
    co_return said.As<std::string>();
  });
  CHECK(text == "21 RangeError: odd ERR_ODD");
}

TEST_CASE("trailing optionals are optional") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    js.Global().Set("pad", [](const std::string& text, std::optional<int> width) {
      return text + std::string(static_cast<std::size_t>(width.value_or(1)), '.');
    });
  });
  CHECK(Evaluate<std::string>(node, "pad('a') + pad('b', 2)") == "a.b..");
}

TEST_CASE("a lambda that is a coroutine is an async function, and is kept while it waits") {
  nh::Environment node = NewEnvironment();
  const auto text = node.RunAsync([](nh::Js& js) -> nh::Task<std::string> {
    js.Global().Set(
        "later",
        [end = std::string("!")](nh::Js& inner, std::string given) -> nh::Task<std::string> {
          co_await inner.Eval("new Promise((r) => setTimeout(r, 5))");
          co_return given + end;
        });
    const nh::Value value = co_await js.Eval("const p = later('a'); delete globalThis.later; p");
    co_return value.ToString();
  });
  CHECK(text.Get() == "a!");
}

TEST_CASE("what a lambda throws is an Error, and the same exception in C++ again") {
  struct Mine : std::runtime_error {
    using std::runtime_error::runtime_error;
  };
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) { js.Global().Set("fail", [](int) -> int { throw Mine("mine"); }); });
  CHECK(Evaluate<std::string>(node, "try { fail(1) } catch (e) { e.message }") == "mine");
  CHECK_THROWS_AS(Evaluate<int>(node, "fail(1)"), Mine);
}

TEST_CASE("a C++ function made a Method is one function, so that a listener can be removed") {
  nh::Environment node = NewEnvironment();
  struct Emitter {
    nh::Method<void(std::string, nh::Method<void(int)>)> on;
    nh::Method<void(std::string, std::function<void(int)>)> off;
    nh::Method<bool(std::string, int)> emit;
    nh::Method<int(std::string)> listenerCount;
  };
  const auto emitter =
      node.Run([](nh::Js& js) { return js.Eval("new (require('events'))()").As<Emitter>(); });
  int sum = 0;
  const nh::Method<void(int)> listener = [&](int n) { sum += n; };
  emitter.on("n", listener);
  emitter.emit("n", 3);
  emitter.off("n", listener);  // a std::function that holds a Method is that Method
  CHECK(emitter.listenerCount("n") == 0);
  emitter.emit("n", 3);
  CHECK(sum == 3);
}

namespace {

int heard = 0;
void Hear(int n) { heard += n; }
void HearQuietly(int n) noexcept { heard += n; }

}  // namespace

TEST_CASE("a function pointer is one function, so that a listener can be removed") {
  nh::Environment node = NewEnvironment();
  struct Emitter {
    nh::Method<void(std::string, std::function<void(int)>)> on;
    nh::Method<void(std::string, nh::Method<void(int)>)> off;
    nh::Method<int(std::string)> listenerCount;
  };
  const auto emitter =
      node.Run([](nh::Js& js) { return js.Eval("new (require('events'))()").As<Emitter>(); });
  emitter.on("n", &Hear);
  emitter.on("n", &HearQuietly);
  CHECK(emitter.listenerCount("n") == 2);
  emitter.off("n", &HearQuietly);
  CHECK(emitter.listenerCount("n") == 1);
  emitter.off("n", &Hear);
  CHECK(emitter.listenerCount("n") == 0);
  // A closure may have state of its own, which its copies do not share.
  const std::function<void(int)> closure = [n = 0](int by) mutable { heard = n += by; };
  emitter.on("n", closure);
  emitter.off("n", closure);
  CHECK(emitter.listenerCount("n") == 1);
}

TEST_CASE("a function pointer has a JavaScript function of each name and signature it is given") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    const auto global = js.Global();
    global.Set("one", &Twice);
    global.Set("two", &Twice);
    global.Set("real", nh::Method<double(int)>(&Twice));
  });
  CHECK(Evaluate<std::string>(node, "[one.name, two.name, real.name].join()") == "one,two,real");
  node.Run([](nh::Js& js) {
    const nh::Value one = js.Global()["one"];
    js.Global().Set("one", &Twice);
    CHECK(js.Global()["one"].StrictEquals(one));
    CHECK_FALSE(js.Global()["two"].StrictEquals(one));
  });
  node.Run([](nh::Js& js) { js.Eval("one = two = real = undefined"); });
  node.CollectGarbage();
  node.Run([](nh::Js& js) { js.Global().Set("one", &Twice); });
  CHECK(Evaluate<int>(node, "one(4)") == 8);
}

TEST_CASE(
    "a JavaScript function is called as its type says: it blocks, it is a Task, it is posted") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) { js.Eval("globalThis.seen = []; globalThis.f = (s) => seen.push(s)"); });
  const auto of = [&](auto typed) {
    return node.Run([](nh::Js& js) { return js.Global()["f"].As<decltype(typed)>(); });
  };
  const auto block = of(std::function<int(std::string)>());
  const auto later = of(std::function<nh::Task<int>(std::string)>());
  const auto post = of(std::function<nh::Posted(std::string)>());
  CHECK(block("a") == 1);
  CHECK(later("b").Get() == 2);
  post("c");
  CHECK(Evaluate<std::string>(node, "seen.join('')") == "abc");
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 20; ++n) {
        block("x");
        post("x");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(Evaluate<int>(node, "seen.length") == 123);
}

TEST_CASE("what a posted call throws is an uncaught error, and after the end it is refused") {
  std::promise<std::string> uncaught;
  std::optional<nh::Environment> node = test::Platform().CreateEnvironment(
      {.base_dir = test::kModules, .on_uncaught = [&](const nh::JsError& error) {
         uncaught.set_value(error.message());
         return nh::UncaughtAction::kContinue;
       }});
  struct Fails {
    nh::Method<nh::Posted(std::string)> fail;
  };
  const auto fails = node->Import<Fails>("./later.mjs");
  fails.fail("posted");
  CHECK(uncaught.get_future().get() == "posted");
  node.reset();
  CHECK_THROWS_AS(fails.fail("late"), nh::EnvironmentStopped);
}

TEST_CASE("callbacks are called during teardown from three threads") {
  for (int round = 0; round < 3; ++round) {
    std::optional<nh::Environment> node = NewEnvironment();
    const auto count =
        node->Run([](nh::Js& js) { return js.Eval("(n) => n + 1").As<std::function<int(int)>>(); });
    const auto later = node->Run([](nh::Js& js) {
      return js.Eval("async (n) => n + 1").As<std::function<nh::Task<int>(int)>>();
    });
    std::atomic<int> stopped = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([&, t] {
        try {
          for (;;) {
            const int result = t == 0 ? later(1).Get() : count(1);
            CHECK(result == 2);
          }
        } catch (const nh::EnvironmentStopped&) {
          ++stopped;
        }
      });
    }
    std::this_thread::sleep_for(5ms);
    node.reset();
    for (std::thread& thread : threads) thread.join();
    CHECK(stopped == 3);
  }
}

TEST_CASE("a JavaScript function may be destroyed anywhere, and after its environment") {
  std::optional<nh::Environment> node = NewEnvironment();
  auto one = node->Run([](nh::Js& js) { return js.Eval("() => 1").As<std::function<int()>>(); });
  auto two = one;
  std::thread([moved = std::move(one)] { CHECK(moved() == 1); }).join();
  node.reset();
  std::thread([moved = std::move(two)] {
    CHECK_THROWS_AS(moved(), nh::EnvironmentStopped);
  }).join();
}
