// Stop ends whatever JavaScript does, and says what kept the environment from ending by itself.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/host.hpp"
#include "support/leaks.hpp"

using namespace std::chrono_literals;
using test::NewEnvironment;

namespace {

bool Mentions(const nh::StopResult& result, std::string_view text) {
  for (const std::string& name : result.still_alive) {
    if (name.find(text) != std::string::npos) return true;
  }
  return false;
}

// Runs `code`, then stops; the environment must have been terminated, with `alive` in the list.
void CheckTerminated(const std::string& code, std::string_view alive) {
  nh::Environment node = NewEnvironment();
  node.Run([&](nh::Js& js) { js.Eval(code, "app.js"); });
  const nh::StopResult result = node.Stop(50ms);
  CHECK(result.ended);
  CHECK_FALSE(result.clean);
  CHECK(result.exit_code == 1);
  CAPTURE(result.still_alive.size());
  for (const std::string& name : result.still_alive) MESSAGE(name);
  CHECK(Mentions(result, alive));
}

// As CheckTerminated, for code that never returns: it runs in a job, and Stop comes meanwhile.
void CheckInterrupted(const std::string& code, std::string_view alive) {
  nh::Environment node = NewEnvironment();
  std::atomic<bool> began = false;
  auto never = node.RunAsync([&](nh::Js& js) {
    began = true;
    js.Eval(code, "app.js");
  });
  while (!began) std::this_thread::yield();
  const nh::StopResult result = node.Stop(50ms);
  CHECK(result.ended);
  CHECK_FALSE(result.clean);
  for (const std::string& name : result.still_alive) MESSAGE(name);
  CHECK(Mentions(result, alive));
  CHECK_THROWS_AS(never.get(), nh::EnvironmentStopped);
}

}  // namespace

TEST_CASE("Stop of an idle environment is clean and needs no deadline") {
  nh::Environment node = NewEnvironment();
  const nh::StopResult result = node.Stop(1h);
  CHECK(result.ended);
  CHECK(result.clean);
  CHECK(result.exit_code == 0);
  CHECK(result.still_alive.empty());
}

TEST_CASE("Stop lets what has been begun come to its end") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) { js.Eval("setTimeout(() => { process.exitCode = 3 }, 50)"); });
  const nh::StopResult result = node.Stop(1h);
  CHECK(result.clean);
  CHECK(result.exit_code == 3);
}

TEST_CASE("Stop does the jobs that are queued") {
  nh::Environment node = NewEnvironment();
  std::vector<std::future<int>> results;
  for (int i = 0; i < 100; ++i) results.push_back(node.RunAsync([i](nh::Js&) { return i; }));
  node.Stop(1h);
  for (int i = 0; i < 100; ++i) CHECK(results[static_cast<std::size_t>(i)].get() == i);
}

TEST_CASE("Stop with an interval") { CheckTerminated("setInterval(() => {}, 1e6)", "Timeout"); }

TEST_CASE("Stop with timers of one kind counts them") {
  CheckTerminated("for (let i = 0; i < 3; i++) setInterval(() => {}, 1e6)", "Timeout (3)");
}

TEST_CASE("Stop with a busy immediate") {
  CheckTerminated("(function again() { setImmediate(again) })()", "");
}

TEST_CASE("Stop with promises that never let the loop turn") {
  CheckInterrupted(
      "async function forever() { for (;;) await null }; forever(); process._tickCallback()",
      "JavaScript was running: at ");
}

TEST_CASE("Stop with a server that has a keep-alive client") {
  test::ExpectLeaks();  // libnode loads root certificates for http, and keeps them
  nh::Environment node = NewEnvironment();
  const int port = node.Import<int>("./keep-alive-server.mjs", "port");
  const nh::StopResult result = node.Stop(50ms);
  CHECK(result.ended);
  CHECK(Mentions(result, "TCPServerWrap 127.0.0.1:" + std::to_string(port)));
  CHECK(Mentions(result, "TCPSocketWrap 127.0.0.1:"));
}

TEST_CASE("Stop with a child process") {
  CheckTerminated(
      "const child = require('child_process').spawn('sleep', ['2'], { stdio: 'ignore' })",
      "ChildProcess ");
}

TEST_CASE("Stop with a Worker in a loop, or in Atomics.wait") {
  for (const char* module : {"./looping-worker.mjs", "./waiting-worker.mjs"}) {
    CAPTURE(module);
    nh::Environment node = NewEnvironment();
    node.Import<double>(module, "online");
    const nh::StopResult result = node.Stop(50ms);
    CHECK(result.ended);
    CHECK(Mentions(result, "Worker "));
  }
}

