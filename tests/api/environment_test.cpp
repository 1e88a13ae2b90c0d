// Environment: what its options do, and what the JavaScript in it sees of the process.
#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <utility>

#include "support/host.hpp"
#include "support/temporary_folder.hpp"

using namespace std::chrono_literals;
using test::Platform;

namespace {

std::string Text(nh::Environment& node, std::string_view code) {
  return node.Run([&](nh::Js& js) { return js.Eval(code).As<std::string>(); });
}

// What CreateEnvironment refuses these options with.
std::string RefusalOf(nh::EnvironmentOptions options) {
  try {
    Platform().CreateEnvironment(std::move(options));
  } catch (const nh::HostError& error) {
    return error.what();
  }
  return {};
}

std::set<std::string> ThreadNames() {
  std::set<std::string> names;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    std::getline(std::ifstream(task.path() / "comm"), name);
    names.insert(name);
  }
  return names;
}

// The value of the variable in a child process of the environment.
std::string InChild(nh::Environment& node, const std::string& name) {
  return Text(node, "require('child_process').execFileSync('/bin/sh', ['-c', 'printf %s \"${" +
                        name + "-unset}\"'], { encoding: 'utf8' })");
}

// The value of the variable in a Worker of the environment.
std::string InWorker(nh::Environment& node, const std::string& name) {
  node.Run([&](nh::Js& js) {
    js.Eval(
        "(name) => {"
        "  const { Worker } = require('worker_threads');"
        "  const code = `require('worker_threads').parentPort.postMessage("
        "    String(process.env.${name}))`;"
        "  globalThis[name] = new Promise((resolve, reject) =>"
        "    new Worker(code, { eval: true }).on('message', resolve).on('error', reject));"
        "}")(name);
  });
  return node.Import<std::string>("data:text/javascript,export default await " + name, "default");
}

}  // namespace

TEST_CASE("base_dir is where modules are found") {
  nh::Environment node = Platform().CreateEnvironment({.base_dir = test::kModules + "/folder"});
  CHECK(node.Import<bool>("./index.js", "index"));
}

TEST_CASE("a relative base_dir is meant from the working directory of the moment") {
  std::filesystem::current_path(test::kModules);
  nh::Environment node = Platform().CreateEnvironment({.base_dir = "folder/../folder"});
  std::filesystem::current_path("/");
  CHECK(node.Import<bool>("./index.js", "index"));
}

TEST_CASE("base_dir defaults to the working directory") {
  std::filesystem::current_path(test::kModules + "/folder");
  nh::Environment node = Platform().CreateEnvironment();
  CHECK(node.Import<bool>("./index.js", "index"));
}

TEST_CASE("a base_dir that is missing, or a file, is refused by name") {
  const std::string missing = RefusalOf({.base_dir = "/no/such/directory"});
  CHECK(missing.find("EnvironmentOptions::base_dir: \"/no/such/directory\"") != std::string::npos);
  const std::string file = RefusalOf({.base_dir = test::kModules + "/geo.js"});
  CHECK(file.find("EnvironmentOptions::base_dir") != std::string::npos);
  CHECK(file.find("not a directory") != std::string::npos);
  CHECK(RefusalOf({.base_dir = ""}).find("EnvironmentOptions::base_dir") != std::string::npos);
}

TEST_CASE("args are the rest of process.argv") {
  nh::Environment node = Platform().CreateEnvironment({.args = {"one", "--two", "drei ä"}});
  CHECK(Text(node, "process.argv.slice(1).join('|')") == "one|--two|drei ä");
  CHECK(Text(node, "process.execArgv.join('|')") == "");
}

TEST_CASE("process.execPath is the program that runs") {
  nh::Environment node = test::NewEnvironment();
  CHECK(Text(node, "process.execPath") == std::filesystem::read_symlink("/proc/self/exe").string());
  CHECK(Text(node, "process.argv[0]") == Text(node, "process.execPath"));
}

TEST_CASE("env sets and removes variables for process.env") {
  ::setenv("NODEHOST_TEST_GOES", "here", 1);
  ::setenv("NODEHOST_TEST_STAYS", "here", 1);
  nh::Environment node = Platform().CreateEnvironment(
      {.env = {{"NODEHOST_TEST_NEW", "neu ä"}, {"NODEHOST_TEST_GOES", std::nullopt}}});
  CHECK(Text(node, "process.env.NODEHOST_TEST_NEW") == "neu ä");
  CHECK(Text(node, "String(process.env.NODEHOST_TEST_GOES)") == "undefined");
  CHECK(Text(node, "process.env.NODEHOST_TEST_STAYS") == "here");
}

TEST_CASE("neither env nor assignments to process.env reach the process") {
  nh::Environment node = Platform().CreateEnvironment({.env = {{"NODEHOST_TEST_NEW", "overlay"}}});
  Text(node, "process.env.NODEHOST_TEST_ASSIGNED = 'x'");
  CHECK(std::getenv("NODEHOST_TEST_NEW") == nullptr);
  CHECK(std::getenv("NODEHOST_TEST_ASSIGNED") == nullptr);
}

