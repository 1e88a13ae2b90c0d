// Who owns an object of a described class, how long it lives, and that JavaScript's object of it is
// always the same.
#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "support/host.hpp"
#include "support/quarantine.hpp"

using test::ErrorOf;
using test::NewEnvironment;

namespace {

std::atomic<int> alive = 0;
std::atomic<int> destroyed = 0;
std::thread::id destroyed_on;

struct Counted {
  Counted() { ++alive; }
  Counted(const Counted& other) : number(other.number) { ++alive; }
  Counted& operator=(const Counted&) = default;
  virtual ~Counted() {
    --alive;
    ++destroyed;
    destroyed_on = std::this_thread::get_id();
  }
  int number = 0;
};
struct Special : Counted {
  int extra = 5;
};
struct Unweighed {
  Unweighed() { ++alive; }
  Unweighed(const Unweighed&) = delete;
  ~Unweighed() { --alive; }
  std::size_t Bytes() const { throw std::runtime_error("nobody knows how many"); }
};
struct Heavy {
  std::size_t Bytes() const { return std::size_t{64} << 20; }
};
// One that calls JavaScript as it goes.
struct Caller {
  explicit Caller(nh::Method<void()> function) : call(std::move(function)) {}
  Caller(const Caller&) = delete;
  ~Caller() {
    try {
      call();
      caught = "nothing";
    } catch (const std::exception& error) {
      caught = error.what();
    }
  }
  nh::Method<void()> call;
  static inline std::string caught;
};
// One that keeps a function of JavaScript's.
struct Keeper : Counted {
  void Keep(std::function<int()> given) { function = std::move(given); }
  void Forget() { function = nullptr; }
  int Call() { return function(); }
  std::function<int()> function;
};
struct Node : std::enable_shared_from_this<Node> {
  Node& Self() { return *this; }
  std::shared_ptr<Node> Share() { return shared_from_this(); }
};

}  // namespace

template <>
struct nodehost::Describe<Counted> {
  static void To(nh::Class<Counted>& c) { c.Constructor<>().Property<&Counted::number>(); }
};
template <>
struct nodehost::Describe<Special> {
  static void To(nh::Class<Special>& c) {
    c.Base<Counted>().Constructor<>().Property<&Special::extra>();
  }
};
template <>
struct nodehost::Describe<Unweighed> {
  static void To(nh::Class<Unweighed>& c) { c.Constructor<>().ExternalBytes<&Unweighed::Bytes>(); }
};
template <>
struct nodehost::Describe<Heavy> {
  static void To(nh::Class<Heavy>& c) { c.Constructor<>().ExternalBytes<&Heavy::Bytes>(); }
};
template <>
struct nodehost::Describe<Caller> {
  static void To(nh::Class<Caller>& c) { c.Constructor<nh::Method<void()>>(); }
};
template <>
struct nodehost::Describe<Keeper> {
  static void To(nh::Class<Keeper>& c) {
    c.Base<Counted>().Constructor<>();
    c.Method<&Keeper::Keep>().Method<&Keeper::Forget>().Method<&Keeper::Call>();
  }
};
template <>
struct nodehost::Describe<Node> {
  static void To(nh::Class<Node>& c) {
    c.Constructor<>().Method<&Node::Self>().Method<&Node::Share>();
  }
};

namespace {

struct Module {
  nh::Class<::Counted> Counted{};
  nh::Class<::Special> Special{};
  nh::Class<::Node> Node{};
  nh::Class<::Unweighed> Unweighed{};
  nh::Class<::Heavy> Heavy{};
  nh::Class<::Caller> Caller{};
  nh::Class<::Keeper> Keeper{};
  nh::Method<void(std::shared_ptr<::Counted>)> keep;
  nh::Method<std::shared_ptr<::Counted>()> kept;
  nh::Method<void(std::unique_ptr<::Counted>)> take;
  nh::Method<std::unique_ptr<::Counted>()> give;
  nh::Method<::Counted()> copy;
  nh::Method<int(const ::Counted&, std::function<void()>)> during;
};

// Functions that keep in `shared` and `unique` what they are given.
struct Store {
  std::shared_ptr<Counted> shared;
  std::unique_ptr<Counted> unique;

