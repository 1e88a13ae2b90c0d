// Where a handle may be used, where it may go, and how long it keeps its value (I1, I3, I5).
#include <doctest/doctest.h>

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/host.hpp"

using test::ErrorOf;
using test::NewEnvironment;

// I1: these do not leave Run.
static_assert(nh::detail::kHoldsJs<nh::Array>);
static_assert(nh::detail::kHoldsJs<nh::TypedArray<double>>);
static_assert(nh::detail::kHoldsJs<std::vector<nh::Map>>);
static_assert(nh::detail::kHoldsJs<nh::WeakRef<nh::Object>>);
static_assert(nh::detail::kHoldsJs<nh::Deferred>);
static_assert(nh::detail::kHoldsJs<nh::PropertyDescriptor>);
static_assert(nh::detail::kHoldsJs<nh::ValueIterator>);
static_assert(nh::detail::kHoldsJs<std::pair<int, nh::MapIterator>>);
// Types that contain themselves do not make the question endless.
struct Tree {
  int number;
  std::vector<Tree> children;
};
struct Ring {
  std::shared_ptr<Ring> next;
  std::map<int, nh::Array> arrays;
};
static_assert(!nh::detail::kHoldsJs<Tree>);
static_assert(nh::detail::kHoldsJs<std::vector<Ring>>);
static_assert(!nh::detail::kHoldsJs<std::map<std::string, std::vector<int>>>);
static_assert(!nh::detail::kHoldsJs<nh::StructuredClone>);
static_assert(!nh::detail::kHoldsJs<nh::JsErrorData>);  // which contains itself

namespace {

// A handle of each kind. They leave Run by reference, which no program should do.
struct Handles {
  nh::Value value;
  nh::Value number;
  nh::Object object;
  nh::Function function;
  nh::Map map;
  nh::Set set;
  nh::Iterator iterator;
  nh::BigInt big;
  nh::Promise promise;
  nh::Date date;
  nh::Proxy proxy;
  nh::ArrayBuffer buffer;
  nh::TypedArray<double> array;
  nh::DataView view;
  nh::WeakRef<> weak;
};

void Fill(nh::Js& js, Handles& handles) {
  handles.value = js.Eval("'text'");
  handles.number = js.Eval("5");
  handles.object = nh::Object::New(js);
  handles.function = js.Eval("(() => 1)").As<nh::Function>();
  handles.map = nh::Map::New(js);
  handles.set = nh::Set::New(js);
  handles.iterator = js.Eval("[1, 2]").Iterate();
  handles.big = nh::BigInt::New(js, 5);
  handles.promise = nh::Promise::New(js).promise;
  handles.date = nh::Date::New(js, 0);
  handles.proxy = nh::Proxy::New(handles.object, handles.object);
  handles.buffer = nh::ArrayBuffer::New(js, 8);
  handles.array = nh::TypedArray<double>::New(handles.buffer);
  handles.view = nh::DataView::New(handles.buffer);
  handles.weak = nh::WeakRef<>(handles.object);
}

// Every way into the engine, each of which must throw E.
template <class E>
void CheckAllThrow(const Handles& handles) {
  CHECK_THROWS_AS(handles.value["length"], E);
  CHECK_THROWS_AS(handles.value[0], E);
  CHECK_THROWS_AS(handles.value.As<std::string>(), E);
  CHECK_THROWS_AS(handles.number.As<double>(), E);
  CHECK_THROWS_AS(handles.number.As<int>(), E);
  CHECK_THROWS_AS(handles.value.TryAs<int>(), E);
  CHECK_THROWS_AS(handles.value.Is<nh::Array>(), E);
  CHECK_THROWS_AS(handles.number.Is<double>(), E);
  CHECK_THROWS_AS(handles.value.IsNull(), E);
  CHECK_THROWS_AS(handles.value.TypeOf(), E);
  CHECK_THROWS_AS(handles.value.StrictEquals(handles.value), E);
  CHECK_THROWS_AS(handles.value.begin(), E);
  CHECK_THROWS_AS(handles.object.Set("x", 1), E);
  CHECK_THROWS_AS(handles.object.Call("toString"), E);
  CHECK_THROWS_AS(handles.object.Keys(), E);
  CHECK_THROWS_AS(handles.function(), E);
  CHECK_THROWS_AS(handles.function.Construct(), E);
  CHECK_THROWS_AS(handles.map.Get(1), E);
  CHECK_THROWS_AS(handles.set.size(), E);
  CHECK_THROWS_AS(handles.iterator.Next(), E);
  CHECK_THROWS_AS(handles.big.ToInt64(), E);
  CHECK_THROWS_AS(handles.promise.state(), E);
  CHECK_THROWS_AS(handles.date.milliseconds(), E);
  CHECK_THROWS_AS(handles.proxy.target(), E);
  CHECK_THROWS_AS(handles.buffer.data(), E);
  CHECK_THROWS_AS(handles.buffer.Detach(), E);
  CHECK_THROWS_AS(handles.array.length(), E);
  CHECK_THROWS_AS(handles.view.Get<double>(0), E);
  CHECK_THROWS_AS(handles.weak.Lock(), E);
  CHECK_THROWS_AS(nh::WeakRef<>(handles.object), E);
  CHECK_THROWS_AS(nh::StructuredClone(handles.value), E);
  CHECK_THROWS_AS(nh::Json::Stringify(handles.value), E);
}

}  // namespace

TEST_CASE("Handles: every use on another thread throws WrongThread") {
  nh::Environment node = NewEnvironment();
  Handles handles;
  node.Run([&](nh::Js& js) { Fill(js, handles); });
  CheckAllThrow<nh::WrongThread>(handles);
}

