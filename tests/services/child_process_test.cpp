// What is particular to worker processes.
#include <doctest/doctest.h>

#include <csignal>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <sys/resource.h>

#include "models.hpp"

using namespace test;

TEST_CASE("kill -9 of a worker fails the call that it had begun, and another takes its place") {
  nh::NodeServices services(Platform(), Options<ChildProcess>());
  const int first = services.InvokeExportAsync<int>("./fails", "pid").Get();
  const auto never = services.InvokeExportAsync<int>("./fails", "never");
  std::this_thread::sleep_for(100ms);
  kill(first, SIGKILL);
  const auto error = FailureOf<nh::InstanceEnded>(never);
  CHECK(error.started());
  CHECK(std::string(error.what()) == "The worker process " + std::to_string(first) +
                                         " was ended by SIGKILL while it called ./fails.");
  const int second = services.InvokeExportAsync<int>("./fails", "pid").Get();
  CHECK(second != first);
}

TEST_CASE("a worker that cannot be started again, for want of descriptors, is tried later") {
  nh::NodeServices services(Platform(), Options<ChildProcess>());
  const int first = services.InvokeExportAsync<int>("./fails", "pid").Get();
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  const rlimit none{.rlim_cur = 3, .rlim_max = limit.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
  kill(first, SIGKILL);
  const auto error =
      FailureOf<nh::InstanceEnded>(services.InvokeExportAsync<int>("./fails", "pid"));
  REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  CHECK_FALSE(error.started());
  CHECK(std::string(error.what()).find("worker process could not be started: ") !=
        std::string::npos);
  CHECK(services.InvokeExportAsync<int>("./fails", "pid").Get(20s) != first);
}

TEST_CASE("a restart from where the end of a worker is heard starts one worker") {
  const auto at_once = [](const std::function<void()>& function) { function(); };
  const auto hear = [&](nh::NodeServices& services, auto then) -> nh::Task<> {
    const nh::Task<int> call = services.InvokeExportAsync<int>("./fails", "exits", 3);
    try {
      co_await call.On(at_once);  // goes on on the thread that has the workers
    } catch (const nh::InstanceEnded&) {
      then();
    }
  };
  nh::NodeServices services(Platform(), Options<ChildProcess>());
  hear(services, [&] { services.Restart(); }).Get(20s);
  std::this_thread::sleep_for(500ms);  // a second one would be there by then
  std::vector<nh::Task<int>> calls;
  for (int i = 0; i < 20; ++i) calls.push_back(services.InvokeExportAsync<int>("./fails", "pid"));
  const int pid = calls.front().Get(20s);
  for (const nh::Task<int>& call : calls) CHECK(call.Get(20s) == pid);
}

TEST_CASE("a worker ends with its service") {
  int worker = 0;
  {
    nh::NodeServices services(Platform(), Options<ChildProcess>());
    worker = services.InvokeExportAsync<int>("./fails", "pid").Get();
    CHECK(kill(worker, 0) == 0);
  }
  CHECK(Eventually([&] { return kill(worker, 0) != 0; }));
}

TEST_CASE("a command that is no worker is given up, and the call says what it printed") {
  auto options = Options<ChildProcess>();
  options.hosting = nh::ChildProcess({.command = {"sh", "-c", "echo no worker here >&2; exit 3"}});
  options.on_output = [](std::string_view) {};
  nh::NodeServices services(Platform(), std::move(options));
  const std::string text = FailureOf<nh::InstanceEnded>(services.InvokeAsync<int>("./add")).what();
  CHECK(text.find("ended with exit code 3") != std::string::npos);
  CHECK(text.find("no worker here") != std::string::npos);
}

TEST_CASE("a worker that sends what is no message is killed, and another takes its place") {
  nh::NodeServices services(Platform(), Options<ChildProcess>());
  const auto kinds =
      services.InvokeExportAsync<std::vector<std::string>>("./past_the_wire", "kinds").Get(20s);
  CHECK(kinds.size() == 15);
  for (const std::string& kind : kinds) {
    CAPTURE(kind);
    const auto error = FailureOf<nh::InstanceEnded>(
        services.InvokeExportAsync<int>("./past_the_wire", "send", kind));
    CHECK(error.started());
    CHECK(std::string(error.what()).find(" sent what is no message (") != std::string::npos);
    CHECK(services.InvokeAsync<int>("./add", 1, 2).Get(20s) == 3);
  }
}

TEST_CASE("an error whose errors share others is told in part") {
  nh::NodeServices services(Platform(), Options<ChildProcess>());
  const auto error = FailureOf<nh::JsError>(
      services.With({.timeout = 20s}).InvokeExportAsync<int>("./fails", "shares"));
  CHECK(error.message() == "8 above");
  CHECK(error.errors().at(0).message() == "7 above");
}

TEST_CASE("a command that does not exist is an error of the call") {
  auto options = Options<ChildProcess>();
  options.hosting = nh::ChildProcess({.command = {"/absent/nodehost"}});
  nh::NodeServices services(Platform(), std::move(options));
  CHECK(std::string(FailureOf<nh::InstanceEnded>(services.InvokeAsync<int>("./add")).what())
            .find("could not be started: spawn /absent/nodehost ENOENT") != std::string::npos);
}

TEST_CASE("what a call leaves in an AsyncLocalStorage is not the next call's") {
  nh::NodeServices services(Platform(), Options<ChildProcess>());
  using Number = std::optional<int>;
  CHECK(services.InvokeExportAsync<Number>("./values", "enter", 1).Get() == std::nullopt);
  CHECK(services.InvokeExportAsync<Number>("./values", "enter", 2).Get() == std::nullopt);
}
