// The inspector: a real DevTools client sets breakpoints; profiles and snapshots are read back.
#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "support/attempt.hpp"
#include "support/host.hpp"
#include "support/stop_time.hpp"

using namespace std::chrono_literals;

namespace {

std::string TemporaryFile(const char* name) {
  return (std::filesystem::temp_directory_path() /
          (std::string("nodehost-") + std::to_string(std::hash<std::string>{}(NODEHOST_FIXTURES)) +
           "-" + name))
      .string();
}

// The debugger: another environment, with the client from npm.
class Client {
 public:
  // Starts to debug and returns when the breakpoint is set.
  void BreakAt(const std::string& target, const std::string& url, int line,
               const std::string& expression) {
    node_.Run([&](nh::Js& js) {
      js.Eval(R"((target, url, line, expression) => {
        const connect = require('chrome-remote-interface');
        globalThis.state = '';
        require(process.argv[1])
            .breakAt(connect, target, url, line, expression, () => { state = 'ready' })
            .then((text) => { state = text }, (error) => { state = error.stack });
      })")(target, url, line, expression);
    });
    CHECK(WaitForStateAfter("") == "ready");
  }

  void Stay(const std::string& target) {
    node_.Run([&](nh::Js& js) {
      js.Eval(R"((target) => {
        globalThis.state = '';
        require(process.argv[1])
            .stay(require('chrome-remote-interface'), target, () => { state = 'ready' })
            .then((text) => { state = text }, (error) => { state = error.stack });
      })")(target);
    });
    CHECK(WaitForStateAfter("") == "ready");
  }

  // Connects. JavaScript that it pauses from now on stays paused.
  void Hold(const std::string& target) {
    node_.Run([&](nh::Js& js) {
      js.Eval(R"((target) => {
        globalThis.state = '';
        require(process.argv[1])
            .hold(require('chrome-remote-interface'), target, () => { state = 'ready' },
                  () => { state = 'paused' })
            .then((text) => { state = text }, (error) => { state = error.stack });
      })")(target);
    });
    CHECK(WaitForStateAfter("") == "ready");
  }

  // Connects, and answers nothing from then on.
  void Sleep(const std::string& target) {
    node_.Run([&](nh::Js& js) {
      js.Eval(R"((target) => {
        globalThis.state = '';
        require(process.argv[1]).sleep(target, () => { state = 'ready' });
      })")(target);
    });
    CHECK(WaitForStateAfter("") == "ready");
  }

  void WaitUntilPaused() { CHECK(WaitForStateAfter("ready") == "paused"); }
  void WaitUntilGone() { CHECK(WaitForStateAfter("paused") == "gone"); }

  std::string Result() { return WaitForStateAfter("ready"); }

 private:
  std::string WaitForStateAfter(const std::string& before) {
    std::string state;
    do {
      state = node_.Run([](nh::Js& js) { return js.Global()["state"].As<std::string>(); });
    } while (state == before);
    return state;
  }

  nh::Environment node_ = test::Platform().CreateEnvironment(
      {.base_dir = NODEHOST_INSPECTOR_CLIENT, .args = {NODEHOST_FIXTURES "/inspector/debug.cjs"}});
};

}  // namespace

TEST_CASE("a breakpoint binds in code of Eval, by its filename") {
  auto node = test::NewEnvironment();
  const std::string url = nh::OpenInspector(node);
  CHECK(url.find("ws://127.0.0.1:") == 0);
  Client client;
  client.BreakAt(url, "sum.js", 3, "a + 40");
  const int sum = node.Run(
      [](nh::Js& js) { return js.Eval("const a = 2;\nconst b = 3;\na + b", "sum.js").As<int>(); });
  CHECK(sum == 5);
  CHECK(client.Result() == "1 3 42");
}

TEST_CASE("a breakpoint binds in an imported module") {
  auto node = test::NewEnvironment();
  Client client;
  client.BreakAt(nh::OpenInspector(node), "debugged\\.mjs", 3, "doubled");
  CHECK(node.Import<int>("./debugged.mjs", "default") == 42);
  CHECK(client.Result() == "1 3 42");
}

TEST_CASE("debuggers list each environment by its name") {
  const auto list = [](auto& node) {
    const std::string url = nh::OpenInspector(node);
    const std::string host = url.substr(5, url.find('/', 5) - 5);  // behind ws://
    return node.Run([host](nh::Js& js) -> nh::Task<std::string> {
      const nh::Value titles = co_await js.Eval(R"(async (host) => {
        const list = await (await fetch(`http://${host}/json/list`)).json();
        return list.map((target) => target.title).join() + process.argv.slice(1).join();
      })")(host);
      co_return titles.As<std::string>();
    });
  };
  auto prices = test::Platform().CreateEnvironment({.args = {"-argument"}, .name = "prices"});
  auto orders = test::Platform().CreateEnvironment({.name = "the orders"});
  CHECK(list(prices) == "prices-argument");
  CHECK(list(orders) == "the orders");
}

