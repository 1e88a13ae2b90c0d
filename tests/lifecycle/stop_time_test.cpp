// Stop returns within half a second after its deadline.
#include "support/stop_time.hpp"

#include <doctest/doctest.h>

#include <future>
#include <string>

#include "support/host.hpp"
#include "support/leaks.hpp"

namespace {

// Checks the time that Stop takes while `code`, which never returns, runs in a job.
void CheckInterrupted(const std::string& code) {
  test::CheckStopTime([&](const auto& stop) {
    nh::Environment node = test::NewEnvironment();
    std::promise<void> begun;
    auto never = node.RunAsync([&](nh::Js& js) {
      begun.set_value();
      js.Eval(code);
    });
    begun.get_future().wait();
    stop(node);
    CHECK_THROWS_AS(never.get(), nh::EnvironmentStopped);
  });
}

}  // namespace

TEST_CASE("Stop is in time with while(true){}") { CheckInterrupted("while (true) {}"); }

TEST_CASE("Stop is in time with Atomics.wait") {
  CheckInterrupted("Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)");
}

TEST_CASE("Stop is in time with endless promises") {
  CheckInterrupted("async function f() { for (;;) await null }; f(); process._tickCallback()");
}

TEST_CASE("Stop is in time with a server that has a keep-alive client") {
  test::ExpectLeaks();  // libnode loads root certificates for http, and keeps them
  test::CheckStopTime([](const auto& stop) {
    nh::Environment node = test::NewEnvironment();
    node.Import<int>("./keep-alive-server.mjs", "port");
    stop(node);
  });
}

TEST_CASE("Stop is in time with a Worker in a loop") {
  test::CheckStopTime([](const auto& stop) {
    nh::Environment node = test::NewEnvironment();
    node.Import<double>("./looping-worker.mjs", "online");
    stop(node);
  });
}
