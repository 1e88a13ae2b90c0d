// ArrayBuffer, SharedArrayBuffer, TypedArray and DataView: memory that C++ and JavaScript share.
#include <doctest/doctest.h>

#include <atomic>
#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <numeric>
#include <vector>

#include "support/host.hpp"

using test::ErrorOf;
using test::NewEnvironment;

TEST_CASE("ArrayBuffer: new, written by both sides") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::ArrayBuffer buffer = nh::ArrayBuffer::New(js, 4);
    CHECK(buffer.size() == 4);
    CHECK(buffer.data()[3] == std::byte{0});
    buffer.data()[1] = std::byte{7};
    js.Global().Set("buffer", buffer);
    CHECK(js.Eval("const bytes = new Uint8Array(buffer); bytes[2] = 9; bytes[1]").As<int>() == 7);
    CHECK(buffer.data()[2] == std::byte{9});
    CHECK(nh::ArrayBuffer::New(js, 0).data().empty());
    CHECK(ErrorOf([&] { nh::ArrayBuffer::New(js, std::size_t{1} << 60); }).name() == "RangeError");
    CHECK(ErrorOf([&] { buffer.Resize(8); }).name() == "TypeError");
  });
}

TEST_CASE("ArrayBuffer: resizable") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::ArrayBuffer buffer = nh::ArrayBuffer::New(js, 8, 16);
    const auto whole = nh::TypedArray<std::int32_t>::New(buffer);
    const auto part = nh::TypedArray<std::int32_t>::New(buffer, 4, 1);
    const nh::DataView view = nh::DataView::New(buffer, 4, 4);
    CHECK(whole.length() == 2);
    buffer.Resize(16);
    CHECK(buffer.size() == 16);
    CHECK(whole.length() == 4);
    CHECK(part.length() == 1);
    buffer.Resize(4);
    CHECK(whole.length() == 1);
    CHECK(part.length() == 0);  // out of bounds
    CHECK(part.data().empty());
    CHECK(view.data().empty());
    CHECK(ErrorOf([&] { view.Get<std::uint8_t>(0); }).name() == "RangeError");
    buffer.Resize(8);
    CHECK(part.length() == 1);
    CHECK(ErrorOf([&] { buffer.Resize(17); }).name() == "RangeError");
  });
}

TEST_CASE("ArrayBuffer: detached") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::ArrayBuffer buffer = nh::ArrayBuffer::New(js, 8);
    const auto array = nh::TypedArray<double>::New(buffer);
    const nh::DataView view = nh::DataView::New(buffer);
    CHECK_FALSE(buffer.IsDetached());
    buffer.Detach();
    buffer.Detach();
    CHECK(buffer.IsDetached());
    CHECK(buffer.data().empty());
    CHECK(array.length() == 0);
    CHECK(array[0].IsUndefined());
    CHECK(ErrorOf([&] { view.Get<double>(0); }).name() == "RangeError");
    CHECK(ErrorOf([&] { view.Put<double>(0, 1); }).name() == "RangeError");
    CHECK(ErrorOf([&] { nh::DataView::New(buffer); }).name() == "TypeError");
    CHECK(ErrorOf([&] { nh::TypedArray<double>::New(buffer); }).name() == "TypeError");
    const auto memory =
        js.Eval("new WebAssembly.Memory({ initial: 1 }).buffer").As<nh::ArrayBuffer>();
    CHECK(memory.size() == 65536);
    CHECK(ErrorOf([&] { memory.Detach(); }).name() == "TypeError");
    js.Global().Set("given", nh::ArrayBuffer::New(js, 8));
    const auto given = js.Global()["given"].As<nh::ArrayBuffer>();
    js.Eval("structuredClone(given, { transfer: [given] })");
    CHECK(given.IsDetached());
  });
}

TEST_CASE("ArrayBuffer: adopts a vector without a copy") {
  NewEnvironment().Run([](nh::Js& js) {
    std::vector<float> numbers{1.5F, 2.5F};
    const float* const data = numbers.data();
    const auto array = nh::TypedArray<float>::Adopt(js, std::move(numbers));
    CHECK(array.data().data() == data);
    CHECK(array[1].As<float>() == 2.5F);
    CHECK(nh::ArrayBuffer::Adopt(js, std::vector<int>()).size() == 0);
    CHECK(nh::ArrayBuffer::Adopt(js, std::vector<int>()).size() == 0);  // both have no address
  });
}

TEST_CASE("ArrayBuffer: adopted memory is released once, at the latest with the environment") {
  std::atomic<int> released = 0;
  std::vector<std::byte> memory(16, std::byte{3});
  {
    nh::Environment node = NewEnvironment();
    node.Run([&](nh::Js& js) {
      js.Global().Set("kept", nh::ArrayBuffer::Adopt(js, memory, [&] { ++released; }));
      CHECK(js.Eval("new Uint8Array(kept)[15]").As<int>() == 3);
      nh::ArrayBuffer::Adopt(js, {memory.data(), 4}, {});  // nothing to call
    });
    CHECK(released == 0);
  }
  CHECK(released == 1);
}