TEST_CASE("two environments are debugged at once, and a pumped one") {
  auto a = test::NewEnvironment();
  auto b = test::Platform().CreatePumpedEnvironment();
  Client of_a;
  Client of_b;
  of_a.BreakAt(nh::OpenInspector(a), "who.js", 1, "who");
  a.Run([](nh::Js& js) { js.Eval("globalThis.who = 'a'"); });
  b.Run([](nh::Js& js) { js.Eval("globalThis.who = 'b'"); });
  const std::string url = nh::OpenInspector(b);
  auto connecting = std::async(std::launch::async, [&] { of_b.BreakAt(url, "who.js", 1, "who"); });
  while (connecting.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) b.Poll();
  for (nh::AnyEnvironment* node :
       {static_cast<nh::AnyEnvironment*>(&a), static_cast<nh::AnyEnvironment*>(&b)}) {
    node->Run([](nh::Js& js) { js.Eval("who", "who.js"); });
  }
  CHECK(of_a.Result() == "1 1 a");
  CHECK(of_b.Result() == "1 1 b");
}

TEST_CASE("the inspector is closed and opened again; twice open, and a taken port, are refused") {
  auto a = test::NewEnvironment();
  auto b = test::NewEnvironment();
  const std::string first = nh::OpenInspector(a);
  CHECK(test::ErrorOf([&] { nh::OpenInspector(a); }).code() == "ERR_INSPECTOR_ALREADY_ACTIVATED");
  const int port = std::stoi(first.substr(std::string("ws://127.0.0.1:").size()));
  CHECK_THROWS_WITH_AS(nh::OpenInspector(b, {.port = port}),
                       doctest::Contains("Is the port in use"), nh::HostError);
  CHECK_THROWS_AS(nh::OpenInspector(b, {.port = 65536}), nh::HostError);
  nh::CloseInspector(a);
  nh::CloseInspector(a);
  CHECK(nh::OpenInspector(a) != first);
}

TEST_CASE("an environment ends while a debugger is connected") {
  auto node = test::NewEnvironment();
  Client client;
  client.Stay(nh::OpenInspector(node));
  const nh::StopResult result = node.Stop(std::chrono::seconds(20));
  CHECK(result.ended);
  CHECK(result.clean);
  CHECK(client.Result() == "gone");
}

TEST_CASE("JavaScript waits for a debugger, which then misses nothing") {
  auto node = test::NewEnvironment();
  const std::string url = nh::OpenInspector(node);
  auto waiting = node.RunAsync([&](nh::Js&) { return nh::WaitForDebugger(node); });
  auto sum = node.RunAsync(
      [](nh::Js& js) { return js.Eval("const a = 2;\nconst b = 3;\na + b", "sum.js").As<int>(); });
  Client client;
  client.BreakAt(url, "sum.js", 3, "a + 40");
  CHECK(waiting.get());
  CHECK(sum.get() == 5);
  CHECK(client.Result() == "1 3 42");
}

TEST_CASE("waiting for a debugger that does not come ends after its timeout") {
  auto node = test::NewEnvironment();
  CHECK_THROWS_WITH_AS(nh::WaitForDebugger(node), doctest::Contains("is not open"), nh::HostError);
  nh::OpenInspector(node);
  CHECK_FALSE(nh::WaitForDebugger(node, 20ms));
  CHECK_FALSE(nh::WaitForDebugger(node, -1ms));
  CHECK(node.Run([](nh::Js& js) { return js.Eval("6 * 7").As<int>(); }) == 42);
  CHECK(node.Stop(1h).clean);
}

TEST_CASE(
    "timeouts and tokens end a script that waits for a debugger, and the wait that C++ asks for") {
  auto node = test::NewEnvironment();
  const auto run = [&](const std::string& code, const nh::RunOptions& limits) {
    node.Run([&](nh::Js& js) { js.Eval(code); }, limits);
  };
  const std::string open = "require('inspector').open(0, '127.0.0.1', true)";
  CHECK_THROWS_AS(run(open, {.timeout = 50ms}), nh::DeadlineExceeded);
  std::stop_source source;
  std::thread stopper([&] {
    std::this_thread::sleep_for(50ms);
    source.request_stop();
  });
  CHECK_THROWS_AS(run("require('inspector').waitForDebugger()", {.stop = source.get_token()}),
                  nh::Cancelled);
  stopper.join();
  CHECK_THROWS_AS(node.Run([&](nh::Js&) { nh::WaitForDebugger(node); }, {.timeout = 50ms}),
                  nh::DeadlineExceeded);
  CHECK(node.Run([](nh::Js& js) { return js.Eval("6 * 7").As<int>(); }) == 42);
  CHECK(node.Stop(1h).ended);
}

