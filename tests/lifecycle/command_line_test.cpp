// run_command_line: an environment that runs what the platform's args say, and ends by itself.
#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "nodehost/keep_alive.hpp"
#include "support/host.hpp"

using namespace std::chrono_literals;

namespace {

// The platform of a command with these arguments.
struct Command {
  explicit Command(std::vector<std::string> args)
      : platform({.args = std::move(args), .own_process = true}) {}

  nh::Environment Start(std::vector<nh::Module> modules = {}) {
    return platform.CreateEnvironment({.run_command_line = true, .modules = std::move(modules)});
  }

  nh::NodejsPlatform platform;
};

// Called by JavaScript, once, with C++ going on a moment later: when a loop that has nothing to do
// has ended.
class Called {
 public:
  void Set() { called_.set_value(); }
  void WaitAndLonger() {
    called_.get_future().wait();
    std::this_thread::sleep_for(50ms);
  }

 private:
  std::promise<void> called_;
};

// A Task of C++'s that JavaScript waits for.
class Waits {
 public:
  nh::Module module() {
    struct Later {
      nh::Method<nh::Task<int>()> later;
    };
    return {"app:cpp", Later{.later = [this] {
              called.Set();
              return source.task();
            }}};
  }

  const nh::PromiseSource<int> source;
  Called called;
};

struct Watcher {
  nh::Method<void(std::function<nh::Posted(int)>)> watch;
};

}  // namespace

TEST_CASE("a command line ends by itself, with its exit code") {
  Command command({"node", "-e", "setTimeout(() => { process.exitCode = 3 }, 5)"});
  nh::Environment node = command.Start();
  CHECK(node.WaitForExit() == 3);
  CHECK_THROWS_AS(node.Run([](nh::Js&) {}), nh::EnvironmentStopped);
}

TEST_CASE("a command line that waits for ever on its top-level await ends with code 13") {
  Command command({"node", "--input-type=module", "-e", "await new Promise(() => {})"});
  CHECK(command.Start().WaitForExit() == 13);
}

TEST_CASE("a command line goes on while it waits for a Task of C++'s") {
  Waits waits;
  Command command(
      {"node", "-e", "require('app:cpp').later().then((n) => { process.exitCode = n })"});
  nh::Environment node = command.Start({waits.module()});
  waits.called.WaitAndLonger();
  waits.source.Resolve(7);
  CHECK(node.WaitForExit() == 7);
}

TEST_CASE("a command line that waits for a Task of C++'s is stopped at once") {
  Waits waits;
  Command command({"node", "-e", "require('app:cpp').later()"});
  nh::Environment node = command.Start({waits.module()});
  waits.called.WaitAndLonger();
  CHECK(node.Stop(20s).clean);
}

