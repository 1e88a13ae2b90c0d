// Memory between C++ and JavaScript: copied, shared, and lent for a call.
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "support/convert.hpp"

using test::Called;
using test::CheckBothWays;
using test::NewEnvironment;

namespace {
const std::string kAboutView =
    "(v) => [v.constructor.name, v.length, v.buffer.byteLength, Array.from(v).join()]";
}  // namespace

TEST_CASE("a vector of bytes is a Uint8Array of its own memory, and takes any memory") {
  CheckBothWays<std::vector<std::uint8_t>>(
      {{"Buffer.from('ab')", "Uint8Array(2) [ 97, 98 ]"},
       {"new Uint8Array([1, 2, 3]).subarray(1)", "Uint8Array(2) [ 2, 3 ]"},
       {"new Uint8Array(0)", "Uint8Array(0) []"},
       {"new Uint16Array([258])", "Uint8Array(2) [ 2, 1 ]"},
       {"new Uint8Array([1, 2]).buffer", "Uint8Array(2) [ 1, 2 ]"},
       {"new DataView(new Uint8Array([1, 2, 3]).buffer, 1, 1)", "Uint8Array(1) [ 2 ]"},
       {"new Uint8Array(new SharedArrayBuffer(2))", "Uint8Array(2) [ 0, 0 ]"},
       {"[1, 255]", "Uint8Array(2) [ 1, 255 ]"},
       {"[256]", "RangeError: value[0]: expected an integer from 0 to 255, got number 256"},
       {"'ab'", "TypeError: value: expected Uint8Array, got string \"ab\""}});
  CheckBothWays<std::vector<std::byte>>({{"Buffer.from('a')", "Uint8Array(1) [ 97 ]"}});
  CheckBothWays<std::array<std::uint8_t, 2>>(
      {{"Buffer.from('ab')", "Uint8Array(2) [ 97, 98 ]"},
       {"Buffer.from('a')", "TypeError: value: expected Uint8Array of length 2, got length 1"}});
}

TEST_CASE("Bytes made in C++ are the same memory in JavaScript") {
  nh::Bytes bytes(4);
  bytes[0] = 7;
  nh::Environment node = NewEnvironment();
  node.Run([&](nh::Js& js) {
    js.Global().Set("bytes", bytes);
    CHECK(js.Eval("bytes[0]").As<int>() == 7);
    js.Eval("bytes[1] = 9");
    CHECK(bytes[1] == 9);
    bytes[2] = 11;
    CHECK(js.Eval("bytes[2]").As<int>() == 11);
    CHECK(js.Eval("bytes").As<nh::Bytes>().data() == bytes.data());
  });
}

TEST_CASE("Bytes from JavaScript are the same memory in C++") {
  nh::Environment node = NewEnvironment();
  node.Run([&](nh::Js& js) {
    js.Eval("globalThis.buffer = Buffer.from('hello world')");
    const auto bytes = js.Eval("buffer.subarray(6)").As<nh::Bytes>();
    CHECK(bytes.text() == "world");
    bytes[0] = 'W';
    CHECK(js.Eval("buffer.toString()").As<std::string>() == "hello World");
  });
}

TEST_CASE("Bytes outlive the buffer, the environment, and its thread") {
  nh::Bytes bytes;
  {
    nh::Environment node = NewEnvironment();
    bytes = node.Run(
        [](nh::Js& js) { return js.Eval("new Uint8Array(100000).fill(5)").As<nh::Bytes>(); });
  }
  std::thread([bytes = std::move(bytes)] {
    CHECK(std::accumulate(bytes.begin(), bytes.end(), 0) == 500000);
  }).join();
}

TEST_CASE("JavaScript keeps the memory of Bytes that C++ has let go") {
  nh::Environment node = NewEnvironment();
  bool freed = false;
  node.Run([&](nh::Js& js) {
    auto owner = std::shared_ptr<void>(new std::uint8_t[3]{1, 2, 3}, [&](void* memory) {
      delete[] static_cast<std::uint8_t*>(memory);
      freed = true;
    });
    void* const data = owner.get();
    js.Global().Set("kept", nh::Bytes(std::move(owner), data, 3));
    CHECK(!freed);
    CHECK(js.Eval("kept.join()").As<std::string>() == "1,2,3");
  });
  node.Stop();
  CHECK(freed);
}