  Module module() {
    return {.keep = [this](std::shared_ptr<Counted> object) { shared = std::move(object); },
            .kept = [this] { return shared; },
            .take = [this](std::unique_ptr<Counted> object) { unique = std::move(object); },
            .give = [this] { return std::move(unique); },
            .copy = [this] { return *shared; },
            .during =
                [](const Counted& object, const std::function<void()>& call) {
                  call();
                  return object.number;
                }};
  }
};

std::string Eval(nh::Environment& node, const Module& module, std::string_view body) {
  const std::string code = "(m) => { try { return String((() => {" + std::string(body) +
                           "})()) } catch (e) { return `${e.name}: ${e.message}` } }";
  return node.Run([&](nh::Js& js) { return js.Eval(code)(module).As<std::string>(); });
}

// Twice, with a turn of the event loop between: what a collection found is freed after it.
void CollectGarbage(nh::Environment& node) {
  for (int i = 0; i < 2; ++i) {
    node.Run([](nh::Js& js) {
      js.Eval(
          "require('v8').setFlagsFromString('--expose-gc'); require('vm').runInNewContext('gc')()");
    });
    node.RunAsync([](nh::Js&) {}).get();
  }
}

std::size_t Live(nh::Environment& node) {
  return node.Run([](nh::Js& js) { return js.CppObjects(); });
}

}  // namespace

TEST_CASE("a shared_ptr is kept on both sides, with identity") {
  Store store;
  {
    nh::Environment node = NewEnvironment();
    const Module module = store.module();
    CHECK(Eval(node, module, "const c = new m.Counted(); m.keep(c); return m.kept() === c") ==
          "true");
    store.shared->number = 42;
    CollectGarbage(node);
    CHECK(Live(node) == 0);
    CHECK(alive == 1);  // C++'s
    CHECK(Eval(node, module, "globalThis.c = m.kept(); return [c.number, c === m.kept()]") ==
          "42,true");
    CHECK(Live(node) == 1);
  }
  CHECK(alive == 1);
  store.shared.reset();
  CHECK(alive == 0);
}

TEST_CASE("a unique_ptr is handed over") {
  Store store;
  nh::Environment node = NewEnvironment();
  const Module module = store.module();
  CHECK(Eval(node, module, "const c = new m.Counted(); c.number = 3; m.take(c); return c.number") ==
        "TypeError: Counted: the object was handed over to C++");
  REQUIRE(store.unique);
  CHECK(store.unique->number == 3);
  CHECK(Live(node) == 0);
  CHECK(Eval(node, module, "const c = m.give(); c.number++; m.take(c); return m.give().number") ==
        "4");
  CHECK(Eval(node, module, "return m.give()") == "null");
  CHECK(Eval(node, module, "const c = new m.Counted(); m.keep(c); m.take(c)") ==
        "TypeError: Counted cannot be handed over to C++, where it is in use");
  CHECK(Eval(node, module, "const c = new m.Counted(); return m.during(c, () => m.take(c))") ==
        "TypeError: Counted cannot be handed over to C++, where it is in use");
  store.shared.reset();
}

TEST_CASE("a value is a copy") {
  Store store;
  nh::Environment node = NewEnvironment();
  const Module module = store.module();
  CHECK(Eval(node, module,
             "const c = new m.Counted(); m.keep(c); const d = m.copy(); d.number = 1;"
             "return [c === d, c.number]") == "false,0");
  store.shared.reset();
}

TEST_CASE("an object goes out as the class that it is") {
  Store store;
  nh::Environment node = NewEnvironment();
  const Module module = store.module();
  CHECK(Eval(node, module, "m.keep(new m.Special()); return m.kept().extra") == "5");
  CollectGarbage(node);
  CHECK(Eval(node, module, "return [m.kept() instanceof m.Special, m.kept().extra]") == "true,5");
  CHECK(Eval(node, module, "m.take(new m.Special()); return m.give().extra") == "5");
  store.shared.reset();
}

TEST_CASE("a reference to a shared object is that object") {
  Store store;
  nh::Environment node = NewEnvironment();
  CHECK(Eval(node, store.module(),
             "const n = new m.Node(); return n.self() === n && n.share() === n") == "true");
}

