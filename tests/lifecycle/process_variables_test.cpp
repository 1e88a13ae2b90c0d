// The environment variables of the process: what of them Node heeds, and who sees the overlay.
#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "support/host.hpp"

using test::kModules;

namespace {

std::string Text(nh::Environment& node, const std::string& code) {
  return node.Run([&](nh::Js& js) { return js.Eval("String(" + code + ")").As<std::string>(); });
}

}  // namespace

TEST_CASE("process: NODE_ variables of the process have no effect") {
  setenv("NODE_OPTIONS", "--stack-trace-limit=3 --require=/no/such/file.js", 1);
  setenv("NODE_PENDING_DEPRECATION", "1", 1);
  setenv("NODE_PRESERVE_SYMLINKS", "1", 1);
  setenv("NODE_REDIRECT_WARNINGS", "/no/such/folder/file", 1);
  setenv("NODE_EXTRA_CA_CERTS", "/no/such/file.pem", 1);
  setenv("NODE_CHANNEL_FD", "0", 1);
  setenv("NODE_UNIQUE_ID", "7", 1);
  setenv("NODE_V8_COVERAGE", "/no/such/folder", 1);
  setenv("NODE_PATH", NODEHOST_FIXTURES, 1);
  setenv("NODE_TLS_REJECT_UNAUTHORIZED", "0", 1);
  setenv("NODE_ENV", "production", 1);
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment({.base_dir = "/", .process_binding = true});
  CHECK(Text(node, "process.execArgv.length") == "0");
  CHECK(Text(node, "typeof process.send") == "undefined");
  CHECK(Text(node, "require('cluster').isPrimary") == "true");
  CHECK(Text(node, "require('module').globalPaths.length") == "0");
  CHECK(Text(node, "Object.keys(process.env).filter((name) => name.startsWith('NODE_'))") ==
        "NODE_ENV");
  CHECK(std::string(std::getenv("NODE_UNIQUE_ID")) == "7");
  // NODE_PENDING_DEPRECATION has no effect: with it, this line would print a warning.
  CHECK(Text(node,
             "(() => { let seen = 0; const { emitWarning } = process;"
             " process.emitWarning = () => { ++seen; }; process.binding('fs');"
             " process.emitWarning = emitWarning; return seen; })()") == "0");
}

TEST_CASE("process: NODE_OPTIONS is read if the platform is told to") {
  setenv("NODE_OPTIONS", "--no-deprecation --title=told", 1);
  nh::NodejsPlatform platform({.allow_node_options_variable = true});
  nh::Environment node = platform.CreateEnvironment({.base_dir = kModules});
  CHECK(Text(node, "process.noDeprecation") == "true");
}

TEST_CASE("process: loadEnvFile sets variables of the environment, not of the process") {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("nodehost-env-" + std::to_string(getpid())))
          .string();
  std::ofstream(path) << "TEST_FROM_FILE=file\nTEST_THERE=file\n";
  nh::NodejsPlatform platform;
  nh::Environment node =
      platform.CreateEnvironment({.base_dir = kModules, .env = {{"TEST_THERE", "mine"}}});
  CHECK(Text(node, "process.loadEnvFile('" + path +
                       "') + ' ' + process.env.TEST_FROM_FILE + ' ' + process.env.TEST_THERE") ==
        "undefined file mine");
  CHECK(std::getenv("TEST_FROM_FILE") == nullptr);
  std::filesystem::remove(path);
}

TEST_CASE("process: the overlay is one environment's, and its children's and Workers'") {
  setenv("TEST_KEPT", "kept", 1);
  setenv("TEST_GONE", "gone", 1);
  nh::NodejsPlatform platform;
  nh::Environment one = platform.CreateEnvironment(
      {.base_dir = kModules, .env = {{"TEST_NEW", "new"}, {"TEST_GONE", std::nullopt}}});
  nh::Environment two = platform.CreateEnvironment({.base_dir = kModules});
  const std::string three = "[process.env.TEST_KEPT, process.env.TEST_NEW, process.env.TEST_GONE]";
  CHECK(Text(one, three) == "kept,new,");
  CHECK(Text(two, three) == "kept,,gone");
  const std::string child =
      "require('child_process').execFileSync('sh', ['-c', 'echo $TEST_KEPT,$TEST_NEW,$TEST_GONE'])";
  CHECK(Text(one, child) == "kept,new,\n");
  CHECK(Text(two, child) == "kept,,gone\n");
  one.Run([](nh::Js& js) { js.Eval("process.env.TEST_SET = 'by JavaScript'"); });
  CHECK(std::getenv("TEST_SET") == nullptr);
  CHECK(Text(two, "process.env.TEST_SET") == "undefined");
}
