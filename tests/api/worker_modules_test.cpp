// Modules of C++'s in Workers (worker_threads): each Worker is a JS thread of its own to C++.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <stop_token>
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
  std::atomic<int> offers{0};
  nh::Method<int(int)> callback;
  std::shared_ptr<Parcel> parcel;
  nh::Bytes bytes;
  std::promise<void> entered;
  std::promise<void> leave;
  std::function<int()> ask;

  // Whether the call was made; false where it says that the Worker has ended.
  bool CallOrHear() {
    try {
      callback(1);
      return true;
    } catch (const nh::EnvironmentStopped&) {
      return false;
    }
  }
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
  nh::Method<void()> spin;
  nh::Method<void()> offer;
};

struct More {
  int number = 0;
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
      [desk](nh::Js& js) {
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
            .fail = [] { throw std::out_of_range("no such shelf"); },
            .spin = [&js] { js.Import("data:text/javascript,await 0"); },
            .offer =
                [&js, desk] {
                  js.AddModule({"app:more", More{++desk->offers}, {.in_workers = true}});
                }};
      },
      {.in_workers = true}};
}

// An environment with the module and, on demand, one Worker `w` of it.
struct Office {
  explicit Office(nh::EnvironmentOptions options = {})
      : node(EnvironmentWith(std::move(options))) {}

  nh::Environment EnvironmentWith(nh::EnvironmentOptions options) const {
    options.base_dir = test::kModules;
    options.modules = {ModuleOf(desk)};
    return test::Platform().CreateEnvironment(std::move(options));
  }

  // `body` of an async function, as text; what it rejects with as "Name: message".
  std::string Await(std::string_view body) {
    std::promise<std::string> done;
    node.Run([&](nh::Js& js) {
      const nh::Value run = js.Eval(
          "(done) => { const { Worker } = require('worker_threads');"
          "const once = (w, e) => new Promise((ok, no) => { w.once(e, ok); w.once('error', no); });"
          "const start = (code) => new Worker("
          "  'const { parentPort } = require(\"worker_threads\");' + code,"
          "  { eval: true, resourceLimits: { maxOldGenerationSizeMb: 32 } });"
          "const run = (code) => once(start(code), 'message');"
          "(async () => {" +
          std::string(body) +
          "})().then((v) => done(String(v)), (e) => done(`${e.name}: ${e.message}`)) }");
      run(std::function<void(std::string)>([&](const std::string& text) { done.set_value(text); }));
    });
    return done.get_future().get();
  }

  // Starts `w` with `code` and `const d`, the module.
  void Start(const std::string& code) {
    Await("globalThis.w = start(`const d = require('app:desk');" + code + "`)");
  }

  // Starts `w` and returns when it has run `code`; it then waits for messages.
  void StartAndWait(const std::string& code) {
    Start(code + "; parentPort.on('message', () => {}); parentPort.postMessage(0)");
    Await("await once(w, 'message')");
  }

  // Starts `w` with code that calls `d.enter()`, and returns when it is in there.
  void StartAndEnter(const std::string& code) {
    Start(code);
    Await("globalThis.exit = once(w, 'exit'); return 0");
    desk->entered.get_future().wait();
  }

  std::string Terminate() { return Await("return await w.terminate()"); }

  const std::shared_ptr<Desk> desk = std::make_shared<Desk>();
  nh::Environment node;
};

}  // namespace

TEST_CASE("by option Workers have a module, each its own, by require, import and import()") {
  if (test::Lacks(test::NodeMajor() < 22, "Module.registerHooks, by which import finds them"))
    return;
  Office office;
  CHECK(office.Await("const code = `const { Parcel } = require('app:desk');"
                     "(async () => { const m = await import('app:desk');"
                     "const s = await import('data:text/javascript,"
                     "import { Parcel } from \"app:desk\"; export { Parcel }');"
                     "parentPort.postMessage([m.Parcel === Parcel, s.Parcel === Parcel,"
                     "  new Parcel(2).add(3), new (class extends Parcel {})(4).weight]) })()`;"
                     "return await Promise.all([run(code), run(code)])") ==
        "true,true,5,4,true,true,5,4");
  CHECK(office.desk->made == 2);
  CHECK(office.Await("return require('app:desk').Parcel.name") == "Parcel");
  CHECK(office.desk->made == 3);
}