TEST_CASE("objects of one environment are other objects in another, of the same C++ object") {
  Store store;
  nh::Environment one = NewEnvironment();
  nh::Environment two = NewEnvironment();
  const Module module = store.module();
  Eval(one, module, "const c = new m.Counted(); c.number = 8; m.keep(c)");
  // In use, or a collection at any time would take them.
  CHECK(Eval(two, module, "globalThis.c = m.kept(); return c.number++") == "8");
  CHECK(Eval(one, module, "globalThis.c = m.kept(); return c.number") == "9");
  CHECK(Live(one) == 1);
  CHECK(Live(two) == 1);
  store.shared.reset();
}

TEST_CASE("what is alive at the end of the environment is freed once, on the JS thread") {
  std::thread::id js_thread;
  {
    nh::Environment node = NewEnvironment();
    Store store;
    js_thread = node.Run([](nh::Js&) { return std::this_thread::get_id(); });
    Eval(node, store.module(), "globalThis.kept = [new m.Counted(), new m.Special()]");
    CHECK(alive == 2);
  }
  CHECK(alive == 0);
  CHECK(destroyed_on == js_thread);
}

TEST_CASE("an object that keeps a callback which reaches it lives until the environment ends") {
  const int before = destroyed;
  {
    nh::Environment node = NewEnvironment();
    Store store;
    CHECK(Eval(node, store.module(),
               "const k = new m.Keeper(); k.number = 3; k.keep(() => k.number);"
               "return k.call()") == "3");
    CollectGarbage(node);
    CHECK(Live(node) == 1);
    CHECK(alive == 1);
    CHECK(destroyed == before);
  }
  CHECK(alive == 0);
  CHECK(destroyed == before + 1);
}

TEST_CASE(
    "an object that keeps a callback goes before, once C++ lets go of it or it reaches less") {
  nh::Environment node = NewEnvironment();
  Store store;
  const Module module = store.module();
  const int before = destroyed;
  CHECK(Eval(node, module,
             "const k = new m.Keeper(); k.keep(() => k.number); k.call(); k.forget()") ==
        "undefined");
  CHECK(Eval(node, module,
             "const k = new m.Keeper(); const weak = new WeakRef(k);"
             "k.number = 4; k.keep(() => weak.deref().number); return k.call()") == "4");
  CHECK(Live(node) == 2);
  CollectGarbage(node);
  CHECK(Live(node) == 0);
  CHECK(alive == 0);
  CHECK(destroyed == before + 2);
}

TEST_CASE("objects made and dropped are collected, and counted meanwhile") {
  nh::Environment node = NewEnvironment();
  Store store;
  CHECK(Eval(node, store.module(), "for (let i = 0; i < 100000; i++) new m.Counted()") ==
        "undefined");
  node.RunAsync([](nh::Js&) {}).get();
  CollectGarbage(node);
  CHECK(Live(node) == 0);
  CHECK(alive == 0);
}

TEST_CASE("each of many objects is found by its C++ object, whenever it was made") {
  nh::Environment node = NewEnvironment();
  Store store;
  const Module module = store.module();
  const std::string more =
      "const list = globalThis.list || (globalThis.list = []);"
      "for (let i = 0; i < 700; i++) { const o = new m.Node(); if (i % 3) list.push(o); }"
      "return list.every((o) => o.share() === o && o.self() === o)";
  for (int i = 0; i < 3; ++i) CHECK(Eval(node, module, more) == "true");
  CHECK(Eval(node, module, "list.length = 300; return list.length") == "300");
  CollectGarbage(node);
  CHECK(Live(node) == 300);
  CHECK(Eval(node, module, more) == "true");
  CHECK(Eval(node, module,
             "const c = new m.Counted(), d = new m.Counted(); m.keep(d);"
             "for (let i = 0; i < 1000; i++) new m.Counted();"
             "m.take(c); m.keep(d); return m.kept() === d && m.give() !== c") == "true");
  CHECK(Eval(node, module, "return (list.length = 0)") == "0");
  CollectGarbage(node);
  CHECK(Live(node) == 0);
  store.shared.reset();
  CHECK(alive == 0);
}

