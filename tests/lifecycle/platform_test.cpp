// NodejsPlatform: refused options, a second one, and what is alive when it goes.
#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/host.hpp"

using namespace std::chrono_literals;

namespace {

struct Refusal {
  std::string text;
  int exit_code = -1;
};

// What a platform with these options is refused with.
Refusal RefusalOf(nh::PlatformOptions options) {
  try {
    nh::NodejsPlatform platform(std::move(options));
  } catch (const nh::PlatformError& error) {
    return {error.what(), error.exit_code()};
  }
  return {};
}

bool Contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("an unknown option is refused with Node's own text and its exit code") {
  const Refusal refusal = RefusalOf({.node_options = {"--no-such-option"}});
  CHECK(Contains(refusal.text, "bad option: --no-such-option"));
  CHECK(refusal.exit_code == 9);
}

TEST_CASE("an option that lacks its argument is refused with Node's own text") {
  const Refusal refusal = RefusalOf({.node_options = {"--max-http-header-size"}});
  CHECK(Contains(refusal.text, "--max-http-header-size"));
  CHECK(Contains(refusal.text, "requires an argument"));
  CHECK(refusal.exit_code == 9);
}

TEST_CASE("a node option that is none is refused, not dropped") {
  const Refusal refusal = RefusalOf({.node_options = {"--no-warnings", "script.js"}});
  CHECK(Contains(refusal.text, "PlatformOptions::node_options: \"script.js\" is not an option"));
  CHECK(refusal.exit_code == 9);
}

TEST_CASE("options are refused before the start, and the next platform starts") {
  for (const char* option :
       {"--no-such-option", "--max-http-header-size", "--no-such-v8-flag=1", "script.js", "-v"}) {
    INFO(option);
    CHECK(RefusalOf({.node_options = {option}}).exit_code == 9);
  }
  nh::NodejsPlatform platform({.node_options = {"--stack-trace-limit=7", "--conditions=mine"}});
  nh::Environment node = platform.CreateEnvironment();
  CHECK(node.Run([](nh::Js& js) {
    return js.Eval("[Error.stackTraceLimit, process.execArgv].join()").As<std::string>();
  }) == "7,--stack-trace-limit=7,--conditions=mine");
}

TEST_CASE("after a refusal by the start itself a new platform says that it is too late") {
  ::setenv("NODE_OPTIONS", "--no-such-option", 1);
  CHECK(Contains(RefusalOf({.allow_node_options_variable = true}).text,
                 "can be started only once in a process"));
  CHECK(Contains(RefusalOf({}).text, "refused its options"));
}

TEST_CASE("numbers of threads that make no sense are refused, and the next platform starts") {
  CHECK(Contains(RefusalOf({.v8_threads = 0}).text, "PlatformOptions::v8_threads is 0"));
  CHECK(Contains(RefusalOf({.uv_threads = -1}).text, "PlatformOptions::uv_threads is -1"));
  CHECK(Contains(RefusalOf({.uv_threads = 1025}).text, "PlatformOptions::uv_threads is 1025"));
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment();
  CHECK(node.Run([](nh::Js& js) { return js.Eval("1 + 1").As<int>(); }) == 2);
}

TEST_CASE("a bad NODE_OPTIONS is refused where it is read") {
  ::setenv("NODE_OPTIONS", "--no-such-option", 1);
  const Refusal refusal = RefusalOf({.allow_node_options_variable = true});
  CHECK(Contains(refusal.text, "--no-such-option is not allowed in NODE_OPTIONS"));
  CHECK(refusal.exit_code == 9);
}

TEST_CASE("a second platform is refused while the first goes on") {
  nh::NodejsPlatform platform;
  CHECK(Contains(RefusalOf({}).text, "one NodejsPlatform at a time"));
  nh::Environment node = platform.CreateEnvironment();
  CHECK(node.Run([](nh::Js& js) { return js.Eval("1 + 1").As<int>(); }) == 2);
}

TEST_CASE("a platform after the first is gone is refused") {
  { nh::NodejsPlatform platform; }
  CHECK(Contains(RefusalOf({}).text, "is gone"));
}

TEST_CASE("a platform that never made an environment goes") { nh::NodejsPlatform platform; }

TEST_CASE("a platform may be made, used and destroyed on different threads") {
  std::optional<nh::NodejsPlatform> platform;
  std::thread([&] { platform.emplace(); }).join();
  std::optional<nh::Environment> node;
  std::thread([&] { node.emplace(platform->CreateEnvironment()); }).join();
  CHECK(node->Run([](nh::Js& js) { return js.Eval("2 * 3").As<int>(); }) == 6);
  std::thread([&] { node.reset(); }).join();
  std::thread([&] { platform.reset(); }).join();
}

TEST_CASE("environments that are alive when the platform goes are stopped") {
  std::optional<nh::NodejsPlatform> platform(std::in_place);
  nh::Environment idle = platform->CreateEnvironment({.stop_timeout = 100ms});
  nh::Environment busy = platform->CreateEnvironment({.stop_timeout = 100ms});
  auto never = busy.RunAsync([](nh::Js& js) { js.Eval("while (true) {}"); });
  auto served = idle.RunAsync([](nh::Js& js) { return js.Eval("7").As<int>(); });
  platform.reset();
  CHECK(served.get() == 7);
  CHECK_THROWS_AS(never.get(), nh::EnvironmentStopped);
  CHECK_THROWS_AS(idle.Run([](nh::Js&) {}), nh::EnvironmentStopped);
  CHECK(idle.exit_code() == 0);
  CHECK_FALSE(idle.OnJsThread());
  CHECK(idle.WaitForExit() == 0);
  idle.Stop();
}

TEST_CASE("modules of the platform are in each environment, before its own, and in Workers") {
  struct Sum {
    nh::Method<int(int, int)> add;
  };
  const auto add = [](int a, int b) { return a + b; };
  nh::NodejsPlatform platform({.modules = {{"app:sum", Sum{.add = add}, {.in_workers = true}}}});
  for (int i = 0; i < 2; ++i) {
    nh::Environment node = platform.CreateEnvironment(
        {.start_script = "globalThis.five = require('app:sum').add(2, 3)",
         .modules = {{"app:own", Sum{.add = add}}}});
    CHECK(node.Run([](nh::Js& js) {
      return js.Eval("five + require('app:own').add(1, 1)").As<int>();
    }) == 7);
    CHECK(node.Run([](nh::Js& js) -> nh::Task<int> {
      nh::Value sum = co_await js.Eval(
          "new Promise((ok) => new (require('worker_threads').Worker)("
          "'require(\"worker_threads\").parentPort.postMessage(require(\"app:sum\").add(1, 2))',"
          "{ eval: true }).once('message', ok))");
      co_return sum.As<int>();
    }) == 3);
  }
  nh::Environment pool = platform.CreateEnvironment();
  CHECK_THROWS_AS(pool.AddModule({"app:sum", Sum{.add = add}}), nh::JsError);
}

TEST_CASE("handles, methods and errors may outlive the platform") {
  struct Api {
    nh::Method<double(std::string)> parseFloat;
  };
  std::optional<nh::NodejsPlatform> platform(std::in_place);
  std::optional<nh::Environment> node(platform->CreateEnvironment());
  const Api api = node->Import<Api>("globalThis");
  CHECK(api.parseFloat("1.5") == 1.5);
  const nh::JsError error =
      test::ErrorOf([&] { node->Run([](nh::Js& js) { js.Eval("null.x"); }); });
  nh::Value kept;
  node->Run([&](nh::Js& js) { kept = js.Global(); });
  node.reset();
  platform.reset();
  CHECK_THROWS_AS(api.parseFloat("1.5"), nh::EnvironmentStopped);
  CHECK(error.name() == "TypeError");
}

TEST_CASE("environments are made and used from eight threads at once") {
  nh::NodejsPlatform platform;
  std::vector<std::thread> threads;
  std::vector<int> results(8);
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      nh::Environment node = platform.CreateEnvironment();
      results[static_cast<std::size_t>(t)] =
          node.Run([t](nh::Js& js) { return js.Eval("(n) => n * n")(t).As<int>(); });
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(results == std::vector{0, 1, 4, 9, 16, 25, 36, 49});
}