TEST_CASE("SharedArrayBuffer: new, grown, seen through a view") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::SharedArrayBuffer buffer = nh::SharedArrayBuffer::New(js, 8, 16);
    const auto array = nh::TypedArray<std::int32_t>::New(buffer);
    array.data()[1] = 5;
    CHECK(buffer.data()[4] == std::byte{5});
    CHECK(array.data().data() == reinterpret_cast<std::int32_t*>(buffer.data().data()));
    CHECK(array.buffer().Is<nh::SharedArrayBuffer>());
    CHECK_FALSE(array.buffer().Is<nh::ArrayBuffer>());
    buffer.Call("grow", 16);
    CHECK(buffer.size() == 16);
    CHECK(array.length() == 4);
    CHECK(nh::DataView::New(buffer, 4).Get<std::int32_t>(0, std::endian::little) == 5);
  });
}

TEST_CASE("TypedArray: every element type is JavaScript's class of it") {
  NewEnvironment().Run([](nh::Js& js) {
    const auto check = [&]<class T>(const char* name, T number, const char* text) {
      CAPTURE(name);
      const auto array = nh::TypedArray<T>::New(js, 2);
      array.data()[1] = number;
      CHECK(array["constructor"]["name"].template As<std::string>() == name);
      CHECK(array[1].ToString() == text);
      CHECK(array.length() == 2);
      CHECK(js.Eval(std::string("new ") + name + "(3)").template As<nh::TypedArray<T>>().length() ==
            3);
    };
    check("Int8Array", std::int8_t{-128}, "-128");
    check("Uint8Array", std::uint8_t{255}, "255");
    check("Uint8Array", std::byte{255}, "255");
    check("Uint8ClampedArray", nh::Clamped{255}, "255");
    check("Int16Array", std::int16_t{-32768}, "-32768");
    check("Uint16Array", std::uint16_t{65535}, "65535");
    check("Int32Array", std::int32_t{-2147483647 - 1}, "-2147483648");
    check("Uint32Array", std::uint32_t{4294967295}, "4294967295");
    check("BigInt64Array", std::numeric_limits<std::int64_t>::min(), "-9223372036854775808");
    check("BigUint64Array", std::numeric_limits<std::uint64_t>::max(), "18446744073709551615");
    check("BigInt64Array", -5LL, "-5");
    check("Float32Array", 0.5F, "0.5");
    check("Float64Array", -0.25, "-0.25");
  });
}

TEST_CASE("TypedArray: copies, parts, buffers of Node's pool") {
  NewEnvironment().Run([](nh::Js& js) {
    const std::vector<double> numbers{1, 2, 3};
    const auto copy = nh::TypedArray<double>::New(js, std::span<const double>(numbers));
    CHECK(copy[2].As<double>() == 3);
    const auto part = nh::TypedArray<double>::New(copy.buffer(), 8, 1);
    CHECK(part.data()[0] == 2);
    CHECK(ErrorOf([&] { nh::TypedArray<double>::New(copy.buffer(), 4); }).name() == "RangeError");
    CHECK(ErrorOf([&] { nh::TypedArray<double>::New(copy.buffer(), 8, 3); }).name() ==
          "RangeError");
    CHECK(ErrorOf([&] { nh::TypedArray<double>::New(js, std::size_t{1} << 50); }).name() ==
          "RangeError");
    const auto pooled = js.Eval("Buffer.from('hello')").As<nh::TypedArray<std::uint8_t>>();
    CHECK(std::string(pooled.data().begin(), pooled.data().end()) == "hello");
    CHECK(js.Eval("new Float64Array()").As<nh::TypedArray<double>>().data().empty());
    CHECK(ErrorOf([&] { js.Eval("new Float32Array(1)").As<nh::TypedArray<double>>(); }).message() ==
          "value: expected Float64Array, got object Float32Array");
    // Small arrays start inside V8's heap; their memory must not move once C++ has seen it.
    const auto small = js.Eval("new Uint8Array([1, 2, 3])").As<nh::TypedArray<std::uint8_t>>();
    const auto before = small.data();
    js.Eval("for (let i = 0; i < 1e5; ++i) new Array(100)");
    CHECK(small.data().data() == before.data());
    CHECK(before[2] == 3);
  });
}

TEST_CASE("DataView: both byte orders, any offset") {
  NewEnvironment().Run([](nh::Js& js) {
    const nh::DataView view = nh::DataView::New(nh::ArrayBuffer::New(js, 16), 2);
    CHECK(view.size() == 14);
    view.Put<std::uint16_t>(1, 0x1234);
    CHECK(view.Get<std::uint8_t>(1) == 0x12);
    CHECK(view.Get<std::uint16_t>(1, std::endian::little) == 0x3412);
    view.Put(3, -2.5, std::endian::little);
    CHECK(view.Get<double>(3, std::endian::little) == -2.5);
    CHECK(view.Call("getFloat64", 3, true).As<double>() == -2.5);
    CHECK(view.Call("getUint16", 1).As<int>() == 0x1234);
    view.Put<std::int64_t>(6, -1);
    CHECK(view.Get<std::int64_t>(6) == -1);
    CHECK(ErrorOf([&] { view.Get<std::int64_t>(7); }).name() == "RangeError");
    CHECK(ErrorOf([&] {
            view.Get<std::uint8_t>(std::numeric_limits<std::size_t>::max());
          }).name() == "RangeError");
    CHECK(ErrorOf([&] { nh::DataView::New(view.buffer(), 17); }).name() == "RangeError");
  });
}