TEST_CASE("without env, assignments to process.env do not reach the process either") {
  nh::Environment node = Platform().CreateEnvironment();
  Text(node, "process.env.NODEHOST_TEST_ASSIGNED = 'x'");
  CHECK(std::getenv("NODEHOST_TEST_ASSIGNED") == nullptr);
}

TEST_CASE("another environment does not see env") {
  nh::Environment one = Platform().CreateEnvironment({.env = {{"NODEHOST_TEST_NEW", "overlay"}}});
  nh::Environment other = Platform().CreateEnvironment();
  Text(one, "process.env.NODEHOST_TEST_ASSIGNED = 'x'");
  CHECK(Text(other, "String(process.env.NODEHOST_TEST_NEW)") == "undefined");
  CHECK(Text(other, "String(process.env.NODEHOST_TEST_ASSIGNED)") == "undefined");
}

TEST_CASE("child processes inherit env") {
  ::setenv("NODEHOST_TEST_GOES", "here", 1);
  nh::Environment node = Platform().CreateEnvironment(
      {.env = {{"NODEHOST_TEST_NEW", "overlay"}, {"NODEHOST_TEST_GOES", std::nullopt}}});
  CHECK(InChild(node, "NODEHOST_TEST_NEW") == "overlay");
  CHECK(InChild(node, "NODEHOST_TEST_GOES") == "unset");
}

TEST_CASE("Workers inherit env") {
  ::setenv("NODEHOST_TEST_GOES", "here", 1);
  nh::Environment node = Platform().CreateEnvironment(
      {.env = {{"NODEHOST_TEST_NEW", "overlay"}, {"NODEHOST_TEST_GOES", std::nullopt}}});
  CHECK(InWorker(node, "NODEHOST_TEST_NEW") == "overlay");
  CHECK(InWorker(node, "NODEHOST_TEST_GOES") == "undefined");
}

TEST_CASE("a channel that the host's parent meant for the host is not taken") {
  ::setenv("NODE_CHANNEL_FD", "0", 1);
  nh::Environment node = Platform().CreateEnvironment();
  CHECK(Text(node, "typeof process.send") == "undefined");
  CHECK(std::string(std::getenv("NODE_CHANNEL_FD")) == "0");
}

TEST_CASE("name is the name of the JS thread, cut to what Linux keeps") {
  nh::Environment node = Platform().CreateEnvironment({.name = "renderer-of-markdown"});
  CHECK(ThreadNames().contains("renderer-of-mar"));
}

TEST_CASE("name is in errors") {
  nh::Environment node = Platform().CreateEnvironment({.name = "renderer"});
  node.Stop();
  try {
    node.Run([](nh::Js&) {});
    FAIL("nothing was thrown");
  } catch (const nh::EnvironmentStopped& error) {
    CHECK(std::string(error.what()).find("\"renderer\"") != std::string::npos);
  }
}

TEST_CASE("exit_code is empty while the environment runs, and 0 after a plain stop") {
  nh::Environment node = test::NewEnvironment();
  CHECK_FALSE(node.exit_code().has_value());
  node.Stop();
  CHECK(node.exit_code() == 0);
}

TEST_CASE("exit_code is process.exitCode after a plain stop") {
  nh::Environment node = test::NewEnvironment();
  node.Run([](nh::Js& js) { js.Eval("process.exitCode = 5"); });
  node.Stop();
  CHECK(node.exit_code() == 5);
}

TEST_CASE("beforeExit and exit events come once, at the stop") {
  nh::Environment node = test::NewEnvironment();
  const test::TemporaryFolder folder;
  const std::string seen = folder.File("events");
  node.Run([&](nh::Js& js) {
    js.Eval(
        "(file) => {"
        "  require('fs').writeFileSync(file, '');"
        "  for (const event of ['beforeExit', 'exit']) {"
        "    process.on(event, (code) => require('fs').appendFileSync(file, event + code + ' '));"
        "  }"
        "}")(seen);
  });
  node.Stop(5s);
  std::string text;
  std::getline(std::ifstream(seen), text);
  CHECK(text == "beforeExit0 exit0 ");
}

TEST_CASE("chdir is refused: the directory is the process's") {
  nh::Environment node = test::NewEnvironment();
  const nh::JsError error = test::ErrorOf([&] { Text(node, "process.chdir('/')"); });
  CHECK(error.code() == "ERR_WORKER_UNSUPPORTED_OPERATION");
}

TEST_CASE("moving an environment leaves it running under its new name") {
  nh::Environment node = test::NewEnvironment();
  nh::Environment moved = std::move(node);
  CHECK(Text(moved, "'alive'") == "alive");
}

TEST_CASE("assigning an environment stops the one that was there") {
  nh::Environment node = test::NewEnvironment();
  auto pending = node.Import<nh::Method<void()>>("globalThis", "queueMicrotask");
  nh::Environment next = test::NewEnvironment();
  node = std::move(next);
  CHECK_THROWS_AS(pending(), nh::EnvironmentStopped);
  CHECK(Text(node, "'alive'") == "alive");
}

TEST_CASE("assigning an environment to itself changes nothing") {
  nh::Environment node = test::NewEnvironment();
  nh::Environment& same = node;
  node = std::move(same);
  CHECK(Text(node, "'alive'") == "alive");
}