TEST_CASE("Workers have no module without the option, and no global of the host's") {
  if (test::Lacks(test::NodeMajor() < 22, "Module.registerHooks, by which import finds them"))
    return;
  Office office;
  office.node.AddModule({"app:main", DeskModule{}});
  CHECK(office.Await("return await run(`require('app:main')`)").starts_with("Error: Cannot find"));
  CHECK(office.Await("return await once(new Worker(new URL('data:text/javascript,"
                     "import { parentPort } from \"worker_threads\"; import \"app:desk\";"
                     "parentPort.postMessage(typeof require)')), 'message')") == "undefined");
}

TEST_CASE("a Worker's callbacks are called from any thread, until it has ended") {
  Office office;
  office.StartAndWait(
      "d.keep((n) => { if (n < 0) throw new RangeError('negative'); return n + 1 });"
      "parentPort.once('message', () => parentPort.close())");
  CHECK(office.desk->callback(1) == 2);
  CHECK(ErrorOf([&] { office.desk->callback(-1); }).message() == "negative");
  CHECK(office.node.Run([&](nh::Js&) { return office.desk->callback(2); }) == 3);
  CHECK(office.Await("w.postMessage(0); return await once(w, 'exit')") == "0");
  CHECK_THROWS_AS(office.desk->callback(3), nh::EnvironmentStopped);
  try {
    office.desk->callback(3);
  } catch (const nh::EnvironmentStopped& error) {
    CHECK(std::string(error.what()).find("nodehost, Worker") != std::string::npos);
  }
}

