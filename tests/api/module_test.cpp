// Modules of C++'s: the same struct that would import one is one.
#include <doctest/doctest.h>

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/host.hpp"
#include "support/lacks.hpp"

using test::ErrorOf;
using test::NewEnvironment;

namespace {

class Tally {
 public:
  explicit Tally(int start) : value_(start) {}
  int Add(int by) { return value_ += by; }

 private:
  int value_;
};

}  // namespace

template <>
struct nodehost::Describe<Tally> {
  static void To(nh::Class<Tally>& c) { c.Constructor<int>().Method<&Tally::Add>(); }
};

namespace {

struct Inner {
  nh::Method<std::string(std::string)> shout;
};
struct TallyModule {
  nh::Class<::Tally> Tally{};
  nh::Method<double(double, double)> add;
  Inner text;
  std::string version;
};

TallyModule NewModule() {
  return {.add = [](double a, double b) { return a + b; },
          .text = {.shout = [](const std::string& text) { return text + "!"; }},
          .version = "1.2"};
}

// `body` of an async function, as text; what it rejects with as "Name: message".
std::string Await(nh::Environment& node, std::string_view body) {
  struct Runner {
    nh::Method<void(std::function<void(std::string)>)> run;
  };
  std::promise<std::string> done;
  node.Run([&](nh::Js& js) {
    const nh::Value run =
        js.Eval("(done) => { (async () => {" + std::string(body) +
                "})().then((v) => done(String(v)), (e) => done(`${e.name}: ${e.message}`)) }");
    run(std::function<void(std::string)>([&](const std::string& text) { done.set_value(text); }));
  });
  return done.get_future().get();
}

}  // namespace

TEST_CASE("require, import and import() give the same module") {
  if (test::Lacks(test::NodeMajor() < 22, "Module.registerHooks, by which import finds them"))
    return;
  nh::Environment node = NewEnvironment();
  node.AddModule({"app:tally", NewModule()});
  CHECK(Await(node,
              "const { Tally, add, text } = require('app:tally');"
              "return [new Tally(1).add(2), add(1, 2), text.shout('a')]") == "3,3,a!");
  CHECK(Await(node,
              "const m = await import('app:tally');"
              "return [new m.Tally(1).add(1), m.add(2, 3), m.version,"
              "m.default === require('app:tally'), m.Tally === m.default.Tally]") ==
        "2,5,1.2,true,true");
  CHECK(Await(node,
              "const m = await import('data:text/javascript,"
              "import tally, { add, Tally as T } from \"app:tally\";"
              "export const same = tally.add === add && tally.Tally === T;');"
              "return m.same && m.same === (require('app:tally') !== undefined)") == "true");
}

TEST_CASE("C++ imports its own module, with the struct that it was made of") {
  nh::Environment node = NewEnvironment();
  node.AddModule({"app:tally", NewModule()});
  const auto module = node.Import<TallyModule>("app:tally");
  CHECK(module.add(1, 2) == 3);
  CHECK(module.text.shout("a") == "a!");
  CHECK(module.version == "1.2");
}

TEST_CASE("a factory is called at the first import, once in each environment") {
  if (test::Lacks(test::NodeMajor() < 22, "Module.registerHooks, by which import finds them"))
    return;
  const auto calls = std::make_shared<int>(0);
  const nh::Module module("app:lazy", [calls](nh::Js&) {
    ++*calls;
    return NewModule();
  });
  nh::Environment one = NewEnvironment();
  nh::Environment two = NewEnvironment();
  one.AddModule(module);
  two.AddModule(module);
  CHECK(*calls == 0);
  CHECK(Await(one, "await import('app:lazy'); return require('app:lazy').version") == "1.2");
  CHECK(*calls == 1);
  CHECK(Await(two, "return require('app:lazy').version") == "1.2");
  CHECK(*calls == 2);
}

TEST_CASE("a class in two modules is one class") {
  nh::Environment node = NewEnvironment();
  node.AddModule({"app:one", NewModule()});
  node.AddModule({"app:two", NewModule()});
  CHECK(Await(node, "return require('app:one').Tally === require('app:two').Tally") == "true");
}

TEST_CASE("an environment starts with the modules of its options") {
  nh::Environment node = test::Platform().CreateEnvironment(
      {.start_script = "globalThis.sum = require('app:tally').add(20, 22)",
       .modules = {{"app:tally", NewModule()}}});
  CHECK(node.Run([](nh::Js& js) { return js.Global()["sum"].As<int>(); }) == 42);
}

TEST_CASE("a module comes before a package of its name, and not before Node's own") {
  if (test::Lacks(test::NodeMajor() < 22, "Module.registerHooks, by which import finds them"))
    return;
  nh::Environment node = NewEnvironment();
  node.AddModule({"cjs-plain", NewModule()});
  CHECK(Await(node, "return require('cjs-plain').version + (await import('cjs-plain')).version") ==
        "1.21.2");
  CHECK(ErrorOf([&] {
          node.AddModule({"cjs-plain", NewModule()});
        }).message() == "There is a module 'cjs-plain' already");
  CHECK(ErrorOf([&] { node.AddModule({"fs", NewModule()}); }).name() == "TypeError");
  CHECK(Await(node, "return await import('app:none')").starts_with("Error: "));
}

TEST_CASE("a module that keeps a callback of JavaScript's goes with its environment") {
  struct Listeners {
    std::vector<std::function<void()>> all;
  };
  struct ListenersModule {
    nh::Method<void(std::function<void()>)> add;
  };
  std::weak_ptr<Listeners> watched;
  {
    const auto listeners = std::make_shared<Listeners>();
    watched = listeners;
    nh::EnvironmentOptions options;
    options.modules = {
        {"app:listeners", ListenersModule{.add = [listeners](std::function<void()> f) {
           listeners->all.push_back(std::move(f));
         }}}};
    nh::Environment node = test::Platform().CreateEnvironment(std::move(options));
    node.Run([](nh::Js& js) { js.Eval("require('app:listeners').add(() => {})"); });
    CHECK(listeners->all.size() == 1);
  }
  CHECK(watched.expired());
}

TEST_CASE("what a factory throws, the import throws, and the next import tries again") {
  nh::Environment node = NewEnvironment();
  const auto calls = std::make_shared<int>(0);
  node.AddModule({"app:bad", [calls](nh::Js&) {
                    if (++*calls == 1) throw std::out_of_range("not yet");
                    return NewModule();
                  }});
  CHECK(Await(node, "return require('app:bad')") == "RangeError: not yet");
  CHECK(Await(node, "return require('app:bad').version") == "1.2");
}