TEST_CASE("Stop with while(true){}") {
  CheckInterrupted("function spin() { while (true) {} }; spin()",
                   "JavaScript was running: at spin (app.js:1:");
}

TEST_CASE("Stop with a try that catches everything") {
  CheckInterrupted("for (;;) { try { for (;;) {} } catch {} finally { continue } }",
                   "JavaScript was running");
}

TEST_CASE("Stop with an exponential regular expression") {
  CheckInterrupted("/^(a+)+$/.test('a'.repeat(60) + 'b')", "JavaScript was running");
}

TEST_CASE("Stop with Atomics.wait") {
  CheckInterrupted("Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
                   "JavaScript was running");
}

TEST_CASE("Stop with a promise that never settles is clean") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) { js.Eval("globalThis.never = new Promise(() => {})"); });
  const nh::StopResult result = node.Stop(1h);
  CHECK(result.clean);
  CHECK(result.still_alive.empty());
}

TEST_CASE("Stop with an import that never settles fails the import") {
  nh::Environment node = NewEnvironment();
  std::atomic<bool> stopped = false;
  std::thread importer([&] {
    CHECK_THROWS_AS(node.Import<double>("./never.mjs", "value"), nh::EnvironmentStopped);
    stopped = true;
  });
  std::this_thread::sleep_for(50ms);
  node.Run([](nh::Js&) {});
  CHECK(node.Stop(50ms).ended);
  importer.join();
  CHECK(stopped);
}

TEST_CASE("Stop with fs.watch") {
  CheckTerminated("require('fs').watch('.', () => {})", "FSEvent");
}

TEST_CASE("Stop with sockets, pipes and a file being read") {
  CheckTerminated(
      "require('dgram').createSocket('udp4').bind(0); process.stdin.resume();"
      "require('net').createServer().listen('\\0nodehost-test-' + process.pid)",
      "UDP");
}

TEST_CASE("Stop with a busy native addon says so, and the thread is joined later") {
  nh::Environment node = NewEnvironment();
  std::atomic<bool> began = false;
  auto busy = node.RunAsync([&](nh::Js& js) {
    nh::Value addon = js.Import(NODEHOST_BUSY_ADDON);
    began = true;
    addon.Call("sleep", 3.0);
  });
  auto queued = node.RunAsync([](nh::Js&) {});
  while (!began) std::this_thread::sleep_for(1ms);
  std::this_thread::sleep_for(50ms);
  const nh::StopResult result = node.Stop(50ms);
  CHECK_FALSE(result.ended);
  CHECK_FALSE(result.clean);
  CHECK_FALSE(result.exit_code.has_value());
  CHECK(Mentions(result, "Native code was running"));
  // What waits is refused at once and not when the addon returns.
  CHECK(queued.wait_for(0s) == std::future_status::ready);
  CHECK_THROWS_AS(queued.get(), nh::EnvironmentStopped);
  CHECK_THROWS_AS(node.Run([](nh::Js&) {}), nh::EnvironmentStopped);
  CHECK(NewEnvironment().Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
  node.WaitForExit();
  CHECK(busy.wait_for(0s) == std::future_status::ready);
  CHECK(node.Stop().ended);
}

TEST_CASE("a platform is destroyed while native code holds a JS thread") {
  test::ExpectLeaks();
  auto platform = std::make_unique<nh::NodejsPlatform>();
  std::atomic<bool> began = false;
  std::future<void> busy;
  {
    nh::Environment node = platform->CreateEnvironment({.stop_timeout = 50ms});
    busy = node.RunAsync([&](nh::Js& js) {
      nh::Value addon = js.Import(NODEHOST_BUSY_ADDON);
      began = true;
      addon.Call("sleep", 3.0);
    });
    while (!began) std::this_thread::sleep_for(1ms);
  }
  platform.reset();
  busy.wait();
}

TEST_CASE("a program ends while native code holds a JS thread") {
  test::ExpectLeaks();
  nh::Environment node = test::Platform().CreateEnvironment({.stop_timeout = 50ms});
  std::atomic<bool> began = false;
  node.Post([&](nh::Js& js) {
    nh::Value addon = js.Import(NODEHOST_BUSY_ADDON);
    began = true;
    addon.Call("sleep", 30.0);
  });
  while (!began) std::this_thread::sleep_for(1ms);
}

TEST_CASE("Stop with a synchronous child process returns") {
  test::ExpectLeaks();
  nh::Environment node = NewEnvironment();
  std::atomic<bool> began = false;
  auto busy = node.RunAsync([&](nh::Js& js) {
    began = true;
    js.Eval("require('child_process').execSync('sleep 2')");
  });
  while (!began) std::this_thread::sleep_for(1ms);
  std::this_thread::sleep_for(100ms);
  const nh::StopResult result = node.Stop(50ms);
  CHECK_FALSE(result.ended);
  CHECK(Mentions(result, "Native code was running"));
}

TEST_CASE("Stop again gives the same result") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) { js.Eval("setInterval(() => {}, 1e6)"); });
  const nh::StopResult first = node.Stop(10ms);
  const nh::StopResult second = node.Stop(1h);
  CHECK(second.still_alive == first.still_alive);
  CHECK(second.clean == first.clean);
  CHECK(second.exit_code == first.exit_code);
}

