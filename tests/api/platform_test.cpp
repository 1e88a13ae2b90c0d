// NodejsPlatform: its options, and what it tells of itself.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "support/host.hpp"

namespace {

std::string Text(nh::Environment& node, std::string_view code) {
  return node.Run([&](nh::Js& js) { return js.Eval(code).As<std::string>(); });
}

double Number(nh::Environment& node, std::string_view code) {
  return node.Run([&](nh::Js& js) { return js.Eval(code).As<double>(); });
}

int ThreadCount() {
  int count = 0;
  for ([[maybe_unused]] const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("versions tells of everything underneath") {
  const nh::Versions& versions = test::Platform().versions();
  nh::Environment node = test::NewEnvironment();
  CHECK(versions.node == Text(node, "process.versions.node"));
  CHECK(versions.v8 == Text(node, "process.versions.v8"));
  CHECK(versions.uv == Text(node, "process.versions.uv"));
  CHECK(versions.modules == Text(node, "process.versions.modules"));
  CHECK_FALSE(versions.nodehost.empty());
}

TEST_CASE("versions names the file libnode was loaded from") {
  const std::filesystem::path path = test::Platform().versions().libnode_path;
  CHECK(path.is_absolute());
  CHECK(std::filesystem::is_regular_file(path));
  CHECK(path.filename().string().find("libnode") != std::string::npos);
}

TEST_CASE("args[0] is process.argv0, and the other arguments stay the program's") {
  nh::NodejsPlatform platform({.args = {"my-program", "--not-for-node", "file.js"}});
  nh::Environment node = platform.CreateEnvironment();
  CHECK(Text(node, "process.argv0") == "my-program");
  CHECK(Number(node, "process.argv.length") == 1);
  CHECK(Number(node, "process.execArgv.length") == 0);
}

TEST_CASE("an option of Node takes effect") {
  nh::NodejsPlatform platform({.node_options = {"--no-deprecation", "--conditions=special"}});
  nh::Environment node = platform.CreateEnvironment();
  CHECK(Text(node, "String(process.noDeprecation)") == "true");
  CHECK(Text(node, "process.execArgv.join()") == "--no-deprecation,--conditions=special");
}

TEST_CASE("an option of V8 takes effect") {
  nh::NodejsPlatform platform({.node_options = {"--expose-gc", "--stack-trace-limit=3"}});
  nh::Environment node = platform.CreateEnvironment();
  CHECK(Text(node, "typeof gc") == "function");
  CHECK(Number(node, "Error.stackTraceLimit") == 3);
}

TEST_CASE("a heap limit given to V8 holds") {
  nh::NodejsPlatform platform({.node_options = {"--max-old-space-size=123"}});
  nh::Environment node = platform.CreateEnvironment();
  const double limit =
      Number(node, "require('v8').getHeapStatistics().heap_size_limit / (1024 * 1024)");
  CHECK(limit >= 123);
  // And the young generation, which may be larger from V8 13 on.
  const bool v8_13 = std::stoi(platform.versions().v8) >= 13;
  CHECK(limit < (v8_13 ? 123 + 256 : 250));
}

TEST_CASE("v8_threads are the threads V8 gets") {
  const int before = ThreadCount();
  nh::NodejsPlatform platform({.v8_threads = 7});
  // 7 workers, one thread for V8's delayed tasks, and one for deadlines.
  CHECK(ThreadCount() == before + 7 + 2);
}

TEST_CASE("uv_threads are the threads libuv's pool gets") {
  const int before = ThreadCount();
  nh::NodejsPlatform platform({.v8_threads = 1, .uv_threads = 9});
  CHECK(ThreadCount() == before + 9 + 3);
}

TEST_CASE("setting uv_threads does not set UV_THREADPOOL_SIZE") {
  ::unsetenv("UV_THREADPOOL_SIZE");
  nh::NodejsPlatform platform({.uv_threads = 2});
  CHECK(std::getenv("UV_THREADPOOL_SIZE") == nullptr);
}

TEST_CASE("setting uv_threads puts UV_THREADPOOL_SIZE back") {
  ::setenv("UV_THREADPOOL_SIZE", "3", 1);
  nh::NodejsPlatform platform({.uv_threads = 2});
  CHECK(std::string(std::getenv("UV_THREADPOOL_SIZE")) == "3");
}

TEST_CASE("NODE_OPTIONS is not read") {
  ::setenv("NODE_OPTIONS", "--no-deprecation", 1);
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment();
  CHECK(Text(node, "String(process.noDeprecation)") == "undefined");
  CHECK(Text(node, "String(process.env.NODE_OPTIONS)") == "undefined");
}

TEST_CASE("NODE_OPTIONS that Node would refuse does no harm") {
  ::setenv("NODE_OPTIONS", "--no-such-option", 1);
  CHECK_NOTHROW(nh::NodejsPlatform());
}

TEST_CASE("NODE_OPTIONS is read if the platform is told so") {
  ::setenv("NODE_OPTIONS", "--no-deprecation", 1);
  nh::NodejsPlatform platform({.allow_node_options_variable = true});
  nh::Environment node = platform.CreateEnvironment();
  CHECK(Text(node, "String(process.noDeprecation)") == "true");
}
