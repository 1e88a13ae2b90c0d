// Map, Set, iteration, symbols, bigints, dates, regular expressions, promises and errors as
// handles.
#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/host.hpp"

using test::ErrorOf;
using test::NewEnvironment;

TEST_CASE("Map: every member") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::Map map = nh::Map::New(js);
    const nh::Object key = nh::Object::New(js);
    map.Set("a", 1);
    map.Set(2, "two");
    map.Set(key, map);
    map.Set(std::numeric_limits<double>::quiet_NaN(), "nan");
    CHECK(map.size() == 4);
    CHECK(map.Get("a").As<int>() == 1);
    CHECK(map.Get(key).StrictEquals(map));
    CHECK(map.Get(js.Eval("NaN")).As<std::string>() == "nan");
    CHECK(map.Get("none").IsUndefined());
    CHECK(map.Has(2));
    CHECK_FALSE(map.Has("2"));
    CHECK(map.Delete(2));
    CHECK_FALSE(map.Delete(2));
    map.Value::Set("property", 5);
    CHECK(map["property"].As<int>() == 5);
    std::string seen;
    for (const auto& [k, item] : map) seen += k.TypeOf() + "=" + item.TypeOf() + " ";
    CHECK(seen == "string=number object=object number=string ");
    map.Clear();
    CHECK(map.size() == 0);
    CHECK(map.InstanceOf(js.Global()["Map"]));
  });
}

TEST_CASE("Set: every member") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::Set set = nh::Set::New(js);
    set.Add(1);
    set.Add("two");
    set.Add(1);
    CHECK(set.size() == 2);
    CHECK(set.Has("two"));
    CHECK_FALSE(set.Has(2));
    std::string seen;
    for (const nh::Value& item : set) seen += item.ToString() + " ";
    CHECK(seen == "1 two ");
    CHECK(set.Delete(1));
    CHECK_FALSE(set.Delete(1));
    set.Clear();
    CHECK(set.size() == 0);
  });
}

TEST_CASE("Map and Set do not run what a program put on their prototypes later") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::Map map = nh::Map::New(js);
    js.Eval("Map.prototype.get = Map.prototype.set = () => { throw new Error('patched') }");
    map.Set("a", 1);
    CHECK(map.Get("a").As<int>() == 1);
  });
}

TEST_CASE("Iteration: over anything iterable") {
  NewEnvironment().Run([](nh::Js& js) {
    const auto all = [](const nh::Value& value) {
      std::string text;
      for (const nh::Value& item : value) text += item.ToString() + ";";
      return text;
    };
    CHECK(all(js.Eval("[1, , 3]")) == "1;undefined;3;");
    CHECK(all(js.Eval("'a😀b'")) == "a;😀;b;");
    CHECK(all(js.Eval("new Uint8Array([7, 8])")) == "7;8;");
    CHECK(all(js.Eval("(function* () { yield 1; yield* [2, 3] })()")) == "1;2;3;");
    CHECK(all(js.Eval("new Map([[1, 2]]).keys()")) == "1;");
    CHECK(all(js.Eval("[]")).empty());
    CHECK(ErrorOf([&] { all(js.Eval("({})")); }).message() == "object is not iterable");
    CHECK(ErrorOf([&] { all(js.Eval("null")); }).name() == "TypeError");
    CHECK(ErrorOf([&] { all(js.Eval("({ [Symbol.iterator]: () => 5 })")); }).name() == "TypeError");
    CHECK(ErrorOf([&] {
            all(js.Eval("({ [Symbol.iterator]: () => ({ next: () => 5 }) })"));
          }).name() == "TypeError");
  });
}