TEST_CASE("Stop ends a script that waits for a debugger in an inspector of its own") {
  auto node = test::NewEnvironment();
  std::promise<void> begun;
  auto waiting = node.RunAsync([&](nh::Js& js) {
    begun.set_value();
    js.Eval("require('inspector').open(0, '127.0.0.1', true)");
  });
  begun.get_future().wait();
  const nh::StopResult result = node.Stop(100ms);
  CHECK(result.ended);
  CHECK(result.still_alive == std::vector<std::string>{"JavaScript was waiting for a debugger"});
  CHECK_THROWS_AS(waiting.get(), nh::EnvironmentStopped);
}

TEST_CASE("Stop ends JavaScript that is paused by way of an inspector that a script has opened") {
  auto node = test::NewEnvironment();
  Client client;
  client.Hold(node.Run([](nh::Js& js) {
    return js.Eval("require('inspector').open(0); require('inspector').url()").ToString();
  }));
  auto paused = node.RunAsync([](nh::Js& js) { js.Eval("for (;;) { debugger }"); });
  client.WaitUntilPaused();
  CHECK(node.Stop(50ms).ended);
  CHECK_THROWS_AS(paused.get(), nh::EnvironmentStopped);
  client.WaitUntilGone();
}

TEST_CASE("a Worker does not debug its main thread, which it could pause for ever") {
  auto node = test::NewEnvironment();
  CHECK(test::Try(node,
                  test::InWorker("new (require('inspector').Session)().connectToMainThread()")) ==
        "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM");
}

TEST_CASE("Stop ends JavaScript that waits for a debugger") {
  auto node = test::NewEnvironment();
  nh::OpenInspector(node);
  std::promise<void> begun;
  auto waiting = node.RunAsync([&](nh::Js&) {
    begun.set_value();
    nh::WaitForDebugger(node);
  });
  begun.get_future().wait();
  const nh::StopResult result = node.Stop(50ms);
  CHECK(result.ended);
  CHECK(result.still_alive == std::vector<std::string>{"JavaScript was waiting for a debugger"});
  CHECK_THROWS_AS(waiting.get(), nh::EnvironmentStopped);
}

TEST_CASE("Stop ends JavaScript that a debugger has paused") {
  auto node = test::NewEnvironment();
  Client client;
  client.Hold(nh::OpenInspector(node));
  auto paused = node.RunAsync([](nh::Js& js) { js.Eval("for (;;) { debugger }"); });
  client.WaitUntilPaused();
  const nh::StopResult result = node.Stop(50ms);
  CHECK(result.ended);
  CHECK_FALSE(result.clean);
  CHECK(result.still_alive == std::vector<std::string>{"A debugger had JavaScript paused"});
  CHECK_THROWS_AS(paused.get(), nh::EnvironmentStopped);
  client.WaitUntilGone();
}

TEST_CASE("Stop is in time with JavaScript that a debugger has paused") {
  test::CheckStopTime([](const auto& stop) {
    auto node = test::NewEnvironment();
    Client client;
    client.Hold(nh::OpenInspector(node));
    auto paused = node.RunAsync([](nh::Js& js) { js.Eval("for (;;) { debugger }"); });
    client.WaitUntilPaused();
    stop(node);
    CHECK_THROWS_AS(paused.get(), nh::EnvironmentStopped);
  });
}

TEST_CASE("an environment may be destroyed while a debugger has it paused") {
  Client client;
  {
    auto node = test::Platform().CreateEnvironment({.stop_timeout = 50ms});
    client.Hold(nh::OpenInspector(node));
    node.Post([](nh::Js& js) { js.Eval("setTimeout(() => { debugger; })"); });
    client.WaitUntilPaused();
  }
  client.WaitUntilGone();
}

TEST_CASE("JavaScript is terminated while a debugger is connected") {
  auto node = test::NewEnvironment();
  Client client;
  client.Stay(nh::OpenInspector(node));
  auto busy = node.RunAsync([](nh::Js& js) { js.Eval("while (true) {}"); });
  const nh::StopResult result = node.Stop(50ms);
  CHECK(result.ended);
  CHECK_THROWS_AS(busy.get(), nh::EnvironmentStopped);
  CHECK(client.Result() == "gone");
}

