// Modules of C++'s in Workers (worker_threads): each Worker is a JS thread of its own to C++.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "support/host.hpp"
#include "support/lacks.hpp"

using namespace std::chrono_literals;

using test::ErrorOf;

namespace {

class Parcel {
 public:
  explicit Parcel(int weight) : weight_(weight) { ++living; }
  ~Parcel() { --living; }
  Parcel(const Parcel&) = delete;
  Parcel& operator=(const Parcel&) = delete;
  int weight() const { return weight_; }
  int Add(int by) { return weight_ += by; }

  static inline std::atomic<int> living{0};

 private:
  int weight_;
};

}  // namespace

template <>
struct nodehost::Describe<Parcel> {
  static void To(nh::Class<Parcel>& c) {
    c.Constructor<int>().Property<&Parcel::weight>().Method<&Parcel::Add>();
  }
};

namespace {

// What the module's functions leave for the test.
struct Desk {
  std::atomic<int> made{0};
  nh::Method<int(int)> callback;
  std::shared_ptr<Parcel> parcel;
  nh::Bytes bytes;
  std::promise<void> entered;
  std::promise<void> leave;
  std::function<int()> ask;
};

struct DeskModule {
  nh::Class<::Parcel> Parcel{};
  nh::Method<void(nh::Method<int(int)>)> keep;
  nh::Method<void(std::shared_ptr<::Parcel>)> store;
  nh::Method<std::shared_ptr<::Parcel>()> stored;
  nh::Method<void(nh::Bytes)> fill;
  nh::Method<nh::Task<int>(int)> later;
  nh::Method<int(std::function<int(int)>)> call;
  nh::Method<void()> enter;
  nh::Method<void()> pause;
  nh::Method<int()> ask;
  nh::Method<void()> fail;
};

nh::Task<int> Later(int value) {
  const nh::PromiseSource<int> source;
  std::thread([source, value] {
    std::this_thread::sleep_for(2ms);
    source.Resolve(value + 1);
  }).detach();
  return source.task();
}

nh::Module ModuleOf(const std::shared_ptr<Desk>& desk) {
  return {
      "app:desk",
      [desk](nh::Js&) {
        ++desk->made;
        return DeskModule{
            .keep = [desk](nh::Method<int(int)> f) { desk->callback = std::move(f); },
            .store = [desk](std::shared_ptr<Parcel> parcel) { desk->parcel = std::move(parcel); },
            .stored = [desk] { return desk->parcel; },
            .fill = [desk](nh::Bytes bytes) { desk->bytes = std::move(bytes); },
            .later = &Later,
            .call = [](const std::function<int(int)>& f) { return f(1); },
            .enter =
                [desk] {
                  desk->entered.set_value();
                  desk->leave.get_future().wait();
                },
            .pause = [] { std::this_thread::sleep_for(1ms); },
            .ask = [desk] { return desk->ask(); },
            .fail = [] { throw std::out_of_range("no such shelf"); }};
      },
      {.in_workers = true}};
}

nh::Environment EnvironmentWith(const std::shared_ptr<Desk>& desk) {
  return test::Platform().CreateEnvironment(
      {.base_dir = test::kModules, .modules = {ModuleOf(desk)}});
}

// `body` of an async function, as text; what it rejects with as "Name: message".
std::string Await(nh::Environment& node, std::string_view body) {
  struct Runner {
    nh::Method<void(std::function<void(std::string)>)> run;
  };
  std::promise<std::string> done;
  node.Run([&](nh::Js& js) {
    const nh::Value run = js.Eval(
        "(done) => { const { Worker } = require('worker_threads');"
        "const once = (w, e) => new Promise((ok, no) => { w.once(e, ok); w.once('error', no); });"
        "const start = (code) => new Worker("
        "  'const { parentPort } = require(\"worker_threads\");' + code, { eval: true });"
        "const run = (code) => once(start(code), 'message');"
        "(async () => {" +
        std::string(body) +
        "})().then((v) => done(String(v)), (e) => done(`${e.name}: ${e.message}`)) }");
    run(std::function<void(std::string)>([&](const std::string& text) { done.set_value(text); }));
  });
  return done.get_future().get();
}

}  // namespace

TEST_CASE("by option Workers have a module, each its own, by require, import and import()") {
  if (test::Lacks(test::NodeMajor() < 22, "Module.registerHooks, by which import finds them"))
    return;
  const auto desk = std::make_shared<Desk>();
  nh::Environment node = EnvironmentWith(desk);
  CHECK(Await(node,
              "const code = `const { Parcel } = require('app:desk');"
              "(async () => { const m = await import('app:desk');"
              "const s = await import('data:text/javascript,"
              "import { Parcel } from \"app:desk\"; export { Parcel }');"
              "parentPort.postMessage([m.Parcel === Parcel, s.Parcel === Parcel,"
              "  new Parcel(2).add(3), new (class extends Parcel {})(4).weight]) })()`;"
              "return await Promise.all([run(code), run(code)])") == "true,true,5,4,true,true,5,4");
  CHECK(desk->made == 2);
  CHECK(Await(node, "return require('app:desk').Parcel.name") == "Parcel");
  CHECK(desk->made == 3);
}

