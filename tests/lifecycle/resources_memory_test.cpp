// JavaScript that runs out of memory ends its environment, which says so, and nothing else.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <fstream>
#include <future>
#include <string>

#include "support/host.hpp"
#include "support/lacks.hpp"

namespace {

nh::Environment Limited(std::size_t heap_mb, std::size_t external_mb = 0) {
  return test::Platform().CreateEnvironment({.base_dir = test::kModules,
                                             .name = "small",
                                             .max_heap_mb = heap_mb,
                                             .max_external_mb = external_mb});
}

// Fills an environment's memory, and returns what Run threw, as text.
std::string Fill(nh::Environment& node, const std::string& code) {
  try {
    node.Run([&](nh::Js& js) { js.Eval(code); });
  } catch (const nh::EnvironmentStopped& stopped) {
    CHECK(stopped.reason() == nh::EndReason::kOutOfMemory);
    CHECK(stopped.exit_code() == 134);
    return stopped.what();
  }
  return "nothing was thrown";
}

void CheckOutOfMemory(nh::Environment& node) {
  CHECK(node.WaitForExit() == 134);
  const nh::StopResult result = node.Stop();
  CHECK(result.ended);
  CHECK_FALSE(result.clean);
  CHECK(result.reason == nh::EndReason::kOutOfMemory);
  CHECK(result.exit_code == 134);
}

void CheckHostGoesOn() {
  nh::Environment next = test::NewEnvironment();
  CHECK(next.Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
}

std::size_t ResidentMb() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  file >> total >> resident;
  return resident * 4096 / (1 << 20);
}

const std::string kHeapText =
    "Environment \"small\" has stopped with exit code 134, because it ran out of memory (limit of "
    "the JS heap: 64 MB); the call was not made or not finished.";

}  // namespace

TEST_CASE("out of memory: an array that grows") {
  nh::Environment node = Limited(64);
  CHECK(Fill(node, "const a = []; for (;;) a.push({})") == kHeapText);
  CheckOutOfMemory(node);
  CheckHostGoesOn();
}

TEST_CASE("out of memory: an array of numbers, one object of doubling size") {
  nh::Environment node = Limited(64);
  CHECK(Fill(node, "const a = []; for (;;) a.push(1.5)") == kHeapText);
  CheckOutOfMemory(node);
  CheckHostGoesOn();
}

TEST_CASE("out of memory: strings that grow") {
  nh::Environment node = Limited(64);
  CHECK(Fill(node,
             "const a = []; let s = 'x'.repeat(1e6);"
             "for (;;) { s += s.slice(0, 1000) + a.length; s.charCodeAt(3); a.push(s); }") ==
        kHeapText);
  CheckOutOfMemory(node);
  CheckHostGoesOn();
}

TEST_CASE("out of memory: one object far larger than the limit") {
  nh::Environment node = Limited(64);
  CHECK(Fill(node,
             "const a = new Array(3e7).fill(0.5); globalThis.kept = a;"
             "for (let i = 0; ; i++) a[i] = { i }") == kHeapText);
  CheckOutOfMemory(node);
  CheckHostGoesOn();
}

TEST_CASE("out of memory: large arrays, each an object of its own") {
  nh::Environment node = Limited(64);
  CHECK(Fill(node, "const a = []; for (;;) a.push(new Array(1e6).fill(1))") == kHeapText);
  CheckOutOfMemory(node);
  CheckHostGoesOn();
}

TEST_CASE("out of memory: ArrayBuffers and Buffers have a limit of their own") {
  for (const std::string make : {"new ArrayBuffer(1e6)", "Buffer.from('x'.repeat(1e6))"}) {
    nh::Environment node = Limited(0, 100);
    const std::string text = Fill(node, "const a = []; for (;;) a.push(" + make + ")");
    CHECK(text.find("(limit of the memory of ArrayBuffers and Buffers: 100 MB)") !=
          std::string::npos);
    CheckOutOfMemory(node);
  }
  CheckHostGoesOn();
}

TEST_CASE("memory: garbage counts for nothing, however much there was") {
  nh::Environment node = Limited(64, 64);
  const int done = node.Run([](nh::Js& js) {
    return js
        .Eval(
            "let n = 0; for (let i = 0; i < 3000; i++) {"
            "  n += new ArrayBuffer(1e6).byteLength / 1e6 + new Array(1e5).fill(1)[i]; } n")
        .As<int>();
  });
  CHECK(done == 6000);
  CHECK_FALSE(node.exit_code().has_value());
}

