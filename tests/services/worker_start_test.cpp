// Worker processes that do not come up: how long they are waited for, and how often they are tried.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "models.hpp"

using namespace test;

namespace {

nh::NodeServicesOptions WithCommand(const std::string& script) {
  nh::NodeServicesOptions options;
  options.project_dir = kProject;
  options.watched_extensions = {};
  options.hosting = nh::ChildProcess({.command = {"sh", "-c", script}});
  return options;
}

}  // namespace

TEST_CASE("launch_timeout: a worker that is not ready in time is killed") {
  auto options = WithCommand("exec sleep 60");
  options.launch_timeout = 200ms;
  nh::NodeServices services(Platform(), std::move(options));
  const std::string text =
      FailureOf<nh::InstanceEnded>(services.InvokeAsync<int>("./add", 1, 2)).what();
  CHECK(text.find("was not ready within 200 ms") != std::string::npos);
}

TEST_CASE("a worker that ends at once is started again after ever longer pauses") {
  const test::TemporaryFolder folder;
  const std::string starts = folder.path() + "/starts";
  const nh::NodeServices services(Platform(), WithCommand("echo >>" + starts + "; exit 3"));
  std::this_thread::sleep_for(2s);
  std::ifstream file(starts);
  const auto count = std::distance(std::istreambuf_iterator<char>(file), {});
  // After 50, 100, 200, 400, 800 ms.
  CHECK(count >= 3);
  CHECK(count <= 6);
}
