// Messages between C++ and worker threads.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "support/host.hpp"

using test::ErrorOf;
using test::NewEnvironment;

namespace {

struct Job {
  std::string name;
  nh::Bytes data;
  NODEHOST_FIELDS(Job, name, data)
};

struct Done {
  std::string name;
  int sum;
  NODEHOST_FIELDS(Done, name, sum)
};

using Worker = nh::MessagePort<Done, Job>;

Worker StartWorker(nh::Environment& node) {
  return node.Run([](nh::Js& js) {
    return js
        .Eval(R"(new (require('worker_threads').Worker)(`
      const { parentPort } = require('worker_threads');
      parentPort.on('message', ({ name, data }) => {
        if (name === 'stop') return parentPort.close();
        let sum = 0;
        for (const byte of data) sum += byte;
        parentPort.postMessage({ name, sum });
      });
    `, { eval: true }))")
        .As<Worker>();
  });
}

}  // namespace

TEST_CASE("C++ and a worker thread send each other messages") {
  nh::Environment node = NewEnvironment();
  const Worker worker = StartWorker(node);
  const nh::Bytes data(std::vector<std::uint8_t>{1, 2, 3});
  worker.Post({"a", data});
  worker.Post({"b", data}, nh::MessageMemory::kTransfer);
  const std::optional<Done> first = worker.messages.Read().Get();
  CHECK(first->name == "a");
  CHECK(first->sum == 6);
  CHECK(worker.messages.Read().Get()->sum == 6);
  CHECK(data[1] == 2);  // C++ has it still
  worker.Post({"stop", {}});
  CHECK_FALSE(worker.messages.Read().Get());
}

TEST_CASE("transferred memory is gone from the JavaScript that posts") {
  nh::Environment node = NewEnvironment();
  const auto port = node.Run([](nh::Js& js) {
    js.Eval("globalThis.channel = new MessageChannel(); globalThis.bytes = new Uint8Array(4)");
    return js.Eval("channel.port1").As<nh::MessagePort<nh::Bytes>>();
  });
  const auto other = node.Run(
      [](nh::Js& js) { return js.Eval("channel.port2").As<nh::MessagePort<nh::Bytes>>(); });
  const nh::Bytes bytes = node.Run([](nh::Js& js) { return js.Eval("bytes").As<nh::Bytes>(); });
  port.Post(bytes, nh::MessageMemory::kTransfer);
  const std::optional<nh::Bytes> came = other.messages.Read().Get();
  REQUIRE(came);
  CHECK(came->data() == bytes.data());  // the very memory
  port.Post(bytes);
  CHECK(other.messages.Read().Get()->data() != bytes.data());
}

TEST_CASE("JavaScript posts to C++ with a transfer list of its own") {
  nh::Environment node = NewEnvironment();
  const auto port = node.Run([](nh::Js& js) {
    js.Eval("globalThis.channel = new MessageChannel()");
    return js.Eval("channel.port1").As<nh::MessagePort<nh::Bytes>>();
  });
  const int left = node.Run([](nh::Js& js) {
    js.Eval("globalThis.bytes = new Uint8Array([1, 2, 3])");
    js.Eval("channel.port2.postMessage(bytes, [bytes.buffer])");
    return js.Eval("bytes.length").As<int>();
  });
  CHECK(left == 0);
  const std::optional<nh::Bytes> came = port.messages.Read().Get();
  REQUIRE(came);
  REQUIRE(came->size() == 3);
  CHECK((*came)[2] == 3);
}

TEST_CASE("a message of another type is an error") {
  nh::Environment node = NewEnvironment();
  const auto port = node.Run([](nh::Js& js) {
    return js.Eval("const { port1, port2 } = new MessageChannel(); port2.postMessage('x'); port1")
        .As<nh::MessagePort<int>>();
  });
  CHECK(ErrorOf([&] { port.messages.Read().Get(); }).message() ==
        "chunk: expected number, got string \"x\"");
}
