// C++ functions as Methods: mocks, and what JavaScript makes of them.
#include <doctest/doctest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/host.hpp"

using test::ErrorOf;
using test::NewEnvironment;

namespace {

bool Contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

struct Marked {
  nh::Method<std::string(std::string)> parse;
};

std::string Shout(const std::string& text) { return text + "!"; }

// `code` called with `argument`, as text.
template <class T>
std::string Call(nh::Environment& node, std::string_view code, const T& argument) {
  return node.Run([&](nh::Js& js) { return js.Eval(code)(argument).template As<std::string>(); });
}

}  // namespace

TEST_CASE("a mock is a designated initialiser, and needs no environment") {
  const Marked fake{.parse = [](std::string text) { return "<b>" + text; }};
  CHECK(fake.parse("x") == "<b>x");
  CHECK(static_cast<bool>(fake.parse));
  std::string read_on;
  std::thread([&] { read_on = fake.parse("y"); }).join();
  CHECK(read_on == "<b>y");
}

TEST_CASE("functions, callables with state and std::function make a Method") {
  CHECK(nh::Method<std::string(std::string)>(&Shout)("a") == "a!");
  const nh::Method<int()> counter = [n = 0]() mutable { return ++n; };
  CHECK(counter() == 1);
  CHECK(nh::Method<int()>(counter)() == 2);  // a copy is the same function
  CHECK(nh::Method<int(int)>(std::function<int(int)>([](int i) { return i + 1; }))(1) == 2);
  const nh::Method<int(int)> empty = std::function<int(int)>();
  CHECK_FALSE(static_cast<bool>(empty));
  CHECK_THROWS_AS(empty(1), nh::HostError);
}

TEST_CASE("a mock has properties and classes, too") {
  struct Page {
    nh::Property<std::string> title;
    nh::Property<int> length;
  };
  struct Module {
    nh::Constructor<Page(std::string)> Document;
  };
  auto reads = std::make_shared<int>(0);
  const Module fake{.Document = [reads](std::string title) {
    return Page{.title = title, .length = nh::Method<int()>([reads] { return ++*reads; })};
  }};
  const auto document = fake.Document("one");
  document.title = "two";
  CHECK(document.title.Get() == "two");
  CHECK(document.length == 1);
  CHECK(document.length == 2);
  CHECK_THROWS_AS(document.length = 3, nh::HostError);
}

TEST_CASE("JavaScript calls a struct of C++ functions") {
  nh::Environment node = NewEnvironment();
  const Marked fake{.parse = [](std::string text) { return "<b>" + text; }};
  CHECK(Call(node, "(m) => m.parse('x') + typeof m.parse + m.parse.name + Object.keys(m)", fake) ==
        "<b>xfunctionparseparse");
  node.Run([&](nh::Js& js) { js.Global().Set("marked", fake); });
  CHECK(node.Run([](nh::Js& js) { return js.Eval("marked.parse('y')").As<std::string>(); }) ==
        "<b>y");
}

TEST_CASE("an interface of C++'s is an argument of a Method of JavaScript's") {
  struct Logger {
    nh::Method<void(std::string, std::optional<int>)> log;
    std::string prefix;
  };
  struct User {
    nh::Method<void(Logger)> use;
  };
  nh::Environment node = NewEnvironment();
  const auto user = node.Run([](nh::Js& js) {
    return js.Eval("({ use: (l) => { l.log(l.prefix + 1); l.log(l.prefix + 2, 7); } })").As<User>();
  });
  std::string seen;
  user.use({.log =
                [&](std::string text, std::optional<int> level) {
                  seen += text + std::to_string(level.value_or(0)) + ' ';
                },
            .prefix = "p"});
  CHECK(seen == "p10 p27 ");
}

TEST_CASE("std::function is a callback, and what comes back is callable from any thread") {
  using Callback = std::function<void(std::string)>;
  nh::Environment node = NewEnvironment();
  const auto each = node.Run([](nh::Js& js) {
    return js.Eval("(f) => ['a', 'b'].forEach((s) => f(s))").As<nh::Method<void(Callback)>>();
  });
  std::string seen;
  each([&](std::string text) {
    CHECK(node.OnJsThread());
    seen += text;
  });
  CHECK(seen == "ab");
  const auto adder = node.Run([](nh::Js& js) {
    return js.Eval("(a) => (b) => a + b").As<nh::Method<std::function<int(int)>(int)>>();
  });
  const std::function<int(int)> add = adder(40);
  int sum = 0;
  std::thread([&] { sum = add(2); }).join();
  CHECK(sum == 42);
  CHECK(Call(node, "(f) => typeof f", Callback()) == "undefined");
}