TEST_CASE("Iteration: leaving early closes the iterator, an error in it does not") {
  NewEnvironment().Run([](nh::Js& js) {
    js.Eval(
        "globalThis.closed = 0; globalThis.count = function* (n) {"
        "  try { for (let i = 0; i < n; ++i) yield i } finally { ++closed } }");
    const nh::Value count = js.Global()["count"];
    for (const nh::Value& item : count(10)) {
      if (item.As<int>() == 3) break;
    }
    CHECK(js.Eval("closed").As<int>() == 1);
    try {
      for (const nh::Value& item : count(10)) item.As<std::string>();
    } catch (const nh::JsError& error) {
      CHECK(error.name() == "TypeError");
    }
    CHECK(js.Eval("closed").As<int>() == 2);
    for (const nh::Value& item : count(2)) static_cast<void>(item);
    CHECK(js.Eval("closed").As<int>() == 3);  // the generator ends by itself

    js.Eval(
        "globalThis.returned = 0; globalThis.bad = { [Symbol.iterator]: () => ({"
        "  next() { throw new RangeError('next') }, return() { ++returned } }) }");
    CHECK(ErrorOf([&] {
            for (const nh::Value& item : js.Global()["bad"]) static_cast<void>(item);
          }).message() == "next");
    CHECK(js.Eval("returned").As<int>() == 0);
    for (const nh::Value& item :
         js.Eval("({ [Symbol.iterator]: () => ({"
                 "  next: () => ({ value: 1 }), return() { throw 1 } }) })")) {
      static_cast<void>(item);
      break;  // what return() throws is ignored
    }
  });
}

TEST_CASE("Iterator: step by step") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::Iterator iterator = js.Eval("['a', undefined]").Iterate();
    CHECK(iterator.Next()->As<std::string>() == "a");
    CHECK(iterator.Next()->IsUndefined());
    CHECK_FALSE(iterator.Next().has_value());
    CHECK_FALSE(iterator.Next().has_value());
    // An iterator without [Symbol.iterator].
    const auto bare = js.Eval("({ n: 0, next() { return { value: ++this.n, done: this.n > 3 } } })")
                          .As<nh::Iterator>();
    int sum = 0;
    for (const nh::Value& item : bare) sum += item.As<int>();
    CHECK(sum == 6);
    bare.Return();  // does nothing where there is no `return`
    const nh::Iterator generator = js.Eval("(function* () { yield 1; yield 2 })()").Iterate();
    generator.Next();
    generator.Return();
    CHECK_FALSE(generator.Next().has_value());
    CHECK(ErrorOf([&] { js.Eval("({})").As<nh::Iterator>().Next(); }).name() == "TypeError");
  });
}

TEST_CASE("Symbol: new, registered, well known") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::Symbol one = nh::Symbol::New(js, "same");
    CHECK_FALSE(one.StrictEquals(nh::Symbol::New(js, "same")));
    CHECK(one.description() == "same");
    CHECK(nh::Symbol::For(js, "key").StrictEquals(nh::Symbol::For(js, "key")));
    CHECK(js.Eval("Symbol()").As<nh::Symbol>().description() == std::nullopt);
    const nh::Symbol iterator = nh::Symbol::WellKnown(js, "iterator");
    CHECK(js.Eval("[]")[iterator].Is<nh::Function>());
    CHECK(ErrorOf([&] { nh::Symbol::WellKnown(js, "none"); }).name() == "TypeError");
    CHECK(ErrorOf([&] { nh::Symbol::WellKnown(js, "for"); }).name() == "TypeError");
  });
}

