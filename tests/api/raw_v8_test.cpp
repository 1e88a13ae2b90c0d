// <nodehost/v8.hpp>: V8 and Node called directly, beside the library's own calls.
#include "nodehost/v8.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <string>

#include "support/host.hpp"

using test::NewEnvironment;

namespace {

v8::Local<v8::String> Text(const nh::RawV8& raw, const char* text) {
  return v8::String::NewFromUtf8(raw.isolate(), text).ToLocalChecked();
}

std::atomic<int> collecting = 0;

// One that garbage is collected by as it goes.
struct Collecting {
  Collecting() { ++collecting; }
  Collecting(const Collecting&) = delete;
  ~Collecting() {
    --collecting;
    v8::Isolate::GetCurrent()->LowMemoryNotification();
  }
};
struct Collectings {
  nh::Class<::Collecting> Collecting;
};

v8::MaybeLocal<v8::Value> Run(const nh::RawV8& raw, const char* code) {
  const auto script = v8::Script::Compile(raw.context(), Text(raw, code)).ToLocalChecked();
  return script->Run(raw.context());
}

}  // namespace

template <>
struct nodehost::Describe<Collecting> {
  static void To(nh::Class<Collecting>& c) { c.Constructor<>(); }
};

TEST_CASE("objects that collect garbage as they go are freed at the end of the environment") {
  {
    nh::Environment node = NewEnvironment();
    node.AddModule({"app:collecting", Collectings{}});
    node.Run([](nh::Js& js) {
      js.Eval(
          "const { Collecting } = require('app:collecting');"
          "globalThis.kept = [new Collecting(), new Collecting()];"
          "for (let i = 0; i < 5; i++) new Collecting()");
    });
    CHECK(collecting == 7);
  }
  CHECK(collecting == 0);
}

TEST_CASE("a value goes from the library to V8 and back, and is the same") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    const nh::Value array = js.Eval("globalThis.list = [1, 2, 3]");
    nh::Value made;
    {
      const nh::RawV8 raw(js);
      const v8::Local<v8::Value> local = raw.Get(array);
      REQUIRE(local->IsArray());
      CHECK(local.As<v8::Array>()->Length() == 3);
      CHECK(raw.Get(nh::Value())->IsUndefined());
      CHECK(raw.Get(js.Eval("41.5"))->NumberValue(raw.context()).FromJust() == 41.5);
      made = raw.Make(Run(raw, "list").ToLocalChecked());
    }
    CHECK(made.StrictEquals(array));
    CHECK(made.Call("join", "-").As<std::string>() == "1-2-3");
  });
}

TEST_CASE("Node's own functions take the environment") {
  std::atomic<int> cleaned = 0;
  {
    nh::Environment node = NewEnvironment();
    node.Run([&](nh::Js& js) {
      const nh::RawV8 raw(js);
      REQUIRE(raw.environment());
      CHECK(node::GetCurrentEventLoop(raw.isolate()) != nullptr);
      node::AddEnvironmentCleanupHook(
          raw.isolate(), [](void* count) { ++*static_cast<std::atomic<int>*>(count); }, &cleaned);
    });
    CHECK(cleaned == 0);
  }
  CHECK(cleaned == 1);
}

TEST_CASE("what V8 throws is for a TryCatch of the program's, and Throw makes a JsError of it") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    const nh::RawV8 raw(js);
    const v8::TryCatch caught(raw.isolate());
    CHECK(Run(raw, "throw new RangeError('raw')").IsEmpty());
    REQUIRE(caught.HasCaught());
    CHECK_THROWS_WITH_AS(raw.Throw(caught), doctest::Contains("raw"), nh::JsError);
    // The library's own calls have a TryCatch each meanwhile.
    CHECK_THROWS_WITH_AS(js.Eval("throw new Error('ours')"), doctest::Contains("ours"),
                         nh::JsError);
    CHECK(js.Eval("1 + 1").As<int>() == 2);
  });
  CHECK(node.Run([](nh::Js& js) { return js.Eval("2 + 2").As<int>(); }) == 4);
}

TEST_CASE("what nothing catches is an uncaught exception, not one of a later call's") {
  std::string uncaught;
  nh::Environment node =
      test::Platform().CreateEnvironment({.on_uncaught = [&](const nh::JsError& error) {
        uncaught = error.what();
        return nh::UncaughtAction::kContinue;
      }});
  node.Run([](nh::Js& js) {
    {
      const nh::RawV8 raw(js);
      CHECK(Run(raw, "throw new Error('left lying')").IsEmpty());
    }
    CHECK(js.Eval("1 + 1").As<int>() == 2);
  });
  CHECK(uncaught.find("left lying") != std::string::npos);
}

TEST_CASE("in a function that JavaScript calls, what V8 throws goes to that JavaScript") {
  nh::Environment node = NewEnvironment();
  const std::function<void()> raise = [&] {
    node.Run([](nh::Js& js) {
      const nh::RawV8 raw(js);
      raw.isolate()->ThrowException(v8::Exception::Error(Text(raw, "up")));
    });
  };
  const auto message = node.Run([&](nh::Js& js) {
    js.Global().Set("raise", raise);
    return js.Eval("try { raise(); 'nothing' } catch (e) { e.message }").As<std::string>();
  });
  CHECK(message == "up");
}

TEST_CASE("scopes nest, and each end gives the job its TryCatch back") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    for (int i = 0; i < 3; ++i) {
      const nh::RawV8 outer(js);
      const nh::RawV8 inner(js);
      CHECK(inner.context() == outer.context());
    }
    CHECK_THROWS_AS(js.Eval("throw 1"), nh::JsError);
  });
}

TEST_CASE("off the JS thread and for another environment's value: WrongThread") {
  nh::Environment one = NewEnvironment();
  nh::Environment two = NewEnvironment();
  one.Run([&](nh::Js& js) {
    const nh::Value here = js.Global();
    two.Run([&](nh::Js& there) {
      CHECK_THROWS_AS(nh::RawV8{js}, nh::WrongThread);
      const nh::RawV8 raw(there);
      CHECK_THROWS_AS(raw.Get(here), nh::WrongThread);
    });
  });
}
