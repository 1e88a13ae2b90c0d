// A failed check in V8 or Node, which ends `node` with an abort, ends one environment here.
#include <doctest/doctest.h>

#include <csignal>
#include <future>
#include <string>
#include <string_view>
#include <utility>

#include <sys/wait.h>
#include <unistd.h>

#include "support/host.hpp"
#include "support/leaks.hpp"

namespace {

// V8 has no arrays of so many elements. It does not throw for the attempt, it aborts.
const std::string kFatalInV8 = "'x'.repeat(2e8).split('')";
// Node's native functions abort when their arguments are not what Node's own JavaScript passes.
const std::string kFatalInNode = "process.binding('fs').open()";

std::string EndedBy(nh::Environment& node, const std::string& code) {
  try {
    node.Run([&](nh::Js& js) { js.Eval(code); });
  } catch (const nh::EnvironmentStopped& stopped) {
    CHECK(stopped.reason() == nh::EndReason::kFatalError);
    CHECK(stopped.exit_code() == 134);
    return stopped.what();
  }
  return "nothing was thrown";
}

void CheckLost(nh::Environment& node) {
  test::ExpectLeaks();  // all that the parked thread has
  CHECK(node.WaitForExit() == 134);
  const nh::StopResult result = node.Stop();
  CHECK_FALSE(result.ended);
  CHECK(result.reason == nh::EndReason::kFatalError);
  CHECK(result.still_alive.size() == 1);
}

void CheckHostGoesOn() {
  nh::Environment next = test::NewEnvironment();
  CHECK(next.Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
  CHECK(next.Stop().ended);
}

}  // namespace

TEST_CASE("a fatal error in V8 or Node ends the environment and nothing else") {
  for (const std::string& code : {kFatalInV8, kFatalInNode}) {
    nh::Environment node = test::NewEnvironmentWithBindings();
    CHECK(EndedBy(node, code).find("V8 or Node met a fatal error") != std::string::npos);
    CHECK_THROWS_AS(node.Post([](nh::Js&) {}), nh::EnvironmentStopped);
    CheckLost(node);
    CheckHostGoesOn();
  }
}

TEST_CASE("a fatal error in libuv ends the environment and nothing else") {
  nh::Environment other = test::NewEnvironment();
  nh::Environment node = test::NewEnvironment();
  // libuv cannot begin to poll a socket whose number is no file's any more, and aborts.
  node.Run([](nh::Js& js) {
    js.Eval(
        "const server = require('net').createServer();"
        "server.listen(0, () => require('fs').closeSync(server._handle.fd)); 0");
  });
  CheckLost(node);
  CheckHostGoesOn();
  CHECK(other.Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
}

TEST_CASE("a fatal error in a timer, with nobody waiting, is told to on_log") {
  std::promise<std::string> logged;
  nh::Environment node =
      test::Platform().CreateEnvironment({.name = "lost", .on_log = [&](std::string_view text) {
                                            logged.set_value(std::string(text));
                                          }});
  node.Run([](nh::Js& js) { js.Eval("setTimeout(() => " + kFatalInV8 + ", 1)"); });
  CheckLost(node);
  CHECK(logged.get_future().get().find("\"lost\" ended: V8 or Node met a fatal error") !=
        std::string::npos);
  CheckHostGoesOn();
}

TEST_CASE("a fatal error in a Worker ends its environment and nothing else") {
  nh::Environment other = test::NewEnvironment();
  for (const std::string& code : {kFatalInV8, kFatalInNode}) {
    nh::Environment node = test::NewEnvironmentWithBindings();
    node.Run([&](nh::Js& js) {
      js.Global().Set("code", code);
      js.Eval("new (require('worker_threads').Worker)(code, { eval: true }); 0");
    });
    CheckLost(node);
    CHECK(EndedBy(node, "1").find("in one of its Workers") != std::string::npos);
    CheckHostGoesOn();
  }
  CHECK(other.Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
}

TEST_CASE("C++ that waits for a Worker hears of a fatal error there") {
  struct Keeper {
    nh::Method<void(nh::Method<void()>)> keep;
  };
  std::promise<nh::Method<void()>> kept;
  nh::Environment node = test::NewEnvironmentWithBindings();
  const auto keep = [&](nh::Method<void()> callback) { kept.set_value(std::move(callback)); };
  node.AddModule({"app:keeper", Keeper{.keep = keep}, {.in_workers = true}});
  node.Run([&](nh::Js& js) {
    js.Global().Set("code", "require('app:keeper').keep(() => " + kFatalInV8 +
                                "); setInterval(() => {}, 1000)");
    js.Eval("new (require('worker_threads').Worker)(code, { eval: true }); 0");
  });
  const nh::Method<void()> callback = kept.get_future().get();
  CHECK_THROWS_AS(callback(), nh::EnvironmentStopped);
  CHECK_THROWS_AS(callback(), nh::EnvironmentStopped);
  CheckLost(node);
  CheckHostGoesOn();
}

TEST_CASE("a fatal error aborts the process for who asks for that") {
  for (const std::string& code : {kFatalInV8, kFatalInNode}) {
    const pid_t child = fork();
    if (child == 0) {
      nh::NodejsPlatform platform({.abort_on_fatal_error = true});
      nh::Environment node = platform.CreateEnvironment({.process_binding = true});
      node.Run([&](nh::Js& js) { js.Eval(code); });
      _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
  }
}

TEST_CASE("a fatal error in the clean-up of an environment keeps no other from starting") {
  test::ExpectLeaks();
  nh::Environment node = test::NewEnvironment();
  node.Run([](nh::Js& js) { js.Import(NODEHOST_BUSY_ADDON).Call("failAtEnd"); });
  CHECK_FALSE(node.Stop().ended);
  CheckHostGoesOn();
}