TEST_CASE("Workers have no module without the option, and no global of the host's") {
  if (test::Lacks(test::NodeMajor() < 22, "Module.registerHooks, by which import finds them"))
    return;
  const auto desk = std::make_shared<Desk>();
  nh::Environment node = EnvironmentWith(desk);
  node.AddModule({"app:main", DeskModule{}});
  CHECK(Await(node, "return await run(`require('app:main')`)").starts_with("Error: Cannot find"));
  CHECK(Await(node,
              "return await once(new Worker(new URL('data:text/javascript,"
              "import { parentPort } from \"worker_threads\"; import \"app:desk\";"
              "parentPort.postMessage(typeof require)')), 'message')") == "undefined");
}

TEST_CASE("a Worker's callbacks are called from any thread, until it has ended") {
  const auto desk = std::make_shared<Desk>();
  nh::Environment node = EnvironmentWith(desk);
  Await(node,
        "globalThis.w = start(`require('app:desk').keep((n) => { if (n < 0) throw new "
        "RangeError('negative'); return n + 1 }); parentPort.once('message', () => {});"
        "parentPort.postMessage(0)`);"
        "await once(w, 'message')");
  CHECK(desk->callback(1) == 2);
  CHECK(ErrorOf([&] { desk->callback(-1); }).message() == "negative");
  CHECK(node.Run([&](nh::Js&) { return desk->callback(2); }) == 3);
  CHECK(Await(node, "w.postMessage(0); return await once(w, 'exit')") == "0");
  CHECK_THROWS_AS(desk->callback(3), nh::EnvironmentStopped);
  try {
    desk->callback(3);
  } catch (const nh::EnvironmentStopped& error) {
    CHECK(std::string(error.what()).find("nodehost, Worker") != std::string::npos);
  }
}

TEST_CASE("a Worker ends while C++ holds its objects") {
  const auto desk = std::make_shared<Desk>();
  {
    nh::Environment node = EnvironmentWith(desk);
    CHECK(Await(node,
                "const w = start(`const d = require('app:desk'); const p = new d.Parcel(5);"
                "d.store(p); d.fill(Buffer.alloc(10000, 7)); globalThis.kept = [p, new "
                "d.Parcel(6)]; d.keep((n) => p.add(n)); parentPort.postMessage(d.stored() === p)`);"
                "const exit = once(w, 'exit'); const same = await once(w, 'message');"
                "await exit; return same") == "true");
    CHECK(Parcel::living == 1);
    CHECK(desk->parcel->weight() == 5);
    CHECK(desk->bytes.size() == 10000);
    CHECK(desk->bytes.data()[9999] == 7);
    // Another Worker, and the environment itself, have the same C++ object.
    CHECK(Await(node,
                "const n = await run(`const { stored } = require('app:desk');"
                "parentPort.postMessage(stored().add(1))`); return n + require('app:desk').stored()"
                ".add(1)") == "13");
  }
  CHECK(desk->parcel->weight() == 7);
  CHECK(desk->parcel.use_count() == 1);
  CHECK_THROWS_AS(desk->callback(1), nh::EnvironmentStopped);
  desk->parcel.reset();
  CHECK(Parcel::living == 0);
}

TEST_CASE("a Task keeps a Worker going until its promise is settled") {
  const auto desk = std::make_shared<Desk>();
  nh::Environment node = EnvironmentWith(desk);
  CHECK(Await(node,
              "return await run(`const { later, call, fail } = require('app:desk');"
              "const errors = [];"
              "try { call(() => { throw new SyntaxError('mine') }) } catch (e) { errors.push(e.name"
              " + e.message) }"
              "try { fail() } catch (e) { errors.push(e.name + e.message) }"
              "later(1).then((n) => parentPort.postMessage([n, ...errors]))`)") ==
        "2,SyntaxErrormine,RangeErrorno such shelf");
}

TEST_CASE("a call of a Worker's callback has a timeout") {
  const auto desk = std::make_shared<Desk>();
  nh::Environment node = EnvironmentWith(desk);
  Await(node,
        "globalThis.w = start(`globalThis.n = 0; require('app:desk').keep((n) => {"
        "while (n < 0) {} return n }); parentPort.on('message', () => {});"
        "parentPort.postMessage(0)`); await once(w, 'message')");
  CHECK_THROWS_AS(desk->callback.With({.timeout = 20ms})(-1), nh::DeadlineExceeded);
  CHECK(desk->callback(4) == 4);
  CHECK(Await(node, "return await w.terminate()") == "1");
}