TEST_CASE("properties of C++'s are getters and setters in JavaScript") {
  struct Settings {
    nh::Property<int> volume;
    nh::Property<std::string> name;
  };
  nh::Environment node = NewEnvironment();
  const Settings settings{.volume = 3,
                          .name = nh::Method<std::string()>([] { return std::string("me"); })};
  CHECK(Call(node, "(s) => { s.volume += 2; return s.name + s.volume; }", settings) == "me5");
  CHECK(settings.volume == 5);
  CHECK(ErrorOf([&] { Call(node, "(s) => { 'use strict'; s.name = 'x'; }", settings); }).name() ==
        "TypeError");
  CHECK(ErrorOf([&] { Call(node, "(s) => { s.volume = 'loud'; }", settings); }).message() ==
        "volume: argument 1: expected number, got string \"loud\"");
}

TEST_CASE("a wrong argument is JavaScript's own TypeError, and names the argument") {
  nh::Environment node = NewEnvironment();
  struct Api {
    nh::Method<void(std::string, std::vector<double>)> parse;
  };
  const Api api{.parse = [](std::string, std::vector<double>) {}};
  const auto refusal = [&](std::string_view call) {
    return Call(node,
                "(m) => { try { " + std::string(call) +
                    " } catch (e) { return (e instanceof TypeError) + ' ' + e.message; } }",
                api);
  };
  CHECK(refusal("m.parse(1)") == "true parse: argument 1: expected string, got number 1");
  CHECK(refusal("m.parse()") == "true parse: argument 1: expected string, got undefined");
  CHECK(refusal("m.parse('', [1, 'x'])") ==
        "true parse: argument 2[1]: expected number, got string \"x\"");
  const nh::JsError error =
      ErrorOf([&] { Call(node, "(function caller(m) { m.parse(1); })", api); });
  CHECK(error.name() == "TypeError");
  CHECK(Contains(error.stack(), "at caller (eval.js:1:"));
}

TEST_CASE("a C++ function has the name of where it stands, and no new") {
  struct Options {
    std::function<int(int, std::optional<int>)> onChange;
  };
  using Add = std::function<double(double, double)>;
  const auto add = [] { return Add([](double a, double b) { return a + b; }); };
  nh::Environment node = NewEnvironment();
  constexpr auto kLook = "(f) => f.name";
  node.Run([&](nh::Js& js) {
    js.Global().Set("hostAdd", add());
    CHECK(js.Eval(std::string("(") + kLook + ")(hostAdd)").As<std::string>() == "hostAdd");
    CHECK(js.Eval("try { hostAdd(1, '2') } catch (e) { e.message }").As<std::string>() ==
          "hostAdd: argument 2: expected number, got string \"2\"");
    CHECK(js.Eval("try { new hostAdd(1, 2) } catch (e) { e.message }").As<std::string>() ==
          "hostAdd is not a constructor");
    CHECK(js.Eval("(o) => o.onChange.name")(Options{[](int a, std::optional<int>) { return a; }})
              .As<std::string>() == "onChange");
    CHECK(js.Eval("(o) => o.sum.name")(std::map<std::string, Add>{{"sum", add()}})
              .As<std::string>() == "sum");
    CHECK(js.Eval("(f) => { try { f('x') } catch (e) { return e.message } }")(add())
              .As<std::string>() ==
          "A C++ function: argument 1: expected number, got string \"x\"");
  });
}

