// Injected parameters: what a C++ function that JavaScript calls is handed beside JavaScript's
// arguments: a Js&, `this`, the environment.
#include <doctest/doctest.h>

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/host.hpp"
#include "support/lacks.hpp"

using test::ErrorOf;
using test::NewEnvironment;

namespace {

static_assert(std::is_copy_constructible_v<nh::EnvironmentRef> &&
              std::is_copy_assignable_v<nh::EnvironmentRef>);
static_assert(std::is_convertible_v<nh::Environment&, nh::EnvironmentRef> &&
              std::is_convertible_v<nh::PumpedEnvironment&, nh::EnvironmentRef>);
static_assert(!std::is_assignable_v<nh::Environment&, nh::EnvironmentRef>);

std::string NameOf(nh::This self, std::optional<std::string> after) {
  return self["name"].As<std::string>() + after.value_or("");
}

class Button {
 public:
  explicit Button(std::string text) : text_(std::move(text)) {}
  Button(nh::Js& js, const nh::EnvironmentRef& node, int number)
      : text_(js.Eval("'number '").As<std::string>() + std::to_string(number)), node_(node) {}
  static std::unique_ptr<Button> Make(nh::EnvironmentRef node, nh::Js& js, bool on) {
    return std::make_unique<Button>(js, node, on ? 1 : 0);
  }

  // The JavaScript object, which may be of a class that extends this one.
  nh::Value On(const nh::This& self, const std::string& event, nh::Value listener) {
    nh::Value(self).Set("on" + event, listener);
    return self;
  }
  std::string label(nh::This self) const { return self["mark"].ToString() + text_; }
  void SetLabel(nh::Js& js, std::string text) { text_ = js.Eval("'set '").ToString() + text; }
  std::string Pick(nh::This self, int number) const {
    return self["mark"].ToString() + std::to_string(number);
  }
  std::string Pick(nh::Js&, const std::string& text, std::optional<int>) const { return text; }
  nh::Task<std::string> Later(nh::Js& js, nh::This self, nh::EnvironmentRef node, int by) {
    co_await js.Eval("new Promise((resolve) => setTimeout(resolve, 2))");
    co_return self["mark"].ToString() + std::to_string(by) + (node.OnJsThread() ? " here" : "");
  }
  static std::string ClassName(nh::This self) { return self["name"].ToString(); }
  bool Knows() const { return node_ && node_->OnJsThread(); }

 private:
  std::string text_;
  std::optional<nh::EnvironmentRef> node_;
};
std::string Twice(Button& button, nh::Js& js, nh::This self, int number) {
  return button.Pick(self, number) + js.Eval("'!'").ToString();
}

struct Functions {
  nh::Class<::Button> Button{};
  std::string (*nameOf)(nh::This, std::optional<std::string>) = &NameOf;
  std::function<int(nh::Js&, nh::EnvironmentRef, nh::This, nh::Rest<int>)> count = {};
  std::function<int(nh::Js&)> none = {};
};

}  // namespace

template <>
struct nodehost::Describe<Button> {
  static void To(nh::Class<Button>& c) {
    c.Constructor<std::string>()
        .Constructor<nh::Js&, const nh::EnvironmentRef&, int>()
        .ConstructedBy<&Button::Make>()
        .Method<&Button::On>()
        .Method<static_cast<std::string (Button::*)(nh::This, int) const>(&Button::Pick)>("pick")
        .Method<static_cast<std::string (Button::*)(nh::Js&, const std::string&, std::optional<int>)
                                const>(&Button::Pick)>("pick")
        .Method<&Button::Later>()
        .Method<&Twice>()
        .Method("by", [](Button&, nh::This self, std::string key) { return self[key]; })
        .Method<&Button::Knows>()
        .StaticMethod<&Button::ClassName>()
        .Property<&Button::label, &Button::SetLabel>();
  }
};

namespace {

std::string Eval(nh::Environment& node, const std::string& code) {
  return node.Run([&](nh::Js& js) {
    return js.Eval("{ const m = require('app:m'); " + code + "}").ToString();
  });
}

nh::Environment WithFunctions() {
  nh::Environment node = NewEnvironment();
  node.AddModule({"app:m", [](nh::Js&) {
                    return Functions{.count = [](nh::Js&, const nh::EnvironmentRef& ref, nh::This,
                                                 const nh::Rest<int>& numbers) {
                      return ref.OnJsThread() ? static_cast<int>(numbers.size()) : -1;
                    }};
                  }});
  return node;
}

}  // namespace