TEST_CASE("BigInt: every size") {
  NewEnvironment().Run([](nh::Js& js) {
    constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
    constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
    constexpr auto kUnsigned = std::numeric_limits<std::uint64_t>::max();
    for (const std::int64_t number : {kMin, kMin + 1, std::int64_t{-1}, std::int64_t{0}, kMax}) {
      const nh::BigInt big = nh::BigInt::New(js, number);
      CHECK(big.ToInt64() == number);
      CHECK(big.ToText() == std::to_string(number));
    }
    CHECK(nh::BigInt::New(js, kUnsigned).ToUint64() == kUnsigned);
    CHECK(nh::BigInt::New(js, kUnsigned).ToInt64() == std::nullopt);
    CHECK(nh::BigInt::New(js, -1).ToUint64() == std::nullopt);
    CHECK(js.Eval("2n ** 63n").As<nh::BigInt>().ToInt64() == std::nullopt);
    CHECK(js.Eval("-(2n ** 63n)").As<nh::BigInt>().ToInt64() == kMin);
    CHECK(js.Eval("-(2n ** 63n) - 1n").As<nh::BigInt>().ToInt64() == std::nullopt);
    CHECK(js.Eval("2n ** 64n").As<nh::BigInt>().ToUint64() == std::nullopt);

    const nh::BigInt::Words words = js.Eval("-(2n ** 64n) - 5n").As<nh::BigInt>().ToWords();
    CHECK(words.negative);
    CHECK(words.words == std::vector<std::uint64_t>{5, 1});
    CHECK(nh::BigInt::New(js, words).ToText() == "-18446744073709551621");
    CHECK(nh::BigInt::New(js, nh::BigInt::Words{}).ToText() == "0");
    CHECK(nh::BigInt::Parse(js, "0xff").ToText(16) == "ff");
    CHECK(ErrorOf([&] { nh::BigInt::Parse(js, "1.5"); }).name() == "SyntaxError");
    CHECK(ErrorOf([&] { nh::BigInt::New(js, 1).ToText(1); }).name() == "RangeError");
    const nh::BigInt::Words huge{.words = std::vector<std::uint64_t>((1 << 24) + 1, 1)};
    CHECK(ErrorOf([&] { nh::BigInt::New(js, huge); }).name() == "RangeError");
    CHECK_FALSE(js.Eval("5").Is<nh::BigInt>());
  });
}

TEST_CASE("Date: times, and none") {
  NewEnvironment().Run([](nh::Js& js) {
    using namespace std::chrono;
    const auto leap = system_clock::time_point(seconds(1709208000));
    const nh::Date date = nh::Date::New(js, leap);
    CHECK(date.ToIsoString() == "2024-02-29T12:00:00.000Z");
    CHECK(date.time() == leap);
    CHECK(nh::Date::New(js, system_clock::time_point(-microseconds(1))).milliseconds() == -1);
    CHECK(js.Eval("new Date(-1)").As<nh::Date>().time() ==
          system_clock::time_point(-milliseconds(1)));
    const nh::Date invalid = js.Eval("new Date('nonsense')").As<nh::Date>();
    CHECK_FALSE(invalid.IsValid());
    CHECK(std::isnan(invalid.milliseconds()));
    CHECK(ErrorOf([&] { invalid.time(); }).message() == "Invalid Date");
    CHECK(ErrorOf([&] { invalid.ToIsoString(); }).name() == "RangeError");
    const nh::Date latest = nh::Date::New(js, 8.64e15);
    CHECK(latest.IsValid());
    CHECK(ErrorOf([&] { latest.time(); }).name() == "RangeError");
    CHECK_FALSE(nh::Date::New(js, 8.64e15 + 1).IsValid());
  });
}

TEST_CASE("RegExp: test, match, groups, errors") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::RegExp pattern = nh::RegExp::New(js, "(?<year>\\d{4})-(\\d+)", "u");
    CHECK(pattern.source() == "(?<year>\\d{4})-(\\d+)");
    CHECK(pattern.flags() == "u");
    CHECK(pattern.Test("on 2024-02"));
    CHECK_FALSE(pattern.Test("never"));
    const std::optional<nh::Array> match = pattern.Exec("on 2024-02");
    REQUIRE(match.has_value());
    CHECK((*match)[2].As<std::string>() == "02");
    CHECK((*match)["index"].As<int>() == 3);
    CHECK((*match)["groups"]["year"].As<std::string>() == "2024");
    CHECK_FALSE(pattern.Exec("never").has_value());
    const nh::RegExp global = nh::RegExp::New(js, "a", "g");
    CHECK(global.Test("aa"));
    CHECK(global["lastIndex"].As<int>() == 1);
    CHECK(ErrorOf([&] { nh::RegExp::New(js, "("); }).name() == "SyntaxError");
    CHECK(ErrorOf([&] { nh::RegExp::New(js, "a", "?"); }).name() == "SyntaxError");
  });
}

