// Calls within limits: time-outs and tokens.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "nodehost/script_runner.hpp"
#include "support/host.hpp"

using namespace std::chrono_literals;

using test::NewEnvironment;

namespace {

struct WaitOptions {
  std::string kind;
  std::stop_token signal;
};

struct Limits {
  nh::Method<void()> loop;
  nh::Method<int(int, int)> add;
  nh::Method<nh::Task<void>()> never;
  nh::Method<nh::Task<void>()> microtasks;
  nh::Method<nh::Task<void>(std::string, nh::AbortSignal)> waitFor;
  nh::Method<nh::Task<void>(std::string, WaitOptions)> wait;
  nh::Method<std::string()> list;
  nh::Method<int()> count;
};

nh::RunOptions Soon() { return {.timeout = 100ms}; }

Limits ImportLimits(nh::Environment& node) { return node.Import<Limits>("./limits.mjs"); }

// The text of what is thrown, and whether it had begun.
struct Ended {
  std::string text;
  bool started = false;
};
template <class E, class F>
Ended EndOf(F&& function) {
  try {
    function();
  } catch (const E& error) {
    return {error.what(), error.started()};
  }
  FAIL("nothing was thrown");
  return {};
}

// JavaScript that does nothing else for a while.
std::thread Block(nh::Environment& node, std::chrono::milliseconds time) {
  const auto begun = std::make_shared<std::promise<void>>();
  std::thread thread([&node, time, begun] {
    node.Run([&](nh::Js&) {
      begun->set_value();
      std::this_thread::sleep_for(time);
    });
  });
  begun->get_future().wait();
  return thread;
}

}  // namespace

TEST_CASE("limits: a call that is done in time is as any other") {
  nh::Environment node = NewEnvironment();
  const Limits limits = ImportLimits(node);
  std::stop_source source;
  CHECK(limits.add.With({.timeout = 60s, .stop = source.get_token()})(1, 2) == 3);
  CHECK(limits.add.With({})(1, 2) == 3);
  CHECK(node.Run([&](nh::Js&) { return limits.add.With({.timeout = 60s})(1, 2); }) == 3);
  const nh::Method<int(int)> native = [](int n) { return n; };
  CHECK(native.With({.timeout = 60s})(4) == 4);
}

TEST_CASE("limits: a loop is stopped, and the text says where it was") {
  nh::Environment node = NewEnvironment();
  const Limits limits = ImportLimits(node);
  const Ended there = EndOf<nh::DeadlineExceeded>([&] { limits.loop.With(Soon())(); });
  CHECK(there.started);
  CHECK(there.text.find("loop (") != std::string::npos);
  CHECK(there.text.find("limits.mjs:2:") != std::string::npos);
  const Ended here =
      EndOf<nh::DeadlineExceeded>([&] { node.Run([&](nh::Js&) { limits.loop.With(Soon())(); }); });
  CHECK(here.text.find("limits.mjs:2:") != std::string::npos);
  CHECK(limits.add(1, 2) == 3);
}

TEST_CASE("limits: a token stops a loop") {
  nh::Environment node = NewEnvironment();
  const Limits limits = ImportLimits(node);
  std::stop_source source;
  std::thread stopping([&] {
    std::this_thread::sleep_for(50ms);
    source.request_stop();
  });
  const Ended ended =
      EndOf<nh::Cancelled>([&] { limits.loop.With({.stop = source.get_token()})(); });
  stopping.join();
  CHECK(ended.started);
  CHECK(ended.text.find("limits.mjs:2:") != std::string::npos);
  CHECK(limits.add(1, 2) == 3);
}

TEST_CASE("limits: Run is stopped by a token, and not started by one that has stopped") {
  nh::Environment node = NewEnvironment();
  std::stop_source source;
  std::thread stopping([&] {
    std::this_thread::sleep_for(50ms);
    source.request_stop();
  });
  CHECK(EndOf<nh::Cancelled>([&] {
          node.Run([](nh::Js& js) { js.Eval("for (;;);"); }, {.stop = source.get_token()});
        }).started);
  stopping.join();
  bool ran = false;
  const Ended ended = EndOf<nh::Cancelled>(
      [&] { node.Run([&](nh::Js&) { ran = true; }, {.stop = source.get_token()}); });
  CHECK_FALSE(ended.started);
  CHECK_THROWS_AS(node.RunAsync([&](nh::Js&) { ran = true; }, {.stop = source.get_token()}).get(),
                  nh::Cancelled);
  CHECK_FALSE(ran);
}

