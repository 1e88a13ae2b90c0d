// Memory that both sides see: Bytes and Buffer, Shared<T>, SharedMemory.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/host.hpp"
#include "support/lacks.hpp"

using test::ErrorOf;
using test::NewEnvironment;

namespace {

using Doubles = nh::Shared<double>;

struct Module {
  nh::Method<bool(nh::Bytes)> isBuffer;
  nh::Method<nh::Bytes()> newBuffer;
  nh::Method<double(Doubles)> total;
  nh::Method<Doubles(Doubles)> doubled;
  nh::Method<Doubles()> detached;
  nh::Method<Doubles()> resizable;
  nh::Method<Doubles()> part;
  nh::Method<int(Doubles)> keepAndDetach;
  nh::Method<void(nh::SharedMemory)> countUp;
  nh::Method<std::string(nh::SharedMemory)> waitForOne;
  nh::Method<int(nh::SharedMemory)> setAndNotify;
  nh::Method<nh::SharedMemory()> newShared;
};

}  // namespace

TEST_CASE("Bytes are a Buffer, and a Buffer is Bytes, on one memory") {
  nh::Environment node = NewEnvironment();
  const auto module = node.Import<Module>("./shared.mjs");
  CHECK(module.isBuffer(nh::Bytes::CopyOf("ab")));
  CHECK(module.isBuffer(nh::Bytes()));
  const nh::Bytes bytes = module.newBuffer();
  CHECK(bytes.text() == "abc");
  node.Run([&](nh::Js& js) {
    js.Global().Set("shared", bytes);
    js.Eval("shared[0] = 120");
  });
  CHECK(bytes.text() == "xbc");
}

TEST_CASE("Shared numbers are a TypedArray on the same memory, both ways") {
  nh::Environment node = NewEnvironment();
  const auto module = node.Import<Module>("./shared.mjs");
  const Doubles numbers(std::vector{1.0, 2.0, 3.0});
  CHECK(module.total(numbers) == 6);
  const Doubles same = module.doubled(numbers);
  CHECK(same.data() == numbers.data());
  CHECK(numbers[2] == 6);
  CHECK(module.total(Doubles()) == 0);
  const Doubles part = module.part();
  CHECK(part.size() == 2);
  CHECK(part[0] == 3);
  CHECK(ErrorOf([&] {
          struct Wrong {
            nh::Method<nh::Shared<float>()> part;
          };
          node.Import<Wrong>("./shared.mjs").part();
        }).message() == "part: expected Float32Array, got object Float64Array");
}