TEST_CASE("the length of a C++ function counts what must be given") {
  struct Functions {
    nh::Method<void()> none;
    nh::Method<double(double, std::string)> two;
    nh::Method<int(int, std::optional<int>, std::optional<bool>)> options;
    std::function<void(int)> called;
    std::optional<nh::Method<void(int, int)>> optional;
  };
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    const auto lengths = js.Eval("(o) => Object.values(o).map((f) => f.length).join()");
    CHECK(lengths(
              Functions{.none = [] {},
                        .two = [](double a, const std::string&) { return a; },
                        .options = [](int a, std::optional<int>, std::optional<bool>) { return a; },
                        .called = [](int) {},
                        .optional = nh::Method<void(int, int)>([](int, int) {})})
              .As<std::string>() == "0,2,1,1,2");
    js.Global().Set("bare", [](int) {});
    CHECK(js.Eval("bare.name + bare.length").As<std::string>() == "bare1");
    const auto length = js.Eval("(f) => f.length");
    CHECK(length([](nh::Js&, int, std::optional<int>) {}).As<int>() == 1);
    CHECK(length([](std::string, nh::Arguments) {}).As<int>() == 1);
  });
}

TEST_CASE("a C++ exception is an Error in JavaScript, and the same exception in C++ again") {
  struct Mine : std::runtime_error {
    explicit Mine(int n) : std::runtime_error("mine"), number(n) {}
    int number;
  };
  nh::Environment node = NewEnvironment();
  const Marked failing{.parse = [](std::string) -> std::string { throw Mine(42); }};
  CHECK(Call(node,
             "(m) => { try { m.parse(''); } catch (e) {"
             "  return `${e instanceof Error} ${e.message}`; } }",
             failing) == "true mine");
  try {
    Call(node, "(m) => { try { m.parse(''); } finally { } }", failing);
    FAIL("nothing was thrown");
  } catch (const Mine& mine) {
    CHECK(mine.number == 42);
  }
  // Also through a Method and from another thread.
  const auto call =
      node.Run([](nh::Js& js) { return js.Eval("(f) => f('')").As<nh::Method<void(Marked)>>(); });
  const auto through = node.Run([](nh::Js& js) {
    return js.Eval("(f) => f()").As<nh::Method<void(std::function<void()>)>>();
  });
  CHECK_THROWS_AS(through([&] { through([] { throw Mine(1); }); }), Mine);
  CHECK_THROWS_AS(call(failing), nh::JsError);  // a struct is an object, and not to be called
}

TEST_CASE("a C++ exception handed to JavaScript as data is the same when it is handed back") {
  nh::Environment node = NewEnvironment();
  const auto own = std::make_exception_ptr(std::logic_error("own"));
  const auto back = node.Run(
      [&](nh::Js& js) { return js.Eval("(e) => e")(own).template As<std::exception_ptr>(); });
  CHECK_THROWS_WITH_AS(std::rethrow_exception(back), "own", std::logic_error);
  const auto fail = node.Run([](nh::Js& js) {
    return js.Eval("(e) => { throw e; }").As<nh::Method<void(std::exception_ptr)>>();
  });
  CHECK_THROWS_AS(fail(own), std::logic_error);
}

TEST_CASE("a JsError keeps its fields on its way through JavaScript") {
  nh::Environment node = NewEnvironment();
  const Marked failing{.parse = [](std::string) -> std::string {
    throw nh::JsError(nh::JsErrorData{.name = "RangeError", .message = "far", .code = "E_FAR"});
  }};
  CHECK(Call(node,
             "(m) => { try { m.parse(''); } catch (e) {"
             "  return `${e instanceof RangeError} ${e.message} ${e.code}`; } }",
             failing) == "true far E_FAR");
  const nh::JsError error = ErrorOf([&] { Call(node, "(m) => m.parse('')", failing); });
  CHECK(error.name() == "RangeError");
  CHECK(error.code() == "E_FAR");
}

TEST_CASE("an error of JavaScript's that goes through C++ comes out with its fields") {
  nh::Environment node = NewEnvironment();
  const auto fail = node.Run([](nh::Js& js) {
    return js.Eval("() => { throw Object.assign(new RangeError('deep'), { code: 'E' }); }")
        .As<nh::Method<void()>>();
  });
  const std::function<void()> through = [&] { fail(); };
  CHECK(Call(node,
             "(f) => { try { f(); } catch (e) {"
             "  return `${e instanceof RangeError} ${e.message} ${e.code}`; } }",
             through) == "true deep E");
}