TEST_CASE("a C++ function is handed `this`, which is no argument") {
  nh::Environment node = WithFunctions();
  CHECK(Eval(node, "m.nameOf.call({ name: 'a' }, 'b') + m.nameOf.call({ name: 'c' })") == "abc");
  CHECK(Eval(node,
             "[m.nameOf.length, m.count.length, m.Button.prototype.twice.length,"
             " m.Button.prototype.on.length, m.Button.length]") == "0,0,1,2,1");
  CHECK(Eval(node, "m.count() + ',' + m.count(1, 2, 3)") == "0,3");
  CHECK(Eval(node, "typeof m.none") == "undefined");
  CHECK(ErrorOf([&] { Eval(node, "m.nameOf.call({ name: 'a' }, 7)"); }).message() ==
        "nameOf: argument 1: expected string, got number 7");
}

TEST_CASE("`this` is undefined without one, and an object for a primitive") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    js.Global().Set("self", [](nh::This self) { return self; });
    js.Global().Set("type", [](nh::Js&, const nh::This& self, int by) {
      return self.TypeOf() + std::to_string(by);
    });
    CHECK(js.Eval("self() === undefined && (0, self)() === undefined").As<bool>());
    CHECK(
        js.Eval("self.call(null) === undefined && self.call(undefined) === undefined").As<bool>());
    CHECK(js.Eval("{ const o = { self }; o.self() === o && Reflect.apply(self, o, []) === o }")
              .As<bool>());
    CHECK(js.Eval("self.bind(Math)() === Math").As<bool>());
    CHECK(js.Eval("{ const p = new Proxy({}, {}); self.call(p) === p }").As<bool>());
    CHECK(js.Eval("self.call('text') + typeof self.call('text') + (self.call(3) + 1)")
              .As<std::string>() == "textobject4");
    CHECK(js.Eval("type(1) + type.call([], 2)").As<std::string>() == "undefined1object2");
    CHECK(js.Eval("({ get length() { return 0; } }, type.length)").As<int>() == 1);
  });
}

TEST_CASE("methods, properties, static methods and overloads take what is injected") {
  nh::Environment node = WithFunctions();
  CHECK(Eval(node,
             "class Mine extends m.Button { mark = '*'; }"
             "const b = new Mine('text'); const f = () => {};"
             "[b.on('click', f) === b && b.onclick === f, b.label, b.pick(3), b.pick('x'),"
             " b.twice(4), b.by('mark'), m.Button.className(), Mine.className()]") ==
        "true,*text,*3,x,*4!,*,Button,Mine");
  CHECK(Eval(node, "const b = new m.Button('text'); b.mark = 1; b.label = 'x'; b.label") ==
        "1set x");
  CHECK(ErrorOf([&] { Eval(node, "new m.Button('a').pick(true)"); }).message() ==
        "Button.pick: expected (number) or (string, number?), got (boolean true)");
  CHECK(ErrorOf([&] { Eval(node, "m.Button.prototype.twice.call({}, 1)"); }).message() ==
        "Button.twice: expected a Button as `this`, got object");
}

TEST_CASE("constructors are handed a Js& and the environment") {
  nh::Environment node = WithFunctions();
  CHECK(Eval(node, "const b = new m.Button(3); b.mark = ''; [b.label, b.knows()]") ==
        "number 3,true");
  CHECK(Eval(node, "const b = new m.Button(true); b.mark = ''; [b.label, b.knows()]") ==
        "number 1,true");
  CHECK(Eval(node, "new m.Button('a').knows()") == "false");
}

TEST_CASE("a coroutine keeps what is injected") {
  nh::Environment node = WithFunctions();
  const auto later = node.RunAsync([](nh::Js& js) -> nh::Task<std::string> {
    const nh::Value value = co_await js.Eval(
        "{ const b = new (require('app:m').Button)('x'); b.mark = '#'; b.later(2) }");
    co_return value.ToString();
  });
  CHECK(later.Get() == "#2 here");
}

