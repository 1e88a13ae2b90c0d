// run_command_line: an environment that runs what the platform's args say, and ends by itself.
#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "support/host.hpp"

using namespace std::chrono_literals;

namespace {

// The platform of a command with these arguments.
struct Command {
  explicit Command(std::vector<std::string> args)
      : platform({.args = std::move(args), .own_process = true}) {}

  nh::Environment Start() { return platform.CreateEnvironment({.run_command_line = true}); }

  nh::NodejsPlatform platform;
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