TEST_CASE("a command line goes on while it waits for streams of C++'s") {
  const nh::Pipe<int> from = nh::NewPipe<int>();
  const nh::Pipe<int> to = nh::NewPipe<int>();
  Called called;
  struct Streams {
    nh::Method<nh::ReadStream<int>()> numbers;
    nh::Method<nh::WriteStream<int>()> sink;
  };
  Streams streams;
  streams.numbers = [&] {
    called.Set();
    return from.readable;
  };
  streams.sink = [&] { return to.writable; };
  Command command({"node", "-e", R"(
    const { numbers, sink } = require('app:cpp');
    (async () => {
      let sum = 0;
      for await (const n of numbers()) sum += n;
      sink().end(sum, () => { process.exitCode = sum });
    })();)"});
  nh::Environment node = command.Start({nh::Module("app:cpp", streams)});
  called.WaitAndLonger();
  from.writable.Write(1).Get();
  from.writable.Write(2).Get();
  const nh::Task<> ended = from.writable.End();
  CHECK(to.readable.Read().Get(10s) == 3);
  std::this_thread::sleep_for(50ms);
  CHECK(to.readable.Read().Get(10s) == std::nullopt);
  CHECK(node.WaitForExit() == 3);
  CHECK(ended.done());
}

TEST_CASE("a command line goes on as long as C++ says that it will call a function") {
  std::function<nh::Posted(int)> listener;
  nh::KeepAlive alive;
  Called called;
  const Watcher watcher{.watch = [&](std::function<nh::Posted(int)> given) {
    listener = std::move(given);
    alive = nh::KeepAlive::Here();
    called.Set();
  }};
  Command command({"node", "-e", "require('app:cpp').watch((n) => { process.exitCode = n })"});
  nh::Environment node = command.Start({nh::Module("app:cpp", watcher)});
  called.WaitAndLonger();
  listener(5);
  alive.Release();
  CHECK(node.WaitForExit() == 5);
}

TEST_CASE("a function that C++ keeps does not keep a command line from its end") {
  std::function<nh::Posted(int)> listener;
  const Watcher watcher{
      .watch = [&](std::function<nh::Posted(int)> given) { listener = std::move(given); }};
  Command command({"node", "-e", "require('app:cpp').watch(() => {})"});
  nh::Environment node = command.Start({nh::Module("app:cpp", watcher)});
  CHECK(node.WaitForExit() == 0);
  CHECK_THROWS_AS(listener(5), nh::EnvironmentStopped);
  CHECK_THROWS_AS(nh::KeepAlive::Here(), nh::WrongThread);
}

TEST_CASE("C++ reaches into a command line that runs") {
  Command command({"node", "-e", "globalThis.mine = 5; setInterval(() => {}, 1000)"});
  nh::Environment node = command.Start();
  CHECK(node.Run([](nh::Js& js) { return js.Global()["mine"].As<int>(); }) == 5);
  CHECK(node.Import<std::string>("node:path", "sep") == "/");
  node.Stop(0ms);
  CHECK(node.exit_code().has_value());
}

TEST_CASE("a command line is stopped while it is being loaded") {
  Command command({"node", "-e", "while (true) {}"});
  nh::Environment node = command.Start();
  node.Stop(0ms);
  CHECK(node.exit_code() == 1);
}

TEST_CASE("an environment destroyed at once stops its command line") {
  Command command({"node", "-e", "setInterval(() => {}, 1000)"});
  static_cast<void>(
      command.platform.CreateEnvironment({.run_command_line = true, .stop_timeout = 0ms}));
}

TEST_CASE("a script that is missing ends a command line with code 1") {
  Command command({"node", "/no/such/script.js"});
  CHECK(command.Start().WaitForExit() == 1);
}

TEST_CASE("C++ reaches into a command line whose script replaces what the host is made of") {
  Command command(
      {"node", "-e",
       "const vm = require('vm'); vm.compileFunction = () => () => ({ __proto__: null });"
       "vm.Script.prototype.runInThisContext = () => 'replaced';"
       "const Module = require('module'); Module.prototype._compile = () => {};"
       "Module.createRequire = () => () => 1; process._tickCallback = () => {};"
       "process.getBuiltinModule = () => ({});"
       "Object.defineProperty(globalThis, 'process', { get() { throw 1 } });"
       "Reflect.apply = 1; Function.prototype.call = 2; Map.prototype.get = 3;"
       "setInterval(() => {}, 1000); globalThis.mine = 5"});
  nh::Environment node = command.Start();
  CHECK(node.Run([](nh::Js& js) { return js.Global()["mine"].As<int>(); }) == 5);
  CHECK(node.Run([](nh::Js& js) { return js.Eval("mine + 1").As<int>(); }) == 6);
  CHECK(node.Import<std::string>("node:path", "sep") == "/");
  const nh::JsError error = test::ErrorOf([&] {
    node.Run([](nh::Js& js) { js.Eval("throw Object.assign(new Error('x'), { own: 1 })"); });
  });
  CHECK(error.property("own") == "1");
  node.Stop(0ms);
  CHECK(node.exit_code().has_value());
}
