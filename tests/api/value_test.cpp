// Value: what any handle can do - read, convert, compare, coerce - and what an empty one says.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "support/host.hpp"

using test::ErrorOf;
using test::NewEnvironment;

TEST_CASE("Value: properties are read by name, index and symbol, and to any depth") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::Value value = js.Eval("({ a: { b: [0, 1, 2, 'three'] }, [Symbol.for('s')]: 5 })");
    CHECK(value["a"]["b"][3].As<std::string>() == "three");
    CHECK(value[std::string("a")]["b"]["length"].As<int>() == 4);
    CHECK(value[nh::Symbol::For(js, "s")].As<int>() == 5);
    CHECK(value["missing"].IsUndefined());
  });
}

TEST_CASE("Value: a key means what it means in JavaScript") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::Value value = js.Eval(
        "({ '-1': 'minus', 4294967294: 'last', 4294967295: 'beyond', 1.5: 'half', true: 't' })");
    CHECK(value[-1].As<std::string>() == "minus");
    CHECK(value[4294967294u].As<std::string>() == "last");
    CHECK(value[4294967295u].As<std::string>() == "beyond");
    CHECK(value[std::int64_t{4294967295}].As<std::string>() == "beyond");
    CHECK(value[nh::Value::From(js, 1.5)].As<std::string>() == "half");
    CHECK(value[nh::Value::From(js, true)].As<std::string>() == "t");
    const nh::Value array = js.Eval("[1, 2]");
    CHECK(array[-1].IsUndefined());
    CHECK(array[2].IsUndefined());
    CHECK(array["1"].As<int>() == 2);
  });
}

TEST_CASE("Value: names of every length are told apart") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::Value object = js.Eval("globalThis.o = {}");
    std::string name;
    for (int i = 0; i < 200; ++i) {
      object.Set(name, i);
      name += static_cast<char>('a' + i % 26);
    }
    object.Set("12345678_12345678", 1000);  // the same first and last eight bytes
    object.Set("12345678-12345678", 1001);
    object.Set(std::string_view("nul\0l", 5), 1002);
    object.Set("größe", 1003);
    name.clear();
    for (int i = 0; i < 200; ++i) {
      CHECK(object[name].As<int>() == i);
      name += static_cast<char>('a' + i % 26);
    }
    CHECK(object["12345678_12345678"].As<int>() == 1000);
    CHECK(object["12345678-12345678"].As<int>() == 1001);
    CHECK(js.Eval("o['nul\\0l']").As<int>() == 1002);
    CHECK(js.Eval("o['größe']").As<int>() == 1003);
  });
}

TEST_CASE(
    "Value: primitives have the properties of their prototypes; undefined and null have none") {
  NewEnvironment().Run([](nh::Js& js) {
    CHECK(js.Eval("'text'")["length"].As<int>() == 4);
    CHECK(js.Eval("'text'")[1].As<std::string>() == "e");
    CHECK(js.Eval("(5)")["toFixed"].Is<nh::Function>());
    CHECK(ErrorOf([&] { js.Eval("null")["x"]; }).message() ==
          "Cannot read properties of null (reading 'x')");
    CHECK(ErrorOf([&] { js.Eval("undefined")[7]; }).message() ==
          "Cannot read properties of undefined (reading '7')");
    CHECK(ErrorOf([&] { js.Eval("null")[nh::Symbol::New(js, "s")]; }).message() ==
          "Cannot read properties of null (reading 'Symbol(s)')");
    CHECK(ErrorOf([&] { js.Eval("null").Set("x", 1); }).name() == "TypeError");
    CHECK(ErrorOf([&] { js.Eval("'text'").Set("x", 1); }).name() == "TypeError");
  });
}

TEST_CASE("Value: what a getter and a setter throw comes out") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::Value value = js.Eval(
        "({ get bad() { throw new RangeError('no get') }, set bad(x) { throw new SyntaxError('no "
        "set') } })");
    CHECK(ErrorOf([&] { value["bad"]; }).name() == "RangeError");
    CHECK(ErrorOf([&] { value.Set("bad", 1); }).name() == "SyntaxError");
    CHECK(ErrorOf([&] { value.Call("bad"); }).name() == "RangeError");
  });
}

