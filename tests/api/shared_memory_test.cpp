// Memory that both sides see: Bytes and Buffer, Shared<T>, SharedMemory.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/host.hpp"

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