TEST_CASE("memory: what cannot be had at all is a RangeError") {
  nh::Environment node = test::NewEnvironment();
#ifdef __SANITIZE_ADDRESS__  // takes an allocation that large for an error
  const std::string huge = "new ArrayBuffer(2 ** 53)";
#else
  const std::string huge = "new ArrayBuffer(2 ** 52)";
#endif
  for (const std::string& code :
       {std::string("'x'.repeat(2 ** 30)"), huge, std::string("Buffer.alloc(2 ** 53 + 2)"),
        std::string("new Array(2 ** 32)")}) {
    CHECK(test::ErrorOf([&] { node.Run([&](nh::Js& js) { js.Eval(code); }); }).name() ==
          "RangeError");
  }
  CHECK(node.Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
}

TEST_CASE("out of memory in a timer, with nobody waiting") {
  nh::Environment node = Limited(64);
  node.Post(
      [](nh::Js& js) { js.Eval("setTimeout(() => { const a = []; for (;;) a.push({}); }, 1)"); });
  CheckOutOfMemory(node);
  CheckHostGoesOn();
}

// Runs `code` in a Worker of 64 MB and says how it ended, as the parent sees it.
std::string EndOfWorker(nh::Environment& node, const std::string& code) {
  node.Run([&](nh::Js& js) {
    js.Global().Set("code", code);
    js.Eval(
        "const { Worker } = require('worker_threads');"
        "globalThis.ended = new Promise((resolve) => {"
        "  const seen = [];"
        "  new Worker(code, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 64 } })"
        "    .on('message', (message) => seen.push(message))"
        "    .on('error', (error) => seen.push(error.code, error.message))"
        "    .on('exit', (code) => resolve([...seen, code].join('; '))); })");
  });
  std::string end = node.Import<std::string>("./awaits-ended.mjs", "default");
  CHECK(node.Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
  return end;
}

const std::string kWorkerEnd =
    "ERR_WORKER_OUT_OF_MEMORY; Worker terminated due to reaching memory limit: "
    "limit of the JS heap: 64 MB; 1";

TEST_CASE("out of memory in a Worker ends the Worker") {
  for (const std::string code :
       {"const a = []; for (;;) a.push({})", "const a = []; for (;;) a.push(1.5)",
        "const kept = []; for (let i = 0; ; ++i) kept.push('x'.repeat(1e6) + i, "
        "/x$/.test(kept.at(-1)))",
        "const a = new Array(2e7).fill({}); for (;;) globalThis.last = [];"}) {
    CAPTURE(code);
    nh::Environment node = test::NewEnvironment();
    CHECK(EndOfWorker(node, code) == kWorkerEnd);
  }
}

TEST_CASE("out of memory in a Worker of a Worker ends that one") {
  nh::Environment node = test::NewEnvironment();
  CHECK(EndOfWorker(node,
                    "const { Worker, parentPort } = require('worker_threads');"
                    "new Worker('const a = []; for (;;) a.push({})', { eval: true })"
                    "  .on('error', (error) => parentPort.postMessage(error.message))"
                    "  .on('exit', (code) => process.exit(3))") ==
        "Worker terminated due to reaching memory limit: limit of the JS heap: 64 MB; 3");
}

TEST_CASE("out of memory in a Worker: ArrayBuffers and Buffers have the environment's limit") {
  nh::Environment node = Limited(0, 64);
  CHECK(EndOfWorker(node, "const a = []; for (;;) a.push(Buffer.alloc(1e6))") ==
        "ERR_WORKER_OUT_OF_MEMORY; Worker terminated due to reaching memory limit: "
        "limit of the memory of ArrayBuffers and Buffers: 64 MB; 1");
}

TEST_CASE("a Worker sees the limits that it was given, and garbage counts for nothing") {
  nh::Environment node = test::NewEnvironment();
  CHECK(EndOfWorker(node,
                    "let garbage; for (let i = 0; i < 50; ++i) garbage = new Array(1e6).fill({});"
                    "const { resourceLimits, parentPort } = require('worker_threads');"
                    "parentPort.postMessage(resourceLimits.maxOldGenerationSizeMb)") == "64; 0");
  CHECK(node.Run([](nh::Js& js) {
    return js
        .Eval(
            "const limited = new (require('worker_threads').Worker)('', { eval: true,"
            "  resourceLimits: { maxOldGenerationSizeMb: 32, stackSizeMb: 2 } });"
            "limited.resourceLimits.maxOldGenerationSizeMb + limited.resourceLimits.stackSizeMb")
        .As<int>();
  }) == 34);
}

TEST_CASE("limits that a Worker cannot start with are refused, and odd ones are none") {
  nh::Environment node = test::NewEnvironment();
  const auto end_with = [&](const std::string& limit) {
    node.Run([&](nh::Js& js) {
      js.Eval(
          "globalThis.ended = new Promise((resolve) => { try {"
          "  const { Worker } = require('worker_threads');"
          "  new Worker('0', { eval: true, resourceLimits: {" +
          limit +
          "} })"
          "    .on('error', (error) => resolve(error.code))"
          "    .on('exit', (code) => resolve(`exit ${code}`));"
          "} catch (error) { resolve(error.code); } })");
    });
    return node.Run([](nh::Js& js) {
      return js
          .Import("./awaits-ended.mjs?" +
                  js.Eval("String(performance.now())").As<std::string>())["default"]
          .As<std::string>();
    });
  };
  for (const std::string limit :
       {"maxOldGenerationSizeMb: 0", "maxOldGenerationSizeMb: -1", "codeRangeSizeMb: 1e10",
        "codeRangeSizeMb: Infinity", "stackSizeMb: 0.1", "stackSizeMb: 1e6",
        "stackSizeMb: Infinity"}) {
    CAPTURE(limit);
    CHECK(end_with(limit) == "ERR_OUT_OF_RANGE");
  }
  CHECK(end_with("maxOldGenerationSizeMb: 0.5") == "ERR_WORKER_OUT_OF_MEMORY");
  for (const std::string limit :
       {"maxOldGenerationSizeMb: Infinity", "maxOldGenerationSizeMb: 1e10",
        "maxOldGenerationSizeMb: '64'", "maxOldGenerationSizeMb: 64n",
        "maxOldGenerationSizeMb: NaN", "stackSizeMb: 1", "codeRangeSizeMb: -1"}) {
    CAPTURE(limit);
    CHECK(end_with(limit) == "exit 0");
  }
  // Node's own Worker class, which the one that checks the limits derives from, is out of reach.
  CHECK(node.Run([](nh::Js& js) {
    return js
        .Eval(
            "const { Worker: Any } = require('worker_threads'); Any.prototype.constructor === Any")
        .As<bool>();
  }));
  CHECK(node.Stop().ended);
}

TEST_CASE("out of memory, 20 environments in a row: the process keeps its size") {
  std::size_t after_three = 0;
  for (int i = 0; i < 20; ++i) {
    nh::Environment node = Limited(64);
    CHECK(Fill(node, "const a = []; for (;;) a.push({})") == kHeapText);
    CheckOutOfMemory(node);
    if (i == 2) after_three = ResidentMb();
  }
  // An environment whose heap was not freed would add 64 MB.
#ifdef __SANITIZE_ADDRESS__
  constexpr std::size_t kNoise = 400;  // AddressSanitizer holds back 256 MB of freed memory
#else
  constexpr std::size_t kNoise = 100;
#endif
  CHECK(ResidentMb() < after_three + kNoise);
}

#ifndef __SANITIZE_ADDRESS__  // whose own address space is far beyond any limit
TEST_CASE("out of memory where V8 does not come back: the thread is given up, nothing else") {
  // V8's helper threads of the garbage collection would run out of memory first, and abort.
  nh::NodejsPlatform platform({.node_options = {"--single-threaded-gc"}});
  nh::Environment node = platform.CreateEnvironment({.name = "small"});
  node.Run([](nh::Js& js) { js.Eval("1"); });
  // The system refuses memory below the heap's limit. V8 then ends without asking the callback that
  // could raise the limit.
  rlimit before{};
  getrlimit(RLIMIT_AS, &before);
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const rlimit tight{pages * 4096 + (rlim_t{64} << 20), before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_AS, &tight) == 0);
  const std::string text = Fill(node, "const a = []; for (;;) a.push({})");
  setrlimit(RLIMIT_AS, &before);
  CHECK(text.find("it ran out of memory") != std::string::npos);
  CHECK(node.WaitForExit() == 134);
  const nh::StopResult result = node.Stop();
  CHECK(result.reason == nh::EndReason::kOutOfMemory);
  if (test::NodeMajor() < 24) {  // whose V8 asks the callback here, too, and comes back
    CHECK_FALSE(result.ended);
    CHECK(result.still_alive.size() == 1);
  }
  nh::Environment next = platform.CreateEnvironment({});
  CHECK(next.Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
}
#endif

TEST_CASE("endless recursion is a RangeError") {
  nh::Environment node = test::NewEnvironment();
  const auto name_of = [&](const std::string& code) {
    return test::ErrorOf([&] { node.Run([&](nh::Js& js) { js.Eval(code); }); }).name();
  };
  CHECK(name_of("(function f() { f(); })()") == "RangeError");
  CHECK(name_of("const o = { toString() { return `${this}`; } }; `${o}`") == "RangeError");
  CHECK(name_of("JSON.parse('['.repeat(1e6) + ']'.repeat(1e6)); (function f(a) { f([a]); })()") ==
        "RangeError");
  CHECK(node.Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
}