TEST_CASE("Value: Set writes any C++ data and any handle") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::Value object = js.Eval("globalThis.object = {}");
    object.Set("number", 1.5);
    object.Set("text", "literal");
    object.Set(3, std::vector{1, 2});
    object.Set(nh::Symbol::For(js, "s"), object);
    CHECK(js.Eval("object.number === 1.5 && object.text === 'literal' && object[3][1] === 2 && "
                  "object[Symbol.for('s')] === object")
              .As<bool>());
  });
}

// An assignment to a property would be lost: it must not compile.
static_assert(!std::is_assignable_v<nh::Value, nh::Value>);
static_assert(std::is_assignable_v<nh::Value&, nh::Value>);
static_assert(sizeof(nh::TypedArray<double>) == sizeof(nh::Value));

TEST_CASE("Value: As, TryAs and Is agree") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::Value text = js.Eval("'x'");
    CHECK(text.Is<std::string>());
    CHECK(text.TryAs<std::string>() == "x");
    CHECK_FALSE(text.Is<double>());
    CHECK(text.TryAs<double>() == std::nullopt);
    CHECK_FALSE(text.Is<nh::Array>());
    CHECK_FALSE(text.TryAs<nh::Array>().has_value());
    CHECK(text.Is<nh::Value>());
    CHECK(ErrorOf([&] { text.As<nh::Array>(); }).message() ==
          "value: expected Array, got string \"x\"");
    CHECK(js.Eval("300").Is<int>());
    CHECK_FALSE(js.Eval("300").Is<std::uint8_t>());
    const auto arrays = js.Eval("[[1], [2, 3]]").As<std::vector<nh::Array>>();
    CHECK(arrays[1].length() == 2);
    CHECK(ErrorOf([&] { js.Eval("[[1], 2]").As<std::vector<nh::Array>>(); }).message() ==
          "value[1]: expected Array, got number 2");
    CHECK(js.Eval("undefined").As<std::optional<nh::Array>>().has_value() == false);
  });
}

TEST_CASE("Value: TryAs throws what a getter throws") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::Value array = js.Eval(
        "const a = [1]; Object.defineProperty(a, 0, "
        "{ get() { throw new Error('mine') } }); a");
    CHECK(ErrorOf([&] { array.TryAs<std::vector<int>>(); }).message() == "mine");
  });
}

TEST_CASE("Value: each class is told from the others") {
  NewEnvironment().Run([](nh::Js& js) {
    const auto count = [](const nh::Value& value) {
      return int{value.Is<nh::Array>()} + value.Is<nh::Function>() + value.Is<nh::Promise>() +
             value.Is<nh::Error>() + value.Is<nh::Date>() + value.Is<nh::RegExp>() +
             value.Is<nh::Map>() + value.Is<nh::Set>() + value.Is<nh::Symbol>() +
             value.Is<nh::BigInt>() + value.Is<nh::Proxy>() + value.Is<nh::ArrayBuffer>() +
             value.Is<nh::SharedArrayBuffer>() + value.Is<nh::DataView>() +
             value.Is<nh::TypedArray<std::int8_t>>() + value.Is<nh::TypedArray<std::int16_t>>() +
             value.Is<nh::TypedArray<std::int32_t>>() + value.Is<nh::TypedArray<std::int64_t>>() +
             value.Is<nh::TypedArray<std::uint8_t>>() + value.Is<nh::TypedArray<std::uint16_t>>() +
             value.Is<nh::TypedArray<std::uint32_t>>() + value.Is<nh::TypedArray<std::uint64_t>>() +
             value.Is<nh::TypedArray<float>>() + value.Is<nh::TypedArray<double>>() +
             value.Is<nh::TypedArray<nh::Clamped>>();
    };
    CHECK(count(js.Eval("({})")) == 0);
    CHECK(count(js.Eval("5")) == 0);
    CHECK(js.Eval("new Proxy({}, {})").Is<nh::Proxy>());
    CHECK(count(js.Eval("new Proxy({}, {})")) == 1);
    const nh::Array all =
        js.Eval(
              "[[], () => 1, Promise.resolve(), new TypeError, new Date, /x/, new Map, new Set,"
              "new ArrayBuffer(1), new SharedArrayBuffer(1), new DataView(new ArrayBuffer(1)),"
              "new Int8Array, new Int16Array, new Int32Array, new BigInt64Array, Buffer.alloc(1),"
              "new Uint16Array, new Uint32Array, new BigUint64Array, new Float32Array,"
              "new Float64Array, new Uint8ClampedArray]")
            .As<nh::Array>();
    for (const nh::Value& value : all) {
      CHECK(count(value) == 1);
      CHECK(value.Is<nh::Object>());
    }
    CHECK(count(js.Eval("Symbol()")) == 1);
    CHECK(count(js.Eval("5n")) == 1);
    CHECK_FALSE(js.Eval("5n").Is<nh::Object>());
  });
}