TEST_CASE("an environment that was handed to a function is reached from other threads") {
  nh::Environment node = NewEnvironment();
  std::optional<nh::EnvironmentRef> kept;
  node.Run([&](nh::Js& js) {
    js.Global().Set("keep", [&](nh::EnvironmentRef ref) { kept = std::move(ref); });
    js.Eval("keep()");
  });
  REQUIRE(kept);
  const nh::EnvironmentRef ref = *kept;
  CHECK_FALSE(ref.OnJsThread());
  CHECK(ref.Run([](nh::Js& js) { return js.Eval("1 + 1").As<int>(); }) == 2);
  CHECK(ref.RunAsync([](nh::Js& js) { return js.Eval("3").As<int>(); }).get() == 3);
  CHECK(ref.Import<std::string>("node:path", "sep") == "/");
  std::promise<bool> posted;
  std::thread([&] { ref.Post([&](nh::Js&) { posted.set_value(ref.OnJsThread()); }); }).join();
  CHECK(posted.get_future().get());
  const auto entered = [](nh::EnvironmentRef there) -> nh::Task<int> {
    nh::Js& js = co_await nh::Enter(std::move(there));
    co_return js.Eval("4").As<int>();
  };
  CHECK(entered(ref).Get() == 4);
  CHECK(node.Run([](nh::Js& js) { return nh::EnvironmentRef(js).OnJsThread(); }));

  node.Stop();
  CHECK_THROWS_AS(ref.Run([](nh::Js&) {}), nh::EnvironmentStopped);
  CHECK_THROWS_AS(ref.Post([](nh::Js&) {}), nh::EnvironmentStopped);
  CHECK_THROWS_AS(ref.RunAsync([](nh::Js&) {}).get(), nh::EnvironmentStopped);
  CHECK_THROWS_AS(entered(ref).Get(), nh::EnvironmentStopped);
}

TEST_CASE("a reference to an environment outlives it, and is used no more once moved from") {
  std::optional<nh::EnvironmentRef> kept;
  {
    nh::Environment node = NewEnvironment();
    kept = nh::EnvironmentRef(node);
    nh::Environment moved = std::move(node);
    CHECK(kept->Run([](nh::Js&) { return 1; }) == 1);  // as the environment itself, it has moved
    CHECK_THROWS_AS(nh::EnvironmentRef(node).Run([](nh::Js&) {}), nh::HostError);
  }
  CHECK_THROWS_AS(kept->Run([](nh::Js&) {}), nh::EnvironmentStopped);
  const nh::EnvironmentRef taken = *std::exchange(kept, std::nullopt);
  CHECK_FALSE(taken.OnJsThread());
}

namespace {

struct Here {
  std::function<std::string(nh::Js&, nh::This, nh::EnvironmentRef, std::string)> keep;
};

}  // namespace

TEST_CASE("in a Worker the environment is the Worker's own") {
  std::promise<nh::EnvironmentRef> promised;
  nh::Environment node = NewEnvironment();
  node.AddModule(
      {"app:here",
       Here{.keep =
                [&](nh::Js& js, nh::This self, nh::EnvironmentRef ref, std::string text) {
                  promised.set_value(ref);
                  return self["name"].ToString() + text + js.Eval("String(7)").ToString();
                }},
       {.in_workers = true}});
  node.Run([](nh::Js& js) {
    js.Eval(
        "globalThis.w = new (require('worker_threads').Worker)(`"
        "const { parentPort } = require('worker_threads'); globalThis.at = 'worker';"
        "globalThis.said = require('app:here').keep.call({ name: 'n' }, 'a');"
        "parentPort.on('message', () => {});`, { eval: true }); globalThis.at = 'main'");
  });
  const nh::EnvironmentRef worker = promised.get_future().get();
  CHECK(worker.Run([](nh::Js& js) { return js.Eval("at").As<std::string>(); }) == "worker");
  CHECK(worker.Run([](nh::Js& js) { return js.Eval("said").As<std::string>(); }) == "na7");
  std::promise<std::string> posted;
  worker.Post([&](nh::Js& js) { posted.set_value(js.Eval("at").As<std::string>()); });
  CHECK(posted.get_future().get() == "worker");
  const auto ended =
      node.RunAsync([](nh::Js& js) -> nh::Task<void> { co_await js.Eval("w.terminate()"); });
  ended.Get();
  CHECK_THROWS_AS(worker.Run([](nh::Js&) {}), nh::EnvironmentStopped);
  CHECK_THROWS_AS(worker.Post([](nh::Js&) {}), nh::EnvironmentStopped);
  CHECK(node.Run([](nh::Js& js) { return js.Eval("at").As<std::string>(); }) == "main");
}