TEST_CASE("limits: a cancelled call returns at once and says that it had not begun") {
  nh::Environment node = NewEnvironment();
  const Limits limits = ImportLimits(node);
  std::thread blocking = Block(node, 1s);
  std::stop_source source;
  std::thread stopping([&] {
    std::this_thread::sleep_for(10ms);
    source.request_stop();
  });
  const Ended cancelled =
      EndOf<nh::Cancelled>([&] { limits.add.With({.stop = source.get_token()})(1, 2); });
  CHECK_FALSE(cancelled.started);
  CHECK(cancelled.text == "add was cancelled before it began.");
  const Ended late = EndOf<nh::DeadlineExceeded>([&] { limits.add.With({.timeout = 1ms})(1, 2); });
  CHECK_FALSE(late.started);
  const nh::Task<void> task = limits.waitFor.With({.timeout = 1ms})("queued", nh::AbortSignal());
  CHECK_FALSE(EndOf<nh::DeadlineExceeded>([&] { task.Get(); }).started);
  stopping.join();
  blocking.join();
  CHECK(limits.count() == 0);  // what was given up was not called later
}

TEST_CASE("limits: native code that does not return does not hold the caller up") {
  nh::Environment node = NewEnvironment();
  struct Callback {
    nh::Method<void(std::function<void()>)> call;
  };
  std::promise<void> done;
  auto released = done.get_future().share();
  const auto held =
      node.Run([](nh::Js& js) { return js.Eval("({ call(f) { f(); } })").As<Callback>(); });
  const Ended ended =
      EndOf<nh::DeadlineExceeded>([&] { held.call.With(Soon())([released] { released.wait(); }); });
  CHECK(ended.started);
  CHECK(ended.text.starts_with("call (eval.js:1:"));
  done.set_value();
  CHECK(node.Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
}

TEST_CASE("limits: the asynchronous part fails, too, and names function, file and line") {
  nh::Environment node = NewEnvironment();
  const Limits limits = ImportLimits(node);
  const nh::Task<void> task = limits.never.With(Soon())();
  const Ended ended = EndOf<nh::DeadlineExceeded>([&] { task.Get(); });
  CHECK(ended.started);
  CHECK(ended.text.starts_with("never ("));
  CHECK(ended.text.find("limits.mjs:4:") != std::string::npos);
  std::stop_source source;
  const nh::Task<void> stopped = limits.never.With({.stop = source.get_token()})();
  node.Run([](nh::Js&) {});
  source.request_stop();
  CHECK(EndOf<nh::Cancelled>([&] { stopped.Get(); }).started);
}

TEST_CASE("limits: microtasks without end are ended as a loop is") {
  nh::Environment node = NewEnvironment();
  const Limits limits = ImportLimits(node);
  const nh::Task<void> task = limits.microtasks.With(Soon())();
  CHECK_THROWS_AS(task.Get(), nh::DeadlineExceeded);
  node.WaitForExit();  // callbacks of others were cut off
}

TEST_CASE("limits: a coroutine that awaits fulfilled promises without end is ended") {
  nh::Environment node = NewEnvironment();
  for (const char* const each : {"Promise.resolve(1)", "1"}) {
    const auto task = node.RunAsync(
        [each](nh::Js& js) -> nh::Task<> {
          const nh::Value value = js.Eval(each);
          for (;;) co_await value;
        },
        {.timeout = 50ms});
    CHECK_THROWS_AS(task.Get(), nh::DeadlineExceeded);
  }
  CHECK(node.Run([](nh::Js& js) { return js.Eval("1 + 1").As<int>(); }) == 2);
  // Stop ends it, too: in the job, and where it was resumed.
  for (const char* const before : {"1", "new Promise(setImmediate)"}) {
    nh::Environment stopped = NewEnvironment();
    std::atomic<bool> begun = false;
    const auto task = stopped.RunAsync([before, &begun](nh::Js& js) -> nh::Task<> {
      const nh::Value value = js.Eval("Promise.resolve(1)");
      co_await js.Eval(before);
      begun = true;
      for (;;) co_await value;
    });
    while (!begun) std::this_thread::sleep_for(1ms);
    stopped.Stop(0ms);
    CHECK_THROWS_AS(task.Get(), nh::EnvironmentStopped);
  }
}

TEST_CASE("limits: the signal of a function that takes one is aborted") {
  nh::Environment node = NewEnvironment();
  const Limits limits = ImportLimits(node);
  CHECK_THROWS_AS(limits.waitFor.With(Soon())("argument", nh::AbortSignal()).Get(),
                  nh::DeadlineExceeded);
  CHECK_THROWS_AS(limits.wait.With(Soon())("field", {}).Get(), nh::DeadlineExceeded);
  std::stop_source source;
  const auto task = limits.wait.With({.stop = source.get_token()})("token", {});
  node.Run([](nh::Js&) {});
  source.request_stop();
  CHECK_THROWS_AS(task.Get(), nh::Cancelled);
  // The caller knows before the function. The field is a std::stop_token, which has no reason.
  for (const char* const abort :
       {"argument: TimeoutError", "field: AbortError", "token: AbortError"}) {
    CAPTURE(abort);
    const auto seen = [&] { return limits.list().find(abort) != std::string::npos; };
    for (int i = 0; i < 1000 && !seen(); ++i) std::this_thread::sleep_for(1ms);
    CHECK(seen());
  }
}

TEST_CASE("limits: a token that has stopped already keeps the function from being called") {
  nh::Environment node = NewEnvironment();
  const Limits limits = ImportLimits(node);
  std::stop_source source;
  source.request_stop();
  const nh::RunOptions stopped{.stop = source.get_token()};
  CHECK_FALSE(EndOf<nh::Cancelled>([&] { limits.wait.With(stopped)("a", {}).Get(); }).started);
  CHECK_THROWS_AS(limits.add.With(stopped)(1, 2), nh::Cancelled);
  CHECK(limits.count() == 0);
}

TEST_CASE("limits: at the end of the environment a call with limits is EnvironmentStopped") {
  std::optional<nh::Environment> node = NewEnvironment();
  const Limits limits = ImportLimits(*node);
  const auto task = limits.never.With({.timeout = 60s})();
  node->Run([](nh::Js&) {});
  node.reset();
  CHECK_THROWS_AS(task.Get(), nh::EnvironmentStopped);
  CHECK_THROWS_AS(limits.add.With({.timeout = 60s})(1, 2), nh::EnvironmentStopped);
}

namespace {

// How many of them are alive, of the kind that process.getActiveResourcesInfo calls `kind`.
int CountActive(nh::Environment& node, const std::string& kind) {
  return node.Run([&](nh::Js& js) {
    return js
        .Eval("(kind) => process.getActiveResourcesInfo().filter((k) => k === kind).length")(kind)
        .As<int>();
  });
}

bool Eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 1000; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(5ms);
  }
  return false;
}

