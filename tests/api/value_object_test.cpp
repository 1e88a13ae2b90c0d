// Object: properties, descriptors, keys, freezing - and proxies, whose traps all of these run.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/host.hpp"

using test::ErrorOf;
using test::NewEnvironment;
using Names = std::vector<std::string>;

TEST_CASE("Object: has, has own, delete") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::Object object = nh::Object::New(js);
    const nh::Symbol symbol = nh::Symbol::New(js, "s");
    object.Set("a", 1);
    object.Set(symbol, 2);
    object.Set(0, 3);
    CHECK(object.Has("a"));
    CHECK(object.Has(symbol));
    CHECK(object.Has(0));
    CHECK(object.Has("toString"));
    CHECK_FALSE(object.HasOwn("toString"));
    CHECK(object.HasOwn("a"));
    object.Delete("a");
    object.Delete(symbol);
    object.Delete("never there");
    CHECK_FALSE(object.Has("a"));
    CHECK_FALSE(object.HasOwn(symbol));
    CHECK(object["a"].IsUndefined());
    CHECK(object.HasOwn(0));
  });
}

TEST_CASE("Object: New takes a prototype") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::Object parent = nh::Object::New(js);
    parent.Set("inherited", 1);
    const nh::Object child = nh::Object::New(js, parent);
    CHECK(child["inherited"].As<int>() == 1);
    CHECK(child.Prototype().StrictEquals(parent));
    CHECK(nh::Object::New(js, js.Eval("null")).Prototype().IsNull());
    child.SetPrototype(js.Eval("null"));
    CHECK_FALSE(child.Has("inherited"));
    CHECK(ErrorOf([&] { nh::Object::New(js, js.Eval("5")); }).name() == "TypeError");
    parent.SetPrototype(child);
    CHECK(ErrorOf([&] { child.SetPrototype(parent); }).name() == "TypeError");  // a ring
  });
}

TEST_CASE("Object: own, enumerable and all keys") {
  NewEnvironment().Run([](nh::Js& js) {
    const auto object = js.Eval(
                              "Object.create({ inherited: 1 }, {"
                              "  b: { enumerable: true }, 7: { enumerable: true }, hidden: {},"
                              "  [Symbol.for('s')]: { enumerable: true } })")
                            .As<nh::Object>();
    CHECK(object.Keys() == Names{"7", "b"});
    CHECK(object.AllKeys() == Names{"7", "b", "inherited"});
    const std::vector<nh::Value> own = object.OwnKeys();
    REQUIRE(own.size() == 4);
    CHECK(own[2].As<std::string>() == "hidden");
    CHECK(own[3].StrictEquals(nh::Symbol::For(js, "s")));
  });
}

TEST_CASE("Object: descriptors both ways") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::Object object = nh::Object::New(js);
    object.Define("fixed", {.value = nh::Value::From(js, 5)});
    object.Define("open", {.value = nh::Value::From(js, 6),
                           .writable = true,
                           .enumerable = true,
                           .configurable = true});
    object.Define("computed", {.get = js.Eval("(function () { return this.fixed * 2 })")});
    object.Define("nothing", {.value = nh::Value()});
    CHECK(object["computed"].As<int>() == 10);
    CHECK(object.Keys() == Names{"open"});

    const auto fixed = object.OwnDescriptor("fixed");
    REQUIRE(fixed.has_value());
    CHECK(fixed->value->As<int>() == 5);
    CHECK(fixed->writable == false);
    CHECK(fixed->enumerable == false);
    CHECK(fixed->configurable == false);
    CHECK_FALSE(fixed->get.has_value());
    CHECK(object.OwnDescriptor("open")->writable == true);
    const auto computed = object.OwnDescriptor("computed");
    CHECK(computed->get->Is<nh::Function>());
    CHECK_FALSE(computed->value.has_value());
    CHECK_FALSE(computed->writable.has_value());
    const auto nothing = object.OwnDescriptor("nothing");
    REQUIRE(nothing->value.has_value());
    CHECK(nothing->value->IsUndefined());
    CHECK_FALSE(object.OwnDescriptor("missing").has_value());

    // Fields of the descriptor that are left empty keep their values.
    object.Define("open", {.enumerable = false});
    CHECK(object["open"].As<int>() == 6);
    CHECK(object.OwnDescriptor("open")->writable == true);

    CHECK(ErrorOf([&] { object.Define("fixed", {.value = nh::Value::From(js, 7)}); }).name() ==
          "TypeError");
    CHECK(ErrorOf([&] {
            object.Define("both", {.value = nh::Value(), .get = js.Eval("() => 1")});
          }).name() == "TypeError");
  });
}