TEST_CASE("resizable memory is copied, since it can be taken away") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    js.Eval("globalThis.memory = new ArrayBuffer(8, {maxByteLength: 16})");
    const auto bytes = js.Eval("memory").As<nh::Bytes>();
    js.Eval("memory.resize(0)");
    CHECK(bytes.size() == 8);
    CHECK(bytes[7] == 0);
  });
}

TEST_CASE("the numbers of a view whose length follows its buffer arrive") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    for (const std::string type : {"ArrayBuffer", "SharedArrayBuffer"}) {
      js.Eval("globalThis.memory = new " + type + "(8, {maxByteLength: 16});" +
              "globalThis.view = new Uint16Array(memory); view.set([1, 2, 3, 4])");
      using Numbers = std::vector<std::uint16_t>;
      CHECK(js.Global()["view"].As<Numbers>() == Numbers{1, 2, 3, 4});
      CHECK(js.Global()["view"].As<std::vector<double>>() == std::vector<double>{1, 2, 3, 4});
      js.Eval("memory.grow ? memory.grow(12) : memory.resize(12); view[5] = 6");
      CHECK(js.Global()["view"].As<Numbers>() == Numbers{1, 2, 3, 4, 0, 6});
    }
  });
}

TEST_CASE("Bytes are sliced within their bounds") {
  const nh::Bytes bytes = nh::Bytes::CopyOf("hello");
  CHECK(bytes.Slice(1, 3).text() == "ell");
  CHECK(bytes.Slice(5, 0).empty());
  CHECK(bytes.Slice(1, 3).data() == bytes.data() + 1);
  CHECK_THROWS_AS(bytes.Slice(3, 3), std::out_of_range);
  CHECK_THROWS_AS(bytes.Slice(6, 0), std::out_of_range);
}

TEST_CASE("what JavaScript writes to a span is there after the call, and its view is gone") {
  std::vector<double> numbers{1, 2, 3};
  nh::Environment node = NewEnvironment();
  node.Run([&](nh::Js& js) {
    const nh::Value change =
        js.Eval("(v) => { globalThis.kept = v; v[1] = 7; return v.constructor.name; }");
    CHECK(change(std::span(numbers)).As<std::string>() == "Float64Array");
    CHECK(numbers == std::vector<double>{1, 7, 3});
    CHECK(js.Eval("kept.length").As<int>() == 0);
    CHECK(js.Eval("kept.buffer.byteLength").As<int>() == 0);
  });
}