TEST_CASE("Value: calls, method calls and construction") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::Value add =
        js.Eval("(function (a, b) { 'use strict'; return this === undefined ? a + b : -1 })");
    CHECK(add(1, 2).As<int>() == 3);
    CHECK(add("a", "b").As<std::string>() == "ab");
    const nh::Value object = js.Eval(
        "({ n: 2, times(x) { return this.n * x }, [Symbol.for('f')]() { return this.n }, 7: () => "
        "'seven' })");
    CHECK(object.Call("times", 21).As<int>() == 42);
    CHECK(object.Call(nh::Symbol::For(js, "f")).As<int>() == 2);
    CHECK(object.Call(7).As<std::string>() == "seven");
    CHECK(js.Eval("(class P { constructor(x, y) { this.sum = x + y } })")
              .Construct(1, 2)["sum"]
              .As<int>() == 3);
    CHECK(ErrorOf([&] { object.Call("nothing"); }).name() == "TypeError");
    CHECK(ErrorOf([&] { object(); }).name() == "TypeError");
    CHECK(ErrorOf([&] { object.Construct(); }).name() == "TypeError");
    CHECK(ErrorOf([&] { js.Eval("() => 1").Construct(); }).name() == "TypeError");
    CHECK(ErrorOf([&] { js.Eval("(() => { throw new RangeError('mine') })")(); }).name() ==
          "RangeError");
  });
}

TEST_CASE("Value: equality is ===, and sameness is Object.is") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::Value object = js.Eval("globalThis.o = {}");
    CHECK(object.StrictEquals(js.Eval("o")));
    CHECK_FALSE(object.StrictEquals(js.Eval("({})")));
    CHECK(js.Eval("'ab'").StrictEquals(nh::Value::From(js, "ab")));
    CHECK_FALSE(js.Eval("1").StrictEquals(js.Eval("'1'")));
    CHECK_FALSE(js.Eval("NaN").StrictEquals(js.Eval("NaN")));
    CHECK(js.Eval("NaN").SameValue(js.Eval("NaN")));
    CHECK(js.Eval("0").StrictEquals(js.Eval("-0")));
    CHECK_FALSE(js.Eval("0").SameValue(js.Eval("-0")));
    CHECK(nh::Value().StrictEquals(js.Eval("undefined")));
  });
}

TEST_CASE("Value: typeof and instanceof") {
  NewEnvironment().Run([](nh::Js& js) {
    CHECK(js.Eval("null").TypeOf() == "object");
    CHECK(js.Eval("undefined").TypeOf() == "undefined");
    CHECK(js.Eval("(() => 1)").TypeOf() == "function");
    CHECK(js.Eval("5n").TypeOf() == "bigint");
    CHECK(js.Eval("new Map").InstanceOf(js.Global()["Map"]));
    CHECK_FALSE(js.Eval("new Map").InstanceOf(js.Global()["Set"]));
    CHECK_FALSE(js.Eval("5").InstanceOf(js.Global()["Number"]));
    CHECK(ErrorOf([&] { js.Eval("5").InstanceOf(js.Eval("({})")); }).name() == "TypeError");
    CHECK(js.Eval("null").IsNull());
    CHECK_FALSE(js.Eval("null").IsUndefined());
    CHECK(js.Eval("null").IsNullish());
    CHECK_FALSE(js.Eval("0").IsNullish());
  });
}