bool Eventually(int count, nh::Environment& node, const std::string& kind) {
  return Eventually([&] { return CountActive(node, kind) == count; });
}

}  // namespace

TEST_CASE("limits: what a script has left going on ends at its time-out") {
  nh::Environment node = NewEnvironment();
  const nh::ScriptRunner<int> scripts(node);
  const nh::Task<int> servers = scripts.Run(
      "setInterval(() => {}, 1); require('net').createServer().listen(0);"
      "process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length",
      {.timeout = 500ms});
  CHECK(servers.Get() == 1);
  CHECK(Eventually(0, node, "Timeout"));
  CHECK(Eventually(0, node, "TCPServerWrap"));
}

TEST_CASE("limits: a script that waits is ended by a token, and others go on") {
  nh::Environment node = NewEnvironment();
  const nh::ScriptRunner<int> scripts(node);
  node.Run([](nh::Js& js) { js.Eval("globalThis.other = setInterval(() => {}, 1e6)"); });
  std::stop_source source;
  const nh::Task<int> ended = scripts.Run(
      "(async () => { await require('timers/promises').setTimeout(1e6); globalThis.gone = 1; })()",
      {.stop = source.get_token()});
  const nh::Task<int> whole = scripts.Run("new Promise((done) => setTimeout(done, 50, 3))");
  CHECK(CountActive(node, "Timeout") >= 2);
  source.request_stop();
  CHECK_THROWS_AS(ended.Get(), nh::Cancelled);
  CHECK(whole.Get() == 3);
  CHECK(Eventually(1, node, "Timeout"));  // the interval
}

TEST_CASE("limits: what an ended script begins later is closed at once") {
  nh::Environment node = NewEnvironment();
  const nh::ScriptRunner<> scripts(node);
  std::stop_source source;
  const auto script = scripts.Run(
      "(async () => {"
      "  await new Promise((resolve) => globalThis.goOn = resolve);"
      "  setInterval(() => globalThis.ran = true, 1);"
      "})()",
      {.stop = source.get_token()});
  node.Run([](nh::Js&) {});  // it has begun
  source.request_stop();
  CHECK_THROWS_AS(script.Get(), nh::Cancelled);
  node.Run([](nh::Js& js) { js.Eval("setTimeout(goOn, 5)"); });
  std::this_thread::sleep_for(30ms);
  CHECK(Eventually(0, node, "Timeout"));
  CHECK(node.Run([](nh::Js& js) { return js.Eval("globalThis.ran === undefined").As<bool>(); }));
}