TEST_CASE(
    "what is large is copied into a buffer of its own, and a large span is lent as a small one") {
  nh::Environment node = NewEnvironment();
  node.Run([&](nh::Js& js) {
    const nh::Value about = js.Eval(
        "(v) => [v.constructor.name, v.byteOffset, v.buffer.byteLength, v[0], v.at(-1)].join()");
    std::vector<std::uint8_t> bytes(20'000, 7);
    bytes.back() = 9;
    CHECK(about(bytes).As<std::string>() == "Uint8Array,0,20000,7,9");
    std::vector<double> numbers(1000, 1.5);
    CHECK(about(std::span(numbers)).As<std::string>() == "Float64Array,0,8000,1.5,1.5");
    js.Eval("(v) => { globalThis.kept = v; v[999] = 7; }")(std::span(numbers));
    CHECK(numbers[999] == 7);
    CHECK(js.Eval("kept.length").As<int>() == 0);
    CHECK(js.Eval("(v) => v")(bytes).As<std::vector<std::uint8_t>>() == bytes);
    CHECK(js.Eval("(v) => v.subarray(1, 3)")(bytes).As<std::vector<std::byte>>().size() == 2);
    CHECK(js.Eval("new Uint8Array(0)").As<std::vector<std::uint8_t>>().empty());
  });
}

TEST_CASE("a span is gone after a call that throws, too") {
  std::vector<int> numbers{1};
  nh::Environment node = NewEnvironment();
  node.Run([&](nh::Js& js) {
    const nh::Value keep = js.Eval("(v) => { globalThis.kept = v; throw new Error('x'); }");
    CHECK_THROWS_AS(keep(std::span(numbers)), nh::JsError);
    CHECK(js.Eval("kept.length").As<int>() == 0);
  });
}

TEST_CASE("what JavaScript transfers away of a span is not C++ memory") {
  std::vector<int> numbers{1};
  nh::Environment node = NewEnvironment();
  node.Run([&](nh::Js& js) {
    js.Eval(
        "(v) => { globalThis.kept = new Int32Array(structuredClone(v.buffer,"
        " {transfer: [v.buffer]})); }")(std::span(numbers));
    js.Eval("kept[0] = 5");
    CHECK(js.Eval("kept[0]").As<int>() == 5);
  });
  CHECK(numbers[0] == 1);
}

TEST_CASE("a span of const is copied, because JavaScript may always write") {
  static const int kNumbers[] = {1, 2};
  CHECK(Called("(v) => { v[0] = 5; return v; }", std::span<const int>(kNumbers)) ==
        "Int32Array(2) [ 5, 2 ]");
  CHECK(kNumbers[0] == 1);
}

TEST_CASE("what C++ writes to a span is in the array that JavaScript gave, of whatever kind") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    const auto text = [&](const char* code) { return js.Eval(code).As<std::string>(); };
    js.Global().Set("twice", nh::Method<int(std::span<double>)>([](std::span<double> numbers) {
                      for (double& number : numbers) number *= 2;
                      return static_cast<int>(numbers.size());
                    }));
    js.Global().Set("fill", [](std::span<std::uint8_t> bytes, int value) {
      for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(value);
    });
    CHECK(text("const a = [1, 2.5]; twice(a) + ': ' + a") == "2: 2,5");
    CHECK(text("const d = new Float64Array(4).fill(1); twice(d.subarray(1, 3)); String(d)") ==
          "1,2,2,1");
    CHECK(text("const i = Int16Array.of(3, 4); twice(i); String(i)") == "6,8");
    CHECK(text("const b = Buffer.from('abc'); fill(b.subarray(1), 120); String(b)") == "axx");
    CHECK(text("const s = new Uint8Array(new SharedArrayBuffer(2)); fill(s, 7); String(s)") ==
          "7,7");
    CHECK(text("const e = []; twice(e) + ': ' + e") == "0: ");
  });
}

TEST_CASE("a span of a fixed length takes an array of that length only") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    js.Global().Set("swap", [](std::span<int, 2> pair) { std::swap(pair[0], pair[1]); });
    CHECK(js.Eval("const p = [1, 2]; swap(p); String(p)").As<std::string>() == "2,1");
    CHECK(js.Eval("try { swap([1]) } catch (e) { e.message }").As<std::string>() ==
          "swap: argument 1: expected an array of length 2, got length 1");
  });
}

TEST_CASE("a span has the TypedArray of its numbers") {
  std::vector<std::int64_t> big{-1};
  std::vector<std::uint16_t> small{65535};
  std::vector<std::byte> bytes{std::byte{3}};
  std::vector<float> none;
  CHECK(Called(kAboutView, std::span(big)) == "[ 'BigInt64Array', 1, 8, '-1' ]");
  CHECK(Called(kAboutView, std::span(small)) == "[ 'Uint16Array', 1, 2, '65535' ]");
  CHECK(Called(kAboutView, std::span(bytes)) == "[ 'Uint8Array', 1, 1, '3' ]");
  CHECK(Called(kAboutView, std::span(none)) == "[ 'Float32Array', 0, 0, '' ]");
}

TEST_CASE("a span inside other data is copied") {
  std::vector<int> numbers{1};
  nh::Environment node = NewEnvironment();
  node.Run([&](nh::Js& js) {
    js.Eval("(list) => { globalThis.kept = list[0]; }")(std::vector{std::span(numbers)});
    CHECK(js.Eval("kept.length").As<int>() == 1);
  });
}