TEST_CASE("Handles: after the environment every use throws, and destruction is a no-op") {
  Handles handles;
  {
    nh::Environment node = NewEnvironment();
    node.Run([&](nh::Js& js) { Fill(js, handles); });
  }
  CheckAllThrow<nh::EnvironmentStopped>(handles);  // on no thread would they do any more
  Handles copy = handles;
  std::thread([moved = std::move(copy)] {}).join();
  handles = Handles();
}

TEST_CASE("Handles: copied, moved and destroyed on many threads while JavaScript runs") {
  nh::Environment node = NewEnvironment();
  std::optional<Handles> handles(std::in_place);
  node.Run([&](nh::Js& js) { Fill(js, *handles); });
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, mine = *handles]() mutable {
      for (int i = 0; i < 2000; ++i) {
        Handles copy = mine;
        mine = std::move(copy);
      }
    });
  }
  std::thread runner([&] {
    while (!stop) {
      node.Run([](nh::Js& js) {
        std::vector<nh::Value> values;
        for (int i = 0; i < 100; ++i) values.push_back(nh::Object::New(js));
      });
    }
  });
  for (std::thread& thread : threads) thread.join();
  stop = true;
  runner.join();
  CHECK(node.Run([&](nh::Js&) { return handles->value.As<std::string>(); }) == "text");
  handles.reset();
}

TEST_CASE("Handles: one of another environment is refused wherever it is handed in") {
  nh::Environment one = NewEnvironment();
  nh::Environment other = NewEnvironment();
  nh::Object foreign;
  nh::Value number;
  one.Run([&](nh::Js& js) {
    foreign = nh::Object::New(js);
    number = js.Eval("5");
  });
  other.Run([&](nh::Js& js) {
    CHECK_THROWS_WITH_AS(js.Global().Set("x", foreign),
                         "A Value of environment \"nodehost\" was handed to environment "
                         "\"nodehost\". Values stay in their environment; hand over data.",
                         nh::WrongThread);
    const nh::Object here = nh::Object::New(js);
    CHECK_THROWS_AS(here.Set("x", number), nh::WrongThread);
    CHECK_THROWS_AS(here[foreign], nh::WrongThread);
    CHECK_THROWS_AS(here.StrictEquals(foreign), nh::WrongThread);
    CHECK_THROWS_AS(here.InstanceOf(foreign), nh::WrongThread);
    CHECK_THROWS_AS(here.Call("toString", foreign), nh::WrongThread);
    CHECK_THROWS_AS(nh::Map::New(js).Get(foreign), nh::WrongThread);
    CHECK_THROWS_AS(nh::Proxy::New(here, foreign), nh::WrongThread);
    CHECK_THROWS_AS(foreign["x"], nh::WrongThread);
    CHECK_THROWS_AS(number.As<double>(), nh::WrongThread);
  });
}

TEST_CASE("Handles: an empty Value is a TypeError on every thread") {
  const nh::Value nothing;
  CHECK(ErrorOf([&] { nothing["x"]; }).name() == "TypeError");
  CHECK(ErrorOf([&] { nothing(); }).name() == "TypeError");
  CHECK(ErrorOf([&] { nothing.As<int>(); }).name() == "TypeError");
  CHECK(ErrorOf([&] { nothing.TypeOf(); }).name() == "TypeError");
  CHECK(ErrorOf([&] { nothing.Set("x", 1); }).name() == "TypeError");
}

TEST_CASE("WeakRef: the value goes when nothing else holds it, and a Value holds it") {
  nh::NodejsPlatform platform({.node_options = {"--expose-gc"}});
  nh::Environment node = platform.CreateEnvironment();
  nh::WeakRef<nh::Array> held;
  nh::WeakRef<nh::Array> loose;
  nh::Array keeper;
  node.Run([&](nh::Js& js) {
    keeper = nh::Array::Of(js, 1, 2);
    held = nh::WeakRef(keeper);
    loose = nh::WeakRef(nh::Array::Of(js, 3));
    CHECK(loose.Lock().has_value());
  });
  node.Run([&](nh::Js& js) {
    js.Eval("gc()");
    CHECK_FALSE(loose.Lock().has_value());
    REQUIRE(held.Lock().has_value());
    CHECK(held.Lock()->StrictEquals(keeper));
    CHECK(held.Lock()->length() == 2);
    const nh::WeakRef<nh::Array> copy = held;
    keeper = nh::Array();
    const std::optional<nh::Array> locked = copy.Lock();
    js.Eval("gc()");
    CHECK(held.Lock().has_value());  // the locked one keeps it
  });
  node.Run([&](nh::Js& js) {
    js.Eval("gc()");
    CHECK_FALSE(held.Lock().has_value());
  });
}

TEST_CASE("Handles: thousands made and dropped do not pile up") {
  nh::NodejsPlatform platform({.node_options = {"--expose-gc"}});
  nh::Environment node = platform.CreateEnvironment();
  node.Run([&](nh::Js& js) {
    js.Eval(
        "globalThis.made = 0; globalThis.gone = 0;"
        "globalThis.registry = new FinalizationRegistry(() => { ++gone })");
    const nh::Value make =
        js.Eval("() => { const o = {}; ++made; registry.register(o); return o }");
    for (int i = 0; i < 10000; ++i) make();
  });
  // Finalizers run in a task of their own, after the collection.
  int gone = 0;
  for (int i = 0; i < 1000 && gone < 10000; ++i) {
    node.Run([](nh::Js& js) { js.Eval("gc()"); });
    gone = node.Run([](nh::Js& js) { return js.Eval("gone").As<int>(); });
  }
  CHECK(gone == 10000);
}