TEST_CASE("limits: a script that loops is stopped, one that throws fails, and the runner goes on") {
  nh::Environment node = NewEnvironment();
  const nh::ScriptRunner<int> scripts(node);
  CHECK_THROWS_AS(scripts.Run("setInterval(() => {}, 1); for (;;);", Soon()).Get(),
                  nh::DeadlineExceeded);
  CHECK(Eventually(0, node, "Timeout"));
  CHECK_THROWS_AS(scripts.Run("throw new Error('no')", Soon()).Get(), nh::JsError);
  CHECK(scripts.Run("1 + 2", {}, "sum.js").Get() == 3);
}

TEST_CASE(
    "limits: all kinds of what a script has begun end at its limit, and files are left alone") {
  nh::Environment node = NewEnvironment();
  const nh::ScriptRunner<> scripts(node);
  std::stop_source source;
  const auto script = scripts.Run(
      "const fs = require('fs'), { Worker } = require('worker_threads');"
      "fs.watchFile('.', () => {}); fs.watch('.', () => {});"
      "globalThis.worker = new Worker('setInterval(() => {}, 1000)', { eval: true });"
      "worker.on('exit', () => globalThis.exited = true);"
      "globalThis.child = require('child_process').spawn('sleep', ['60']);"
      "child.on('exit', () => globalThis.killed = true);"
      "require('dgram').createSocket('udp4').bind(0);"
      "new (require('tty').ReadStream)(fs.openSync('/dev/ptmx', 'r+')).resume();"
      "(async () => { for (;;) for await (const e of await fs.promises.opendir('/usr/bin')); })()",
      {.stop = source.get_token()});
  CHECK(Eventually(1, node, "UDPWrap"));
  CHECK(Eventually(1, node, "TTYWrap"));
  source.request_stop();
  CHECK_THROWS_AS(script.Get(), nh::Cancelled);
  for (const char* kind :
       {"StatWatcher", "FSEventWrap", "UDPWrap", "TTYWrap", "ProcessWrap", "Worker"}) {
    CAPTURE(kind);
    CHECK(Eventually(0, node, kind));
  }
  std::this_thread::sleep_for(20ms);  // the folders that are read
  CHECK(Eventually([&node] {
    return node.Run([](nh::Js& js) {
      return js.Eval("!!(globalThis.exited && globalThis.killed)").As<bool>();
    });
  }));
}

TEST_CASE("limits: what runs after a script that was stopped is not the script's") {
  nh::Environment node = NewEnvironment();
  const nh::ScriptRunner<int> scripts(node);
  const std::string begins = "globalThis.n = 0; globalThis.mine = setInterval(() => n++, 1); 0";
  node.Post([](nh::Js&) { std::this_thread::sleep_for(50ms); });
  const nh::Task<int> stopped = scripts.Run("for (;;);", {.timeout = 100ms});
  node.Post([&](nh::Js& js) { js.Eval(begins); });  // right behind it
  CHECK_THROWS_AS(stopped.Get(), nh::DeadlineExceeded);
  std::this_thread::sleep_for(50ms);
  CHECK(CountActive(node, "Timeout") == 1);

  // A script without limits of its own, which the job's stops.
  nh::Task<int> unlimited;
  CHECK_THROWS_AS(
      node.Run([&](nh::Js&) { unlimited = scripts.Run("setInterval(() => {}, 1); for (;;);"); },
               Soon()),
      nh::DeadlineExceeded);
  CHECK_THROWS_AS(unlimited.Get(), nh::DeadlineExceeded);
  node.Run([](nh::Js& js) { js.Eval("clearInterval(mine); setInterval(() => n++, 1)"); });
  CHECK(Eventually(1, node, "Timeout"));
}

TEST_CASE("limits: a script that is run by a script has limits of its own, as has the outer one") {
  nh::Environment node = NewEnvironment();
  const nh::ScriptRunner<int> scripts(node);
  nh::Task<int> inner;
  node.Run([&](nh::Js& js) {
    js.Global().Set("runInner", [&] {
      inner = scripts.Run("setInterval(() => {}, 1e6); 1", {.timeout = 300ms});
    });
  });
  const nh::Task<int> outer =
      scripts.Run("runInner(); setInterval(() => {}, 1e6); 2", {.timeout = 100ms});
  CHECK(outer.Get() == 2);
  CHECK(inner.Get() == 1);
  CHECK(Eventually(0, node, "Timeout"));
}