TEST_CASE("the same C++ struct is the same JavaScript object") {
  nh::Environment node = NewEnvironment();
  struct Counter {
    nh::Method<int()> next;
    int start = 0;
  };
  Counter counter{.next = [] { return 1; }, .start = 1};
  const Counter copy = counter;
  const Counter other{.next = [] { return 1; }, .start = 1};
  CHECK(node.Run([&](nh::Js& js) {
    return js.Eval("(a, b, c) => a === b && a.next === b.next && a !== c")(counter, copy, other)
        .As<bool>();
  }));
  CHECK(node.Run([&](nh::Js& js) {
    const nh::Value first = nh::Value::From(js, counter);
    counter.start = 5;
    return nh::Value::From(js, counter).StrictEquals(first) && first["start"].As<int>() == 5;
  }));
}

TEST_CASE("what JavaScript can no longer reach is destroyed, and at the end all the rest") {
  auto life = std::make_shared<int>(0);
  const auto copies = [&] { return life.use_count() - 1; };
  nh::Environment node = NewEnvironment();
  const auto fill = [&](nh::Js& js, int count) {
    for (int i = 0; i < count; ++i) {
      js.Global()["kept"].Call("push", nh::Method<void()>([life] {}),
                               Marked{.parse = [life](std::string text) { return text; }});
    }
  };
  node.Run([&](nh::Js& js) {
    js.Eval(
        "globalThis.kept = []; require('v8').setFlagsFromString('--expose-gc');"
        "globalThis.collect = require('vm').runInNewContext('gc');");
    fill(js, 50);
  });
  CHECK(copies() == 100);
  node.Run([](nh::Js& js) { js.Eval("kept.length = 10"); });
  for (int i = 0; i < 100 && copies() > 10; ++i) {
    // The second callbacks of a collection are tasks of the event loop.
    node.Run([](nh::Js& js) { js.Eval("collect()"); });
  }
  CHECK(copies() == 10);
  CHECK(node.Run([](nh::Js& js) { return js.Eval("kept[1].parse('on')").As<std::string>(); }) ==
        "on");
  node.Stop();
  CHECK(copies() == 0);
}

TEST_CASE("exceptions that passed through JavaScript are destroyed with their errors") {
  struct Heavy {
    std::shared_ptr<int> life;
  };
  auto life = std::make_shared<int>(0);
  nh::Environment node = NewEnvironment();
  const std::function<void()> fail = [life] { throw Heavy{life}; };
  node.Run([&](nh::Js& js) {
    js.Eval(
        "(f) => { globalThis.errors = [];"
        "  for (let i = 0; i < 10; i++) try { f(); } catch (e) { errors.push(e); } }")(fail);
  });
  CHECK(life.use_count() >= 12);
  CHECK_THROWS_AS(node.Run([](nh::Js& js) { js.Eval("throw errors[3]"); }), Heavy);
  node.Stop();
  CHECK(life.use_count() <= 2);  // ours, and the lambda's
}

TEST_CASE("a Method of another environment is refused, and a lambda that calls it is not") {
  nh::Environment one = NewEnvironment();
  nh::Environment two = NewEnvironment();
  const auto parse = one.Import<nh::Method<double(std::string)>>("globalThis", "parseFloat");
  const auto map = two.Run([](nh::Js& js) {
    return js.Eval("(f) => f('1.5')").As<nh::Method<double(std::function<double(std::string)>)>>();
  });
  CHECK_THROWS_AS(map(parse), nh::WrongThread);
  CHECK(map([&](std::string text) { return parse(text); }) == 1.5);
}

TEST_CASE("a view as an argument of a C++ function owns nothing, and need not") {
  nh::Environment node = NewEnvironment();
  const nh::Method<std::string(std::string_view, const char*, std::span<const double>)> join =
      [](std::string_view a, const char* b, std::span<const double> c) {
        return std::string(a) + b + std::to_string(c.size());
      };
  CHECK(Call(node, "(f) => f('a', 'b', [1, 2])", join) == "ab2");
}

TEST_CASE("process.exit in a callback ends the environment, and the call says so") {
  nh::Environment node = NewEnvironment();
  const auto exit = node.Import<nh::Method<void(int)>>("node:process", "exit");
  const auto through = node.Run([](nh::Js& js) {
    return js.Eval("(f) => { for (;;) f(); }").As<nh::Method<void(std::function<void()>)>>();
  });
  CHECK_THROWS_AS(through([&] { exit(3); }), nh::EnvironmentStopped);
  CHECK(node.WaitForExit() == 3);
}