TEST_CASE("Stop from two threads: the less patient one decides") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) { js.Eval("setInterval(() => {}, 1e6)"); });
  nh::StopResult patient;
  std::thread other([&] { patient = node.Stop(1h); });
  std::this_thread::sleep_for(20ms);
  const nh::StopResult hasty = node.Stop(0ms);
  other.join();
  CHECK(hasty.ended);
  CHECK(patient.ended);
  CHECK_FALSE(patient.clean);
}

TEST_CASE("Stop takes any deadline") {
  NewEnvironment().Stop(std::chrono::milliseconds::max());
  NewEnvironment().Stop(std::chrono::milliseconds::min());
}

TEST_CASE("Stop inside Run returns, and the environment ends after the job") {
  nh::Environment node = NewEnvironment();
  const int answer = node.Run([&](nh::Js& js) {
    CHECK_FALSE(node.Stop(50ms).ended);
    CHECK_THROWS_AS(node.Post([](nh::Js&) {}), nh::EnvironmentStopped);
    return js.Eval("6 * 7").As<int>();
  });
  CHECK(answer == 42);
  CHECK(node.WaitForExit() == 0);
}

TEST_CASE("Stop inside Run has its deadline, too") {
  nh::Environment node = NewEnvironment();
  node.Run([&](nh::Js& js) {
    js.Eval("setInterval(() => {}, 1e6)");
    node.Stop(50ms);
  });
  node.WaitForExit();
  const nh::StopResult result = node.Stop();
  CHECK_FALSE(result.clean);
  CHECK(Mentions(result, "Timeout"));
}

TEST_CASE("an environment may be destroyed inside its own Run") {
  auto node = std::make_unique<nh::Environment>(NewEnvironment());
  nh::Environment* const raw = node.get();
  CHECK(raw->Run([&](nh::Js& js) {
    js.Eval("setInterval(() => {}, 1e6)");
    node.reset();
    return js.Eval("6 * 7").As<int>();
  }) == 42);
}

TEST_CASE("an environment may be destroyed by a job of another environment") {
  nh::Environment keeper = NewEnvironment();
  auto node = std::make_unique<nh::Environment>(NewEnvironment());
  keeper.Run([&](nh::Js&) { node.reset(); });
  CHECK(keeper.Run([](nh::Js&) { return 1; }) == 1);
}

TEST_CASE("moving an environment moves its end") {
  nh::Environment one = NewEnvironment();
  one.Run([](nh::Js& js) { js.Eval("globalThis.name = 'one'"); });
  nh::Environment two = std::move(one);
  const auto name = [](nh::Js& js) { return js.Eval("name").As<std::string>(); };
  CHECK(two.Run(name) == "one");
  nh::Environment three = NewEnvironment();
  three.Run([](nh::Js& js) { js.Eval("globalThis.name = 'three'"); });
  two = std::move(three);  // stops the first
  CHECK(two.Run(name) == "three");
  nh::Environment& same = two;
  two = std::move(same);
  CHECK(two.Run(name) == "three");
}

TEST_CASE("a moved-from environment refuses with a sentence") {
  nh::Environment one = NewEnvironment();
  nh::Environment two = std::move(one);
  CHECK_FALSE(one.OnJsThread());
  CHECK_THROWS_AS(one.Run([](nh::Js&) {}), nh::HostError);
  CHECK_THROWS_AS(one.RunAsync([](nh::Js&) {}), nh::HostError);
  CHECK_THROWS_AS(one.Post([](nh::Js&) {}), nh::HostError);
  CHECK_THROWS_AS(one.Stop(), nh::HostError);
  CHECK_THROWS_AS(one.Stop(1ms), nh::HostError);
  CHECK_THROWS_AS(one.WaitForExit(), nh::HostError);
  CHECK_THROWS_AS(one.exit_code(), nh::HostError);
  CHECK_THROWS_AS(one.Import<double>("./never.mjs"), nh::HostError);
}