TEST_CASE("limits: a timeout is kept that is sooner than those before") {
  nh::Environment node = NewEnvironment();
  const nh::ScriptRunner<int> scripts(node);
  for (const auto later : {60s, 30s}) {
    CHECK(scripts.Run("1", {.timeout = later}).Get() == 1);
    CHECK_THROWS_AS(scripts.Run("new Promise(() => {})", {.timeout = 50ms}).Get(10s),
                    nh::DeadlineExceeded);
  }
}

TEST_CASE("limits: a timeout beyond all timers is for ever") {
  nh::Environment node = NewEnvironment();
  const nh::ScriptRunner<int> scripts(node);
  const std::string code = "globalThis.i = setInterval(() => {}, 10); 1";
  CHECK(scripts.Run(code, {.timeout = std::chrono::milliseconds::max()}).Get() == 1);
  std::this_thread::sleep_for(50ms);
  CHECK(CountActive(node, "Timeout") == 1);
}

TEST_CASE("limits: scripts cannot switch off what ends them") {
  nh::Environment node = NewEnvironment();
  const nh::ScriptRunner<int> scripts(node);
  scripts
      .Run(
          "EventTarget.prototype.addEventListener = AbortSignal.prototype.addEventListener ="
          "  () => { throw 1 };"
          "require('timers').setTimeout = () => { throw 2 };"
          "const hooks = Object.getPrototypeOf(require('async_hooks').createHook({}));"
          "hooks.enable = hooks.disable = () => { throw 3 }; 0")
      .Get();
  std::stop_source source;
  CHECK(scripts.Run("setInterval(() => {}, 1); 1", {.timeout = 50ms, .stop = source.get_token()})
            .Get() == 1);
  CHECK(Eventually(0, node, "Timeout"));
}

TEST_CASE(
    "limits: a script that is stopped leaves Node's async hooks whole, or the environment ends") {
  nh::Environment node = NewEnvironment();
  const nh::ScriptRunner<int> scripts(node);
  try {
    // The hooks run most of the time here.
    for (int i = 0; i < 5; ++i) {
      try {
        scripts.Run("for (;;) clearTimeout(setTimeout(() => {}, 1e6))", {.timeout = 20ms}).Get();
      } catch (const nh::DeadlineExceeded&) {
      }
    }
    const int stored = node.Run([](nh::Js& js) {
      return js
          .Eval(
              "const { AsyncLocalStorage } = require('async_hooks');"
              "const storage = new AsyncLocalStorage();"
              "new Promise((done) => storage.run(7, () => setImmediate(() =>"
              "  done(storage.getStore() ?? 0))))")
          .As<nh::Task<int>>();
    });
    CHECK(stored == 7);
  } catch (const nh::EnvironmentStopped&) {  // rarely: a hook that is compiled into the loop
  }
}

TEST_CASE("limits: a stop waits for a hook of async resources to return") {
  nh::Environment node = NewEnvironment();
  // Half of the time in a hook.
  node.Run([](nh::Js& js) {
    js.Eval(
        "const { createHook, AsyncResource } = require('async_hooks');"
        "const spend = (ms) => { for (const end = Date.now() + ms; Date.now() < end;); };"
        "globalThis.hook = createHook({ init(id, type) { if (type === 'slow') spend(3); } });"
        "globalThis.loop = () => { for (;;) { new AsyncResource('slow'); spend(3); } }");
  });
  for (int i = 0; i < 12; ++i) {
    CAPTURE(i);
    CHECK_THROWS_AS(node.Run([](nh::Js& js) { js.Eval("hook.enable(); loop()"); },
                             {.timeout = std::chrono::milliseconds(10 + i)}),
                    nh::DeadlineExceeded);
  }
  CHECK(node.Run([](nh::Js& js) { return js.Eval("hook.disable(); 1").As<int>(); }) == 1);
}

TEST_CASE("limits: an environment that is stopped in a hook of async resources ends") {
  nh::Environment node = NewEnvironment();
  const auto loop = [](nh::Js& js) {
    js.Eval(
        "const { createHook, AsyncResource } = require('async_hooks');"
        "createHook({ init() { for (;;); } }).enable();"
        "new AsyncResource('loops');");
  };
  // Long enough for a busy machine to be in the hook by then.
  CHECK_THROWS_AS(node.Run(loop, {.timeout = 500ms}), nh::DeadlineExceeded);
  CHECK_THROWS_WITH_AS(node.Run([](nh::Js&) {}),
                       doctest::Contains("in the middle of callbacks that were not its own"),
                       nh::EnvironmentStopped);
}