TEST_CASE("a debugger that does not answer any more holds up its environment's end, and no other") {
  auto node = test::NewEnvironment();
  {
    Client client;
    client.Sleep(nh::OpenInspector(node));
    const nh::StopResult result = node.Stop(50ms);
    CHECK_FALSE(result.ended);
    CHECK(result.still_alive == std::vector<std::string>{"Native code was running"});
    CHECK(test::NewEnvironment().Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
  }
  node.WaitForExit();  // now that the connection is closed
  CHECK(node.Stop().ended);
}

TEST_CASE(
    "JavaScript that opened the inspector itself is terminated while a debugger is connected") {
  auto node = test::NewEnvironment();
  const auto url = node.Run([](nh::Js& js) {
    return js.Eval("require('inspector').open(0, '127.0.0.1'); require('inspector').url()")
        .As<std::string>();
  });
  Client client;
  client.Stay(url);
  auto busy = node.RunAsync([](nh::Js& js) { js.Eval("while (true) {}"); });
  const nh::StopResult result = node.Stop(50ms);
  CHECK(result.ended);
  CHECK_THROWS_AS(busy.get(), nh::EnvironmentStopped);
  CHECK(client.Result() == "gone");
}

TEST_CASE("a paused PumpedEnvironment holds its owner in Poll, and another thread's Stop ends it") {
  auto node = test::Platform().CreatePumpedEnvironment();
  Client client;
  const std::string url = nh::OpenInspector(node);
  auto stopping = std::async(std::launch::async, [&] {
    client.Hold(url);
    node.Post([](nh::Js& js) { js.Eval("debugger"); });
    client.WaitUntilPaused();
    return node.Stop(50ms);
  });
  while (node.Poll()) {
  }
  const nh::StopResult result = stopping.get();
  CHECK(result.ended);
  CHECK(result.still_alive == std::vector<std::string>{"A debugger had JavaScript paused"});
  client.WaitUntilGone();
}

TEST_CASE("a CPU profile names the function that was busy") {
  auto node = test::NewEnvironment();
  const std::string path = TemporaryFile("busy.cpuprofile");
  CHECK(test::ErrorOf([&] { nh::StopCpuProfile(node, path); }).message().find("start one") !=
        std::string::npos);
  nh::StartCpuProfile(node);
  CHECK(test::ErrorOf([&] { nh::StartCpuProfile(node); }).message().find("already") !=
        std::string::npos);
  const std::string names = node.Run([&](nh::Js& js) {
    js.Eval("(function busyBee() { for (const end = Date.now() + 100; Date.now() < end;); })()");
    nh::StopCpuProfile(node, path);
    return js
        .Eval(
            "(path) => JSON.parse(require('fs').readFileSync(path)).nodes"
            ".map((node) => node.callFrame.functionName).join()")(path)
        .As<std::string>();
  });
  CHECK(names.find("busyBee") != std::string::npos);
  std::filesystem::remove(path);
}

TEST_CASE("a heap snapshot holds what JavaScript holds") {
  auto node = test::NewEnvironment();
  const std::string path = TemporaryFile("kept.heapsnapshot");
  const bool found = node.Run([&](nh::Js& js) {
    js.Eval("globalThis.kept = new (class QueenBee {})()");
    nh::WriteHeapSnapshot(node, path);
    return js
        .Eval(
            "(path) => JSON.parse(require('fs').readFileSync(path))"
            ".strings.includes('QueenBee')")(path)
        .As<bool>();
  });
  CHECK(found);
  std::filesystem::remove(path);
  const auto error = test::ErrorOf([&] { nh::WriteHeapSnapshot(node, "/no/such/folder/a"); });
  CHECK(error.code() == "ENOENT");
}

TEST_CASE("a CPU profile that cannot be written is kept for another path") {
  auto node = test::NewEnvironment();
  const std::string path = TemporaryFile("second.cpuprofile");
  nh::StartCpuProfile(node);
  CHECK(test::ErrorOf([&] { nh::StopCpuProfile(node, "/no/such/folder/a"); }).code() == "ENOENT");
  nh::StopCpuProfile(node, path);
  CHECK(std::filesystem::file_size(path) > 0);
  CHECK_THROWS_AS(nh::StopCpuProfile(node, path), nh::JsError);
  std::filesystem::remove(path);
}

TEST_CASE("a heap snapshot is written where JavaScript may use no built-in module") {
  nh::Environment node =
      test::Platform().CreateEnvironment({.rights = {.builtins = std::vector<std::string>{}}});
  const std::string path = TemporaryFile("rights.heapsnapshot");
  nh::WriteHeapSnapshot(node, path);
  CHECK(std::filesystem::file_size(path) > 0);
  std::filesystem::remove(path);
}
