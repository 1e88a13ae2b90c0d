// process.exit, wherever it is called, ends its environment and nothing else.
#include <doctest/doctest.h>

#include <future>
#include <string>

#include "support/host.hpp"

using test::NewEnvironment;

namespace {

// The code an environment's end is reported with, to a call that was under way.
template <class F>
int CodeOfStopped(F&& function) {
  try {
    function();
  } catch (const nh::EnvironmentStopped& stopped) {
    return stopped.exit_code().value_or(-1);
  }
  return -2;
}

void CheckHostGoesOn() {
  nh::Environment next = NewEnvironment();
  CHECK(next.Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
}

}  // namespace

TEST_CASE("process.exit in Run: Run throws EnvironmentStopped with the code") {
  nh::Environment node = NewEnvironment();
  CHECK(CodeOfStopped([&] { node.Run([](nh::Js& js) { js.Eval("process.exit(7)"); }); }) == 7);
  CHECK(node.WaitForExit() == 7);
  CHECK(node.exit_code() == 7);
  CheckHostGoesOn();
}

TEST_CASE("process.exit at the top level of an imported module") {
  nh::Environment node = NewEnvironment();
  CHECK(CodeOfStopped([&] { node.Import<std::string>("./exits.mjs"); }) == 7);
  CHECK(node.WaitForExit() == 7);
  CheckHostGoesOn();
}

TEST_CASE("process.exit after a top-level await") {
  nh::Environment node = NewEnvironment();
  CHECK(CodeOfStopped([&] { node.Import<std::string>("./exits-later.mjs"); }) == 7);
  CHECK(node.WaitForExit() == 7);
}

TEST_CASE("process.exit after a top-level await, imported inside Run") {
  nh::Environment node = NewEnvironment();
  CHECK(CodeOfStopped([&] { node.Run([](nh::Js& js) { js.Import("./exits-later.mjs"); }); }) == 7);
  CHECK(node.WaitForExit() == 7);
}

TEST_CASE("process.exit in a timer fails what is queued and what comes later") {
  nh::Environment node = NewEnvironment();
  std::promise<void> release;
  node.Post([](nh::Js& js) { js.Eval("setImmediate(() => process.exit(7))"); });
  CHECK(node.WaitForExit() == 7);
  CHECK(CodeOfStopped([&] { node.Run([](nh::Js&) {}); }) == 7);
  CHECK(CodeOfStopped([&] { node.RunAsync([](nh::Js&) {}).get(); }) == 7);
  CHECK(CodeOfStopped([&] { node.Post([](nh::Js&) {}); }) == 7);
  CheckHostGoesOn();
}

TEST_CASE("process.exit fails the jobs behind it, with the code") {
  nh::Environment node = NewEnvironment();
  std::promise<void> release;
  auto first = node.RunAsync([go = release.get_future()](nh::Js& js) {
    go.wait();
    js.Eval("process.exit(7)");
  });
  auto second = node.RunAsync([](nh::Js&) { return 1; });
  auto third = node.RunAsync([](nh::Js&) { return 1; });
  release.set_value();
  CHECK(CodeOfStopped([&] { first.get(); }) == 7);
  CHECK(CodeOfStopped([&] { second.get(); }) == 7);
  CHECK(CodeOfStopped([&] { third.get(); }) == 7);
}

TEST_CASE("process.exit in an exit handler changes the code") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) { js.Eval("process.on('exit', () => process.exit(8))"); });
  CHECK(CodeOfStopped([&] { node.Run([](nh::Js& js) { js.Eval("process.exit(7)"); }); }) == 8);
  CHECK(node.WaitForExit() == 8);
}

TEST_CASE("process.exit in an exit handler at the end of Stop") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) { js.Eval("process.on('exit', () => process.exit(8))"); });
  const nh::StopResult result = node.Stop();
  CHECK(result.ended);
  CHECK(result.exit_code == 8);
}

TEST_CASE("process.exitCode is the code of an environment that is stopped") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) { js.Eval("process.exitCode = 5"); });
  CHECK(node.Stop().exit_code == 5);
}

TEST_CASE("process.exit in a Worker ends the Worker only") {
  nh::Environment node = NewEnvironment();
  CHECK(node.Import<int>("./worker-exits.mjs", "code") == 7);
  CHECK(node.Run([](nh::Js& js) { return js.Eval("2").As<int>(); }) == 2);
  CHECK_FALSE(node.exit_code().has_value());
}

TEST_CASE("process.exit in a nested Run unwinds all of them") {
  nh::Environment node = NewEnvironment();
  int after = 0;
  const auto nested = [&] {
    node.Run([&](nh::Js&) {
      node.Run([&](nh::Js& inner) { inner.Eval("process.exit(7)"); });
      ++after;
    });
  };
  CHECK(CodeOfStopped(nested) == 7);
  CHECK(after == 0);
}

TEST_CASE("nothing of JavaScript runs after process.exit") {
  for (const std::string exit : {"process.exit", "process.reallyExit"}) {
    nh::Environment node = NewEnvironment();
    bool ran = false;
    node.Post([&](nh::Js& js) {
      nh::Value seen = js.Eval("globalThis.seen = { after: false }");
      CHECK_THROWS_AS(
          js.Eval("try { " + exit + "(7); seen.after = true; } finally { seen.after = true; }"),
          nh::EnvironmentStopped);
      CHECK_THROWS_AS(seen["after"].As<bool>(), nh::EnvironmentStopped);
      CHECK_THROWS_AS(js.Eval("1"), nh::EnvironmentStopped);
      ran = true;
    });
    CHECK(node.WaitForExit() == 7);
    CHECK(ran);
  }
}

TEST_CASE("statements behind process.reallyExit have no effect") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    js.Eval(
        "globalThis.code = 7;"
        "process.on('exit', () => { process.reallyExit(code); process.reallyExit(++code); })");
  });
  CHECK(node.Stop().exit_code == 7);
}

TEST_CASE("Run inside a job after process.exit throws, on the JS thread as elsewhere") {
  nh::Environment node = NewEnvironment();
  int code = 0;
  node.Post([&](nh::Js& js) {
    CHECK_THROWS_AS(js.Eval("process.exit(7)"), nh::EnvironmentStopped);
    code = CodeOfStopped([&] { node.Run([](nh::Js& again) { again.Eval("1"); }); });
  });
  node.WaitForExit();
  CHECK(code == 7);
}