TEST_CASE("a Worker is terminated while it is in a C++ call") {
  const auto desk = std::make_shared<Desk>();
  nh::Environment node = EnvironmentWith(desk);
  Await(node,
        "globalThis.w = start(`const d = require('app:desk'); d.keep((n) => n);"
        "d.enter(); for (;;) d.pause()`); globalThis.exit = once(w, 'exit')");
  desk->entered.get_future().wait();
  auto waits = std::async(std::launch::async, [&] { return desk->callback(1); });
  node.Run([](nh::Js& js) { js.Eval("w.terminate(); 0"); });
  CHECK_THROWS_AS(waits.get(), nh::EnvironmentStopped);  // before the call returns
  desk->leave.set_value();
  CHECK(Await(node, "return await exit") == "1");
}

TEST_CASE("a call that comes as a Worker ends is made, or says that the Worker has ended") {
  const auto desk = std::make_shared<Desk>();
  nh::Environment node = EnvironmentWith(desk);
  Await(node,
        "globalThis.w = start(`const d = require('app:desk'); d.keep((n) => n); d.enter()`);"
        "globalThis.exit = once(w, 'exit')");
  desk->entered.get_future().wait();
  auto waits = std::async(std::launch::async, [&] {
    try {
      return desk->callback(1);
    } catch (const nh::EnvironmentStopped&) {
      return 1;
    }
  });
  std::this_thread::sleep_for(
      20ms);  // it waits in the queue by then, or comes too late for this test
  desk->leave.set_value();
  CHECK(waits.get() == 1);
  CHECK(Await(node, "return await exit") == "0");
}

TEST_CASE("a Worker that calls C++ without end is terminated, and by process.exit in a callback") {
  const auto desk = std::make_shared<Desk>();
  nh::Environment node = EnvironmentWith(desk);
  CHECK(Await(node,
              "const w = start(`const { pause } = require('app:desk'); parentPort.postMessage(0);"
              "for (;;) pause()`); await once(w, 'message'); return await w.terminate()") == "1");
  CHECK(Await(node,
              "return await once(start(`require('app:desk').call(() => process.exit(7))`),"
              "'exit')") == "7");
}

TEST_CASE("the environment stops while its Workers use C++, and C++ uses it") {
  const auto desk = std::make_shared<Desk>();
  nh::Environment node = EnvironmentWith(desk);
  desk->ask = [&] { return node.Run([](nh::Js& js) { return js.Eval("6 * 7").As<int>(); }); };
  CHECK(Await(node,
              "const code = `const d = require('app:desk'); parentPort.postMessage(d.ask());"
              "for (;;) d.ask()`;"
              "start('const { pause } = require(\"app:desk\"); for (;;) pause()');"
              "const nested = start(`const { Worker } = require('worker_threads');"
              "new Worker('for (;;) require(\"app:desk\").pause()', { eval: true });"
              "parentPort.postMessage(0)`); await once(nested, 'message');"
              "return await run(code)") == "42");
  const auto began = std::chrono::steady_clock::now();
  CHECK(node.Stop(50ms).ended);
  CHECK(std::chrono::steady_clock::now() - began < 5s);
}

TEST_CASE("a Worker that waits for its parent, which waits for it, is told") {
  const auto desk = std::make_shared<Desk>();
  nh::Environment node = EnvironmentWith(desk);
  desk->ask = [&] { return node.Run([](nh::Js&) { return 1; }); };
  Await(node,
        "globalThis.w = start(`const d = require('app:desk'); d.keep(() => d.ask());"
        "parentPort.on('message', () => {}); parentPort.postMessage(0)`);"
        "await once(w, 'message')");
  CHECK_THROWS_AS(node.Run([&](nh::Js&) { return desk->callback(0); }), nh::HostError);
  CHECK(desk->callback(0) == 1);
  CHECK(Await(node, "return await w.terminate()") == "1");
}

TEST_CASE("a Worker is terminated while one of its own waits for it") {
  const auto desk = std::make_shared<Desk>();
  nh::Environment node = EnvironmentWith(desk);
  desk->ask = [desk = desk.get()] { return desk->callback(1); };
  Await(node,
        "globalThis.w = start(`require('app:desk').keep(() => { for (;;) {} });"
        "new (require('worker_threads').Worker)('require(\"app:desk\").ask()', { eval: true });"
        "setTimeout(() => parentPort.postMessage(0), 20)`); await once(w, 'message')");
  CHECK(Await(node, "return await w.terminate()") == "1");
}

TEST_CASE("Workers whose rights are taken away have modules of C++'s all the same") {
  if (test::Lacks(test::NodeMajor() < 22, "Module.registerHooks, by which import finds them"))
    return;
  const auto desk = std::make_shared<Desk>();
  nh::Environment node = test::Platform().CreateEnvironment(
      {.base_dir = test::kModules,
       .rights = {.native_addons = false,
                  .child_processes = false,
                  .network = false,
                  .read_files = std::vector<std::string>{test::kModules},
                  .builtins = std::vector<std::string>{"worker_threads", "process"}},
       .modules = {ModuleOf(desk)}});
  CHECK(Await(node,
              "return await run(`const { Parcel } = require('app:desk'); import('app:desk').then("
              "(m) => parentPort.postMessage([m.Parcel === Parcel, new Parcel(3).weight]),"
              "(e) => parentPort.postMessage(e.message))`)") == "true,3");
}