TEST_CASE("a million objects are made and dropped in flat memory") {
  nh::Environment node = NewEnvironment();
  Store store;
  const std::string grown = Eval(node, store.module(), R"js(
    const make = (count) => { for (let i = 0; i < count; i++) new m.Counted(); };
    require('v8').setFlagsFromString('--expose-gc');
    const collect = require('vm').runInNewContext('gc');
    make(100_000);
    collect();
    const before = process.memoryUsage();
    make(1_000_000);
    collect();
    const after = process.memoryUsage();
    return [(after.heapUsed - before.heapUsed) / 2 ** 20, (after.rss - before.rss) / 2 ** 20])js");
  const std::size_t comma = grown.find(',');
  CHECK(std::stod(grown) < 4);
  CHECK(std::stod(grown.substr(comma + 1)) < 100.0 + test::kQuarantineMiB);
}

TEST_CASE("the garbage collector reckons with the memory that an object says it has") {
  nh::Environment node = NewEnvironment();
  // Nothing else here makes V8 collect: the objects themselves are small.
  Eval(node, Module{}, "for (let i = 0; i < 300; ++i) new m.Heavy()");
  node.RunAsync([](nh::Js&) {}).get();
  CHECK(Live(node) < 200);
}

TEST_CASE("an object may be made again for the same C++ object before the old one is freed") {
  Store store;
  nh::Environment node = NewEnvironment();
  const Module module = store.module();
  Eval(node, module, "m.keep(new m.Counted())");
  CHECK(Eval(node, module,
             "require('v8').setFlagsFromString('--expose-gc');"
             "require('vm').runInNewContext('gc')(); const c = m.kept(); c.number = 6;"
             "globalThis.c = c; return c === m.kept()") == "true");
  CollectGarbage(node);
  CHECK(Eval(node, module, "return [c === m.kept(), c.number]") == "true,6");
  CHECK(Live(node) == 1);
  node.Stop();
  store.shared.reset();
  CHECK(alive == 0);
}

TEST_CASE("an object that waits to be freed is not found again, however many others are made") {
  Store store;
  nh::Environment node = NewEnvironment();
  const Module module = store.module();
  node.Run([](nh::Js& js) {
    js.Global().Set("live", [](nh::Js& inner) { return static_cast<double>(inner.CppObjects()); });
  });
  Eval(node, module, "m.keep(new m.Counted())");
  // What a collection that V8 begins by itself has found is freed in a later turn.
  CHECK(Eval(node, module, R"js(
    const isMadeAgain = () => { m.kept(); return live() > 1; };
    const garbage = [];
    for (let i = 0; i < 20_000 && !isMadeAgain(); i++) garbage[i % 2_000] = new Array(1_000).fill(i);
    const object = m.kept();
    const waits = live() > 1;
    globalThis.others = Array.from({ length: 100 }, () => new m.Counted());
    return [waits, object === m.kept()])js") == "true,true");
  node.Stop();
  store.shared.reset();
  CHECK(alive == 0);
}

TEST_CASE("an object that JavaScript cannot be given is freed") {
  nh::Environment node = NewEnvironment();
  Store store;
  CHECK(Eval(node, store.module(), "new m.Unweighed()") == "Error: nobody knows how many");
  CHECK(alive == 0);
  CHECK(Live(node) == 0);
}

TEST_CASE("a constructor that throws leaves nothing behind") {
  nh::Environment node = NewEnvironment();
  Store store;
  Eval(node, store.module(), "try { new m.Counted({}) } catch {}");
  CollectGarbage(node);
  CHECK(alive == 0);
}

TEST_CASE("a destructor that calls JavaScript gets what that throws, also when it has ended") {
  nh::Environment node = NewEnvironment();
  Store store;
  const Module module = store.module();
  Eval(node, module, "new m.Caller(() => { throw new RangeError('too late') })");
  CollectGarbage(node);
  CHECK(Caller::caught.find("RangeError: too late") != std::string::npos);
  Eval(node, module, "globalThis.caller = new m.Caller(() => {})");
  node.Stop();
  CHECK(Caller::caught.find("stopped") != std::string::npos);
}
