// StructuredClone: values from one environment to another, as data.
#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <type_traits>

#include "support/host.hpp"

using test::ErrorOf;
using test::NewEnvironment;

// Data may leave Run; any thread may copy it.
static_assert(std::is_copy_constructible_v<nh::StructuredClone>);

TEST_CASE("Structured clone: everything it knows arrives in another environment") {
  nh::Environment one = NewEnvironment();
  nh::Environment other = NewEnvironment();
  const nh::StructuredClone clone = one.Run([](nh::Js& js) {
    return nh::StructuredClone(js.Eval(R"(
        const shared = { n: 1 };
        const all = {
          text: 'ü😀', number: -0, big: 2n ** 70n, none: null,
          missing: undefined, holes: [1, , 3],
          map: new Map([[shared, 'in map']]), set: new Set([shared]), shared,
          date: new Date(5), invalid: new Date(NaN), pattern: /x(y)/gi,
          error: new RangeError('mine', { cause: 'why' }),
          buffer: new Uint8Array([1, 2, 3]).buffer, floats: new Float64Array([1.5]),
          node: Buffer.from('hi'), boxed: Object(5),
        };
        all.self = all;
        all)"));
  });
  one.Stop();
  std::thread([copy = clone] {}).join();
  other.Run([&](nh::Js& js) {
    js.Global().Set("all", clone.To(js));
    const nh::Value failed = js.Eval(R"(
      const checks = {
        text: all.text === 'ü😀', zero: Object.is(all.number, -0),
        big: all.big === 2n ** 70n,
        none: all.none === null && 'missing' in all,
        holes: !(1 in all.holes) && all.holes.length === 3,
        map: all.map.get(all.shared) === 'in map', set: all.set.has(all.shared),
        self: all.self === all,
        date: all.date.getTime() === 5 && isNaN(all.invalid),
        pattern: String(all.pattern) === '/x(y)/gi',
        error: all.error instanceof RangeError && all.error.message === 'mine',
        buffer: new Uint8Array(all.buffer)[2] === 3, floats: all.floats[0] === 1.5,
        node: all.node instanceof Uint8Array && all.node.length === 2,
        boxed: all.boxed.valueOf() === 5,
        here: all instanceof Object,
      };
      Object.keys(checks).filter((name) => !checks[name]).join())");
    CHECK(failed.As<std::string>().empty());
    // A second To() makes a second copy.
    CHECK_FALSE(clone.To(js).StrictEquals(js.Eval("all")));
  });
}

TEST_CASE("Structured clone: shared memory stays shared") {
  nh::Environment one = NewEnvironment();
  nh::Environment other = NewEnvironment();
  const nh::StructuredClone clone = one.Run([](nh::Js& js) {
    return nh::StructuredClone(
        js.Eval("globalThis.ints = new Int32Array(new SharedArrayBuffer(8)); [ints, ints.buffer]"));
  });
  other.Run([&](nh::Js& js) {
    js.Global().Set("got", clone.To(js));
    CHECK(js.Eval("got[0].buffer === got[1]").As<bool>());
    js.Eval("Atomics.store(got[0], 1, 42)");
  });
  CHECK(one.Run([](nh::Js& js) { return js.Eval("Atomics.load(ints, 1)").As<int>(); }) == 42);
}

TEST_CASE("Structured clone: primitives, and nothing") {
  NewEnvironment().Run([](nh::Js& js) {
    CHECK(nh::StructuredClone(nh::Value()).To(js).IsUndefined());
    CHECK(nh::StructuredClone(js.Eval("'x'")).To(js).As<std::string>() == "x");
  });
}

TEST_CASE("Structured clone: what cannot be cloned says so") {
  NewEnvironment().Run([](nh::Js& js) {
    const auto refused = [&](const char* code) {
      return ErrorOf([&] { nh::StructuredClone(js.Eval(code)); });
    };
    CHECK(refused("({ f() {} })").name() == "DataCloneError");
    CHECK(refused("({ f: function named() {} })").message().find("could not be cloned") !=
          std::string::npos);
    CHECK(refused("Symbol('s')").name() == "DataCloneError");
    CHECK(refused("Promise.resolve()").name() == "DataCloneError");
    CHECK(refused("new WeakMap").name() == "DataCloneError");
    CHECK(refused("new Proxy({}, {})").name() == "DataCloneError");
    CHECK(refused("new MessageChannel().port1").name() == "DataCloneError");
    CHECK(refused("new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))").name() ==
          "DataCloneError");
    CHECK(refused("({ get bad() { throw new RangeError('mine') } })").message() == "mine");
    const nh::ArrayBuffer detached = nh::ArrayBuffer::New(js, 8);
    detached.Detach();
    CHECK(ErrorOf([&] { nh::StructuredClone{detached}; }).name() == "DataCloneError");
  });
}