TEST_CASE("Object: what refuses to be written or deleted is a TypeError") {
  NewEnvironment().Run([](nh::Js& js) {
    const auto frozen = js.Eval("({ a: 1 })").As<nh::Object>();
    CHECK_FALSE(frozen.IsFrozen());
    frozen.Freeze();
    CHECK(frozen.IsFrozen());
    CHECK(frozen.IsSealed());
    CHECK_FALSE(frozen.IsExtensible());
    CHECK(ErrorOf([&] { frozen.Set("a", 2); }).message() ==
          "Cannot assign to read only property 'a' of object '#<Object>'");
    CHECK(ErrorOf([&] { frozen.Set("new", 2); }).name() == "TypeError");
    CHECK(ErrorOf([&] { frozen.Delete("a"); }).name() == "TypeError");
    CHECK(frozen["a"].As<int>() == 1);

    const auto sealed = js.Eval("({ a: 1 })").As<nh::Object>();
    sealed.Seal();
    CHECK(sealed.IsSealed());
    CHECK_FALSE(sealed.IsFrozen());
    sealed.Set("a", 2);
    CHECK(sealed["a"].As<int>() == 2);
    CHECK(ErrorOf([&] { sealed.Delete("a"); }).name() == "TypeError");

    const auto closed = js.Eval("({ a: 1 })").As<nh::Object>();
    closed.PreventExtensions();
    CHECK_FALSE(closed.IsExtensible());
    CHECK(ErrorOf([&] { closed.Set("new", 2); }).name() == "TypeError");
    closed.Delete("a");
    CHECK(closed.Keys().empty());

    CHECK(ErrorOf([&] { js.Eval("({ get only() { return 1 } })").Set("only", 2); }).name() ==
          "TypeError");
  });
}

TEST_CASE("Proxy: traps run for every operation, and what they throw comes out") {
  NewEnvironment().Run([](nh::Js& js) {
    const auto counted =
        js.Eval(
              "globalThis.seen = []; new Proxy({ x: 1 }, new Proxy({}, { get: (_, trap) => "
              "(...a) => (seen.push(trap), Reflect[trap](...a)) }))")
            .As<nh::Proxy>();
    counted["x"];
    counted.Set("x", 2);
    counted.Has("x");
    counted.HasOwn("x");
    counted.Delete("x");
    counted.OwnKeys();
    counted.Prototype();
    CHECK(js.Eval("seen.join()").As<std::string>() ==
          "get,set,getOwnPropertyDescriptor,defineProperty,has,getOwnPropertyDescriptor,"
          "deleteProperty,ownKeys,getPrototypeOf");

    const auto bad = js.Eval(
                           "new Proxy(function () {}, new Proxy({}, { get: (_, trap) => "
                           "() => { throw new RangeError(trap) } }))")
                         .As<nh::Proxy>();
    const auto trap = [&](auto&& operation) { return std::string(ErrorOf(operation).what()); };
    const auto message = [&](auto&& operation) { return ErrorOf(operation).message(); };
    CHECK(trap([&] { bad["x"]; }).find("RangeError: get") == 0);
    CHECK(message([&] { bad.Set("x", 1); }) == "set");
    CHECK(message([&] { bad.Has("x"); }) == "has");
    CHECK(message([&] { bad.HasOwn("x"); }) == "getOwnPropertyDescriptor");
    CHECK(message([&] { bad.Delete("x"); }) == "deleteProperty");
    CHECK(message([&] { bad.Define("x", {}); }) == "defineProperty");
    CHECK(message([&] { bad.Keys(); }) == "ownKeys");
    CHECK(message([&] { bad.AllKeys(); }) == "ownKeys");
    CHECK(message([&] { bad.Freeze(); }) == "preventExtensions");
    CHECK(message([&] { bad.IsExtensible(); }) == "isExtensible");
    CHECK(message([&] { bad.SetPrototype(js.Eval("null")); }) == "setPrototypeOf");
    CHECK(message([&] { bad(); }) == "apply");
    CHECK(message([&] { bad.Construct(); }) == "construct");
    CHECK(message([&] { bad.InstanceOf(js.Global()["Map"]); }) == "getPrototypeOf");
  });
}