TEST_CASE("Promise: settled from C++, and its state") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    const nh::Deferred good = nh::Promise::New(js);
    CHECK(good.promise.state() == nh::PromiseState::kPending);
    CHECK_THROWS_AS(good.promise.result(), nh::HostError);
    js.Global().Set("promise", good.promise);
    js.Eval("promise.then((x) => { globalThis.got = x })");
    good.Resolve("first");
    good.Resolve("second");
    CHECK(good.promise.state() == nh::PromiseState::kFulfilled);
    CHECK(good.promise.result().As<std::string>() == "first");

    const nh::Deferred bad = nh::Promise::New(js);
    bad.promise.Call("catch", js.Eval("() => {}"));
    bad.Reject(nh::Error::New(js, {.name = "RangeError", .message = "mine"}));
    CHECK(bad.promise.state() == nh::PromiseState::kRejected);
    CHECK(bad.promise.result().As<nh::Error>().message() == "mine");

    const nh::Deferred empty = nh::Promise::New(js);
    empty.Resolve();
    CHECK(empty.promise.result().IsUndefined());
  });
  CHECK(node.Run([](nh::Js& js) { return js.Eval("got").As<std::string>(); }) == "first");
}

TEST_CASE("Error: new, read, and as data") {
  NewEnvironment().Run([](nh::Js& js) {
    const auto cause = std::make_shared<nh::JsErrorData>(nh::JsErrorData{.message = "below"});
    const nh::Error error = nh::Error::New(
        js, {.name = "TypeError", .message = "mine", .code = "E_MINE", .cause = cause});
    CHECK(error.InstanceOf(js.Global()["TypeError"]));
    CHECK(error.name() == "TypeError");
    CHECK(error.message() == "mine");
    CHECK(error["code"].As<std::string>() == "E_MINE");
    CHECK(error.stack().find("TypeError: mine") == 0);
    CHECK(error.cause().As<nh::Error>().message() == "below");
    const nh::JsError data = error.ToJsError();
    CHECK(data.name() == "TypeError");
    CHECK(data.code() == "E_MINE");
    CHECK(data.cause()->message() == "below");

    const nh::Error own = nh::Error::New(js, {.name = "MyError", .message = "m", .stack = "given"});
    CHECK(own.name() == "MyError");
    CHECK(own.stack() == "given");
    CHECK(own.Keys().empty());
    CHECK(own.cause().IsUndefined());
    CHECK_FALSE(js.Eval("({ message: 'looks like one' })").Is<nh::Error>());
    CHECK(js.Eval("new (class extends RangeError {})('x')").Is<nh::Error>());
  });
}

TEST_CASE("Json: both ways") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::Value value = nh::Json::Parse(js, R"({"a":[1,null,"ü😀"],"__proto__":5})");
    CHECK(value["a"][2].As<std::string>() == "ü😀");
    CHECK(value.As<nh::Object>().HasOwn("__proto__"));
    CHECK(nh::Json::Stringify(value) == R"({"a":[1,null,"ü😀"],"__proto__":5})");
    CHECK(nh::Json::Stringify(js.Eval("[1]"), 2) == "[\n  1\n]");
    CHECK(nh::Json::Stringify(js.Eval("({ toJSON: () => 'custom' })")) == "\"custom\"");
    CHECK(nh::Json::Stringify(js.Eval("undefined")) == std::nullopt);
    CHECK(nh::Json::Stringify(nh::Value()) == std::nullopt);
    CHECK(nh::Json::Stringify(js.Eval("'\\ud800'")) == "\"\\ud800\"");
    CHECK(ErrorOf([&] { nh::Json::Parse(js, "{\"a\":"); }).name() == "SyntaxError");
    CHECK(ErrorOf([&] { nh::Json::Parse(js, ""); }).name() == "SyntaxError");
    CHECK(ErrorOf([&] { nh::Json::Stringify(js.Eval("const r = {}; r.r = r; r")); }).name() ==
          "TypeError");
    CHECK(ErrorOf([&] { nh::Json::Stringify(js.Eval("5n")); }).name() == "TypeError");
  });
}