TEST_CASE("a Worker ends while C++ holds its objects") {
  std::shared_ptr<Desk> desk;
  {
    Office office;
    desk = office.desk;
    CHECK(office.Await(
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
    CHECK(office.Await(
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
  Office office;
  CHECK(office.Await(
            "return await run(`const { later, call, fail } = require('app:desk');"
            "const errors = [];"
            "try { call(() => { throw new SyntaxError('mine') }) } catch (e) { errors.push(e.name"
            " + e.message) }"
            "try { fail() } catch (e) { errors.push(e.name + e.message) }"
            "later(1).then((n) => parentPort.postMessage([n, ...errors]))`)") ==
        "2,SyntaxErrormine,RangeErrorno such shelf");
}

TEST_CASE("a call of a Worker's callback has a timeout") {
  Office office;
  office.StartAndWait("d.keep((n) => { while (n < 0) {} return n })");
  CHECK_THROWS_AS(office.desk->callback.With({.timeout = 20ms})(-1), nh::DeadlineExceeded);
  CHECK(office.desk->callback(4) == 4);
  CHECK(office.Terminate() == "1");
}

TEST_CASE("a Worker is terminated while it is in a C++ call") {
  Office office;
  office.StartAndEnter("d.keep((n) => n); d.enter(); for (;;) d.pause()");
  auto waits = std::async(std::launch::async, [&] { return office.desk->callback(1); });
  office.node.Run([](nh::Js& js) { js.Eval("w.terminate(); 0"); });
  CHECK_THROWS_AS(waits.get(), nh::EnvironmentStopped);  // before the call returns
  office.desk->leave.set_value();
  CHECK(office.Await("return await exit") == "1");
}

TEST_CASE("a call that comes as a Worker ends is made, or says that the Worker has ended") {
  Office office;
  office.StartAndEnter("d.keep((n) => n); d.enter()");
  auto waits = std::async(std::launch::async, [&] { return office.desk->CallOrHear(); });
  std::this_thread::sleep_for(
      20ms);  // it waits in the queue by then, or comes too late for this test
  office.desk->leave.set_value();
  waits.get();
  CHECK(office.Await("return await exit") == "0");
}

TEST_CASE("a Worker that calls C++ without end is terminated, and by process.exit in a callback") {
  Office office;
  CHECK(office.Await(
            "const w = start(`const { pause } = require('app:desk'); parentPort.postMessage(0);"
            "for (;;) pause()`); await once(w, 'message'); return await w.terminate()") == "1");
  CHECK(office.Await("return await once(start(`require('app:desk').call(() => process.exit(7))`),"
                     "'exit')") == "7");
}

TEST_CASE("the environment stops while its Workers use C++, and C++ uses it") {
  Office office;
  office.desk->ask = [&] {
    return office.node.Run([](nh::Js& js) { return js.Eval("6 * 7").As<int>(); });
  };
  CHECK(office.Await("const code = `const d = require('app:desk'); parentPort.postMessage(d.ask());"
                     "for (;;) d.ask()`;"
                     "start('const { pause } = require(\"app:desk\"); for (;;) pause()');"
                     "const nested = start(`const { Worker } = require('worker_threads');"
                     "new Worker('for (;;) require(\"app:desk\").pause()', { eval: true });"
                     "parentPort.postMessage(0)`); await once(nested, 'message');"
                     "return await run(code)") == "42");
  const auto began = std::chrono::steady_clock::now();
  CHECK(office.node.Stop(50ms).ended);
  CHECK(std::chrono::steady_clock::now() - began < 5s);
}

TEST_CASE("a Worker that waits for its parent, which waits for it, is told") {
  Office office;
  office.desk->ask = [&] { return office.node.Run([](nh::Js&) { return 1; }); };
  office.StartAndWait("d.keep(() => d.ask())");
  CHECK_THROWS_AS(office.node.Run([&](nh::Js&) { return office.desk->callback(0); }),
                  nh::HostError);
  CHECK(office.desk->callback(0) == 1);
  CHECK(office.Terminate() == "1");
}

TEST_CASE("a Worker is terminated while one of its own waits for it") {
  Office office;
  office.desk->ask = [&] { return office.desk->callback(1); };
  office.Start(
      "d.keep(() => { for (;;) {} });"
      "new (require('worker_threads').Worker)('require(\"app:desk\").ask()', { eval: true });"
      "setTimeout(() => parentPort.postMessage(0), 20)");
  office.Await("await once(w, 'message')");
  CHECK(office.Terminate() == "1");
}

TEST_CASE("Workers whose rights are taken away have modules of C++'s all the same") {
  if (test::Lacks(test::NodeMajor() < 22, "Module.registerHooks, by which import finds them"))
    return;
  Office office({.rights = {.native_addons = false,
                            .child_processes = false,
                            .network = false,
                            .read_files = std::vector<std::string>{test::kModules},
                            .builtins = std::vector<std::string>{"worker_threads", "process"}}});
  CHECK(office.Await(
            "return await run(`const { Parcel } = require('app:desk'); import('app:desk').then("
            "(m) => parentPort.postMessage([m.Parcel === Parcel, new Parcel(3).weight]),"
            "(e) => parentPort.postMessage(e.message))`)") == "true,3");
}

TEST_CASE("ticks that a callback leaves in a Worker are run as in the environment") {
  Office office;
  office.StartAndWait(
      "const store = new (require('async_hooks').AsyncLocalStorage)();"
      "let errors = 0; process.on('uncaughtException', () => { errors++ });"
      "d.keep((n) => {"
      "  if (n === 0) return errors > 0 && store.getStore() === undefined ? 1 : 0;"
      "  store.run('mine', () => process.nextTick(() => { throw new Error('of a tick') }));"
      "  d.spin(); return n })");
  CHECK(office.desk->callback(2) == 2);
  CHECK(office.desk->callback(0) == 1);
  CHECK(office.Terminate() == "1");
}

TEST_CASE("Stop ends a Worker that the environment's thread waits for in C++") {
  for (const bool loops_in_the_call : {true, false}) {
    CAPTURE(loops_in_the_call);
    Office office;
    office.desk->leave.set_value();
    const std::future<void> entered = office.desk->entered.get_future();
    office.StartAndWait(loops_in_the_call
                            ? "d.keep((n) => { d.enter(); for (;;) {} })"
                            : "d.keep((n) => n); setTimeout(() => { d.enter(); for (;;) {} })");
    if (!loops_in_the_call) entered.wait();  // or the Worker would answer before
    std::atomic<bool> heard = false;
    std::promise<void> begun;
    office.node.Post([&](nh::Js&) {
      begun.set_value();
      heard = !office.desk->CallOrHear();
    });
    begun.get_future().wait();
    entered.wait();
    CHECK(office.node.Stop(0ms).ended);
    CHECK(heard);
  }
}

TEST_CASE("C++ that waits for a Worker of a Worker hears when the outer one ends") {
  struct Case {
    std::string end;
    std::string code;
  };
  const Case cases[] = {{"w.terminate()", "1"},
                        {"w.postMessage('exit')", "4"},
                        {"w.postMessage('close')", "0"},
                        {"w.postMessage('fill')", "Error: Worker terminated"}};
  for (const Case& one : cases) {
    CAPTURE(one.end);
    Office office;
    office.desk->leave.set_value();
    // The inner Worker waits for another thread, which waits for that Worker's JavaScript.
    office.desk->ask = [desk = office.desk.get()] {
      return std::async(std::launch::async, [&] { return desk->CallOrHear() ? 1 : 0; }).get();
    };
    office.StartAndEnter(
        "parentPort.on('message', (m) => {"
        "  if (m === 'exit') process.exit(4);"
        "  if (m === 'close') parentPort.close();"
        "  if (m === 'fill') for (const all = [];;) all.push(new Array(1e5).fill(0)) });"
        "new (require('worker_threads').Worker)("
        "  'const d = require(\"app:desk\"); d.keep((n) => n); d.enter(); d.ask()', {eval: true})"
        "  .unref()");
    office.Await(one.end);
    CHECK(office.Await("return await exit").starts_with(one.code));
  }
}

TEST_CASE("Workers find the later of two modules of one name that other Workers offered") {
  Office office;
  CHECK(office.Await("const code = `parentPort.on('message', () => { require('app:desk').offer();"
                     "parentPort.postMessage(0) }); parentPort.postMessage(0)`;"
                     "const both = [start(code), start(code)];"
                     "await Promise.all(both.map((w) => once(w, 'message')));"
                     "for (const w of both) { w.postMessage(0); await once(w, 'message') }"
                     "return await run(`parentPort.postMessage(require('app:more').number)`)") ==
        "2");
}

TEST_CASE("a Worker that a limit ends in callbacks not its own has an 'error' event") {
  Office office;
  office.desk->leave.set_value();
  office.StartAndWait(
      "d.keep((n) => { Promise.resolve().then(() => { d.enter(); for (;;) {} }); d.spin() })");
  office.Await(
      "globalThis.ends = new Promise((ok) => { let said; w.on('error', (e) => said = e.code +"
      " e.message); w.on('exit', (code) => ok([code, said])) }); return 0");
  std::stop_source source;
  auto waits = std::async(std::launch::async, [&] {
    CHECK_THROWS_AS(office.desk->callback.With({.stop = source.get_token()})(1), nh::Cancelled);
  });
  office.desk->entered.get_future().wait();
  source.request_stop();
  waits.get();
  CHECK(office.Await("return await ends") ==
        "1,ERR_NODEHOST_WORKER_ENDED"
        "The Worker was ended, because a job was stopped at its timeout in the middle of "
        "callbacks that were not its own");
}
