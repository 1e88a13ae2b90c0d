// Batch: results, errors and order of calls that are made in one hop.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <thread>

#include "support/host.hpp"

using test::NewEnvironment;

namespace {

struct Calls {
  nh::Method<std::string(std::string)> say;
  nh::Method<int(int)> fail;
  nh::Method<void()> count;
  nh::Method<int()> counted;
};

Calls Make(nh::Environment& node) {
  return node.Run([](nh::Js& js) {
    return js
        .Eval(
            "let n = 0; ({ say: (s) => s + '!', fail(n) { throw new RangeError(n + ' is bad') },"
            " count() { ++n }, counted: () => n })")
        .As<Calls>();
  });
}

}  // namespace

TEST_CASE("a batch gives each call its result") {
  nh::Environment node = NewEnvironment();
  const Calls calls = Make(node);
  nh::Batch batch(node);
  const auto a = batch.Call(calls.say, "a");
  const auto b = batch.Call(calls.say, std::string("b"));
  const auto nothing = batch.Call(calls.count);
  const auto counted = batch.Call(calls.counted);
  batch.Run();
  CHECK(a.Get() == "a!");
  CHECK(b.Get() == "b!");
  nothing.Get();
  CHECK(counted.Get() == 1);
}

TEST_CASE("a call of a batch that throws does not stop those behind it") {
  nh::Environment node = NewEnvironment();
  const Calls calls = Make(node);
  nh::Batch batch(node);
  const auto fails = batch.Call(calls.fail, 3);
  const auto works = batch.Call(calls.say, "behind");
  batch.Run();
  CHECK(test::ErrorOf([&] { fails.Get(); }).message() == "3 is bad");
  CHECK(works.Get() == "behind!");
}

TEST_CASE("the calls of a batch are made once, in one job, and not before Run") {
  nh::Environment node = NewEnvironment();
  const Calls calls = Make(node);
  nh::Batch batch(node);
  batch.Call(calls.count);
  const auto counted = batch.Call(calls.counted);
  CHECK_THROWS_AS(counted.Get(), nh::HostError);
  CHECK(calls.counted() == 0);
  batch.Run();
  batch.Run();
  CHECK(counted.Get() == 1);
  CHECK(calls.counted() == 1);
}

TEST_CASE("a batch may be used on the JS thread, and its results outlive it") {
  nh::Environment node = NewEnvironment();
  const Calls calls = Make(node);
  std::optional<nh::BatchResult<std::string>> result;
  node.Run([&](nh::Js&) {
    nh::Batch batch(node);
    result = batch.Call(calls.say, "here");
    batch.Run();
  });
  CHECK(result->Get() == "here!");
}

TEST_CASE("the calls of a batch say that the environment has stopped") {
  nh::Environment node = NewEnvironment();
  const Calls calls = Make(node);
  nh::Batch batch(node);
  const auto call = batch.Call(calls.say, "late");
  node.Stop();
  CHECK_THROWS_AS(batch.Run(), nh::EnvironmentStopped);
  CHECK_THROWS_AS(call.Get(), nh::EnvironmentStopped);
}