TEST_CASE("Proxy: new, its parts, and revoked") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::Object target = nh::Object::New(js);
    const auto handler = js.Eval("({ get: (_, key) => key + '!' })").As<nh::Object>();
    const nh::Proxy proxy = nh::Proxy::New(target, handler);
    CHECK(proxy["hello"].As<std::string>() == "hello!");
    CHECK(proxy.target().StrictEquals(target));
    CHECK(proxy.handler().StrictEquals(handler));
    CHECK_FALSE(proxy.IsRevoked());
    proxy.Revoke();
    proxy.Revoke();
    CHECK(proxy.IsRevoked());
    CHECK(proxy.target().IsNull());
    CHECK(ErrorOf([&] { proxy["hello"]; }).name() == "TypeError");
    CHECK(ErrorOf([&] { proxy.Set("hello", 1); }).name() == "TypeError");
    CHECK(ErrorOf([&] { proxy.Keys(); }).name() == "TypeError");
    CHECK(ErrorOf([&] { proxy.As<std::vector<int>>(); }).name() == "TypeError");
    CHECK(ErrorOf([&] { nh::Proxy::New(nh::Object(), handler); }).name() == "TypeError");
  });
}

TEST_CASE("Function: this, bind, name and length") {
  NewEnvironment().Run([](nh::Js& js) {
    const auto join =
        js.Eval("(function join(a, b) { return `${this.x}-${a}-${b}` })").As<nh::Function>();
    const nh::Object self = nh::Object::New(js);
    self.Set("x", 1);
    CHECK(join.CallWith(self, 2, "three").As<std::string>() == "1-2-three");
    const nh::Function bound = join.Bind(self, "first");
    CHECK(bound("second").As<std::string>() == "1-first-second");
    CHECK(join.name() == "join");
    CHECK(join.length() == 2);
    CHECK(bound.name() == "bound join");
    CHECK(bound.length() == 1);
    const auto strict = js.Eval("(function () { 'use strict'; return this })").As<nh::Function>();
    CHECK(strict.CallWith(js.Eval("null")).IsNull());
    CHECK(ErrorOf([&] { nh::Function().Bind(self); }).name() == "TypeError");
  });
}

TEST_CASE("Array: new, of, push, length") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::Array empty = nh::Array::New(js);
    CHECK(empty.length() == 0);
    CHECK(empty.Push(1, "two", true) == 3);
    CHECK(empty[1].As<std::string>() == "two");
    empty.Set("length", 1);
    CHECK(empty.length() == 1);
    const nh::Array holes = nh::Array::New(js, 3);
    CHECK(holes.length() == 3);
    CHECK_FALSE(holes.HasOwn(0));
    const nh::Array of = nh::Array::Of(js, 3);
    CHECK(of.length() == 1);
    CHECK(of[0].As<int>() == 3);
    of.Set(4294967294u, "last");  // the last index there is
    CHECK(of.length() == 4294967295u);
    CHECK(ErrorOf([&] { of.Push(1); }).name() == "RangeError");
    CHECK(ErrorOf([&] { of.Set("length", -1); }).name() == "RangeError");
  });
}