TEST_CASE("Value: coercions are JavaScript's") {
  NewEnvironment().Run([](nh::Js& js) {
    CHECK_FALSE(js.Eval("''").ToBoolean());
    CHECK(js.Eval("[]").ToBoolean());
    CHECK(js.Eval("'0x10'").ToNumber() == 16);
    CHECK(js.Eval("({ valueOf: () => 7 })").ToNumber() == 7);
    CHECK(js.Eval("[1, [2, 3]]").ToString() == "1,2,3");
    CHECK(js.Eval("-0").ToString() == "0");
    CHECK(js.Eval("'text'").ToObject().TypeOf() == "object");
    CHECK(ErrorOf([&] { js.Eval("5n").ToNumber(); }).name() == "TypeError");
    CHECK(ErrorOf([&] { js.Eval("Symbol()").ToString(); }).name() == "TypeError");
    CHECK(ErrorOf([&] { js.Eval("null").ToObject(); }).name() == "TypeError");
    CHECK(ErrorOf([&] {
            js.Eval("({ toString() { throw new RangeError } })").ToString();
          }).name() == "RangeError");
  });
}

TEST_CASE("Value: a default-constructed one is undefined") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::Value nothing;
    CHECK(nothing.IsUndefined());
    CHECK(nothing.TypeOf() == "undefined");
    CHECK(nothing.ToString() == "undefined");
    CHECK_FALSE(nothing.ToBoolean());
    CHECK(nothing.As<std::optional<int>>() == std::nullopt);
    CHECK(nothing.TryAs<int>() == std::nullopt);
    CHECK(ErrorOf([&] { nothing["x"]; }).name() == "TypeError");
    CHECK(ErrorOf([&] { nothing.Set("x", 1); }).name() == "TypeError");
    CHECK(ErrorOf([&] { nothing.As<double>(); }).message() ==
          "value: expected number, got undefined");
    CHECK(ErrorOf([&] { nothing.ToObject(); }).name() == "TypeError");
    CHECK(ErrorOf([&] { nothing.Iterate(); }).name() == "TypeError");
    CHECK(ErrorOf([&] { nothing(); }).name() == "TypeError");
    CHECK(ErrorOf([&] { nothing.Call("x"); }).name() == "TypeError");
    CHECK(ErrorOf([&] { nothing.Construct(); }).name() == "TypeError");
    js.Global().Set("nothing", nothing);
    CHECK(js.Eval("nothing === undefined").As<bool>());
  });
}

TEST_CASE("Value: typed handles that hold nothing throw TypeErrors") {
  NewEnvironment().Run([](nh::Js&) {
    CHECK(ErrorOf([&] { nh::Object().Keys(); }).name() == "TypeError");
    CHECK(ErrorOf([&] { nh::Array().length(); }).name() == "TypeError");
    CHECK(ErrorOf([&] { nh::Promise().state(); }).name() == "TypeError");
    CHECK(ErrorOf([&] { nh::Date().milliseconds(); }).name() == "TypeError");
    CHECK(ErrorOf([&] { nh::Map().size(); }).name() == "TypeError");
    CHECK(ErrorOf([&] { nh::Set().Add(1); }).name() == "TypeError");
    CHECK(ErrorOf([&] { nh::Symbol().description(); }).name() == "TypeError");
    CHECK(ErrorOf([&] { nh::BigInt().ToWords(); }).name() == "TypeError");
    CHECK(ErrorOf([&] { nh::Proxy().Revoke(); }).name() == "TypeError");
    CHECK(ErrorOf([&] { nh::Proxy().target(); }).name() == "TypeError");
    CHECK(ErrorOf([&] { nh::RegExp().Test("x"); }).name() == "TypeError");
    CHECK(ErrorOf([&] { nh::ArrayBuffer().data(); }).name() == "TypeError");
    CHECK(ErrorOf([&] { nh::ArrayBuffer().Detach(); }).name() == "TypeError");
    CHECK(ErrorOf([&] { nh::TypedArray<int>().length(); }).name() == "TypeError");
    CHECK(ErrorOf([&] { nh::DataView().Get<int>(0); }).name() == "TypeError");
    CHECK(ErrorOf([&] { nh::Function().name(); }).name() == "TypeError");
    CHECK(ErrorOf([&] { nh::Iterator().Next(); }).name() == "TypeError");
    CHECK(ErrorOf([&] { nh::WeakRef<> gone{nh::Object()}; }).name() == "TypeError");
    CHECK_FALSE(nh::WeakRef<>().Lock().has_value());
  });
}