TEST_CASE("each kind of numbers is its TypedArray, both ways") {
  nh::Environment node = NewEnvironment();
  const auto check = [&]<class T>(T number, const std::string& name) {
    CAPTURE(name);
    const nh::Shared<T> numbers(std::vector<T>{number, number});
    using Back = nh::Method<nh::Shared<T>(nh::Shared<T>, std::string)>;
    const auto back = node.Run([](nh::Js& js) {
      return js
          .Eval(
              "(numbers, name) => { if (numbers.constructor.name !== name) throw name;"
              "  numbers[0]++; return numbers.subarray(1) }")
          .As<Back>();
    });
    const nh::Shared<T> part = back(numbers, name);
    CHECK(part.data() == numbers.data() + 1);
    CHECK(part.size() == 1);
    CHECK(numbers[0] == static_cast<T>(number + 1));
  };
  check(std::int8_t{-3}, "Int8Array");
  check(std::uint8_t{3}, "Uint8Array");
  check(std::int16_t{-300}, "Int16Array");
  check(std::uint16_t{300}, "Uint16Array");
  check(std::int32_t{-70'000}, "Int32Array");
  check(std::uint32_t{70'000}, "Uint32Array");
  check(std::int64_t{-5'000'000'000}, "BigInt64Array");
  check(std::uint64_t{5'000'000'000}, "BigUint64Array");
  check(1.5F, "Float32Array");
  check(1.5, "Float64Array");
}

TEST_CASE("memory that JavaScript has dropped is freed by quick collections") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    js.Eval(R"(
      const { PerformanceObserver, constants } = require('perf_hooks');
      globalThis.quick = 0;
      globalThis.observer = new PerformanceObserver((list) => {
        for (const { detail } of list.getEntries()) {
          if (detail.kind === constants.NODE_PERFORMANCE_GC_MINOR) ++quick;
        }
      });
      observer.observe({ entryTypes: ['gc'] });)");
  });
  for (int i = 0; i < 256; ++i) {
    const nh::Bytes bytes(std::size_t{1024} * 1024);
    node.Run([&](nh::Js& js) { js.Global().Set("last", bytes); });
  }
  // V8 begins one when young buffers add up to 32 MiB, from V8 13 on to about 100. The observer is
  // told a little later.
  const int least = test::NodeMajor() < 24 ? 3 : 1;
  const auto count = [&] {
    return node.Run([](nh::Js& js) { return js.Eval("quick").As<int>(); });
  };
  for (int i = 0; i < 1000 && count() < least; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  CHECK(count() >= least);
}

TEST_CASE("what JavaScript has detached is empty, what it may resize is copied") {
  nh::Environment node = NewEnvironment();
  const auto module = node.Import<Module>("./shared.mjs");
  CHECK(module.detached().empty());
  const Doubles copy = module.resizable();
  CHECK(copy.size() == 2);
  CHECK(copy[1] == 2);
  // C++ keeps its memory when JavaScript gives its view away.
  const Doubles numbers(std::vector{1.0, 2.0});
  CHECK(module.keepAndDetach(numbers) == 0);
  CHECK(numbers[1] == 2);
}

TEST_CASE("the memory lives as long as one of the two sides has it") {
  std::weak_ptr<void> watched;
  {
    nh::Environment node = NewEnvironment();
    {
      auto owner = std::make_shared<std::vector<double>>(4, 1.5);
      watched = owner;
      const Doubles numbers(owner, owner->data(), owner->size());
      node.Run([&](nh::Js& js) { js.Global().Set("kept", numbers); });
    }
    CHECK_FALSE(watched.expired());
    CHECK(node.Run([](nh::Js& js) { return js.Eval("kept[3]").As<double>(); }) == 1.5);
  }
  CHECK(watched.expired());
  Doubles left;
  {
    nh::Environment node = NewEnvironment();
    left = node.Import<Module>("./shared.mjs").part();
  }
  CHECK(left[1] == 4);
}

TEST_CASE("shared memory is counted in by JavaScript and C++ at the same time") {
  nh::Environment node = NewEnvironment();
  nh::Environment other = test::Platform().CreateEnvironment({.base_dir = test::kModules});
  const nh::SharedMemory memory(64);
  const auto module = node.Import<Module>("./shared.mjs");
  const auto second = other.Import<Module>("./shared.mjs");
  std::thread first([&] { module.countUp(memory); });
  std::thread third([&] { second.countUp(memory); });
  const std::atomic_ref<std::int32_t> count(memory.As<std::int32_t>()[0]);
  for (int i = 0; i < 10'000; ++i) count.fetch_add(1);
  first.join();
  third.join();
  CHECK(count.load() == 30'000);
}

TEST_CASE("Atomics.wait in one environment is woken by another") {
  nh::Environment node = NewEnvironment();
  nh::Environment other = test::Platform().CreateEnvironment({.base_dir = test::kModules});
  const nh::SharedMemory memory = node.Import<Module>("./shared.mjs").newShared();
  const auto waits = node.Import<Module>("./shared.mjs");
  std::string result;
  std::thread waiter([&] { result = waits.waitForOne(memory); });
  const auto wakes = other.Import<Module>("./shared.mjs");
  while (wakes.setAndNotify(memory) == 0) std::this_thread::yield();
  waiter.join();
  CHECK(result == "ok");
}
