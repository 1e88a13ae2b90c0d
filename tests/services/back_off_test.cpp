// What becomes of calls when each instance ends soon after its start: it is replaced after ever
// longer pauses (src/host/back_off.hpp), in which calls wait and callers do not.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "all_models.hpp"

using namespace test;

namespace {

// A project whose module ./loads ends its instance when it is loaded, until it is mended.
class Project {
 public:
  Project() {
    folder_.Write("loads.js", R"(
      const fs = require('fs');
      fs.appendFileSync(`${__dirname}/count`, '.');
      if (!fs.existsSync(`${__dirname}/mended`)) process.exit(3);
      module.exports = () => 7;
    )");
    folder_.Write("count", "");
  }

  template <class Model>
  nh::NodeServicesOptions OptionsFor() const {
    auto options = Options<Model>();
    options.project_dir = folder_.path();
    return options;
  }
  void Mend() const { folder_.Write("mended", ""); }
  std::size_t loads() const { return std::filesystem::file_size(folder_.File("count")); }
  const TemporaryFolder& folder() const noexcept { return folder_; }

 private:
  TemporaryFolder folder_;
};

// Afterwards the next instance is due 50 ms later, or 100, 200, 400, 800, 1600, 3200.
void LoseInstances(nh::NodeServices& services, int count) {
  for (int i = 0; i < count; ++i) {
    CHECK(FailureOf<nh::InstanceEnded>(services.InvokeAsync<int>("./loads")).started());
  }
}

}  // namespace

TEST_CASE_TEMPLATE("instances that end as they are used are few, however many calls come", Model,
                   MODELS) {
  const Project project;
  nh::NodeServices services(Platform(), project.OptionsFor<Model>());
  const auto until = std::chrono::steady_clock::now() + 1s;
  std::vector<std::thread> threads;
  std::atomic<int> ended{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      while (std::chrono::steady_clock::now() < until) {
        FailureOf<nh::InstanceEnded>(services.InvokeAsync<int>("./loads"));
        ++ended;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(ended >= 4);
  CHECK(project.loads() >= 2);
  CHECK(project.loads() <= 6);  // at 0, 50, 150, 350, 750 ms, and at 1550 for a late call
}

TEST_CASE_TEMPLATE("a call that waits for an instance can be given up, and ends with its service",
                   Model, MODELS) {
  const Project project;
  nh::NodeServices services(Platform(), project.OptionsFor<Model>());
  LoseInstances(services, 5);
  std::stop_source stop;
  const auto late = services.With({.timeout = 50ms}).template InvokeAsync<int>("./loads");
  const auto given_up =
      services.With({.stop = stop.get_token()}).template InvokeAsync<int>("./loads");
  FailureOf<nh::DeadlineExceeded>(late);
  stop.request_stop();
  FailureOf<nh::Cancelled>(given_up);
  const auto waits = services.InvokeAsync<int>("./loads");
  services.Stop(0ms);
  CHECK_FALSE(FailureOf<nh::InstanceEnded>(waits).started());
  CHECK(project.loads() == 5);
}

TEST_CASE_TEMPLATE("calls that wait are told when instances end again and again", Model, MODELS) {
  const Project project;
  nh::NodeServices services(Platform(), project.OptionsFor<Model>());
  LoseInstances(services, 4);
  std::vector<nh::Task<int>> calls;
  for (int i = 0; i < 20; ++i) calls.push_back(services.InvokeAsync<int>("./loads"));
  int started = 0;
  int told = 0;
  for (const nh::Task<int>& call : calls) {
    const auto error = FailureOf<nh::InstanceEnded>(call);
    started += error.started() ? 1 : 0;
    told += std::string(error.what()).find("as 4 before it") != std::string::npos ? 1 : 0;
  }
  CHECK(started >= 1);
  CHECK((told >= 1 || std::is_same_v<Model, ChildProcess>));  // a process begins all at once
  CHECK(project.loads() <= 7);
}

TEST_CASE_TEMPLATE("an instance that has answered is replaced at once", Model, MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 9; ++i) {
    CHECK(services.InvokeAsync<int>("./add", 1, 2).Get(20s) == 3);
    FailureOf<nh::InstanceEnded>(services.InvokeExportAsync<int>("./fails", "exits", 3));
  }
  CHECK(std::chrono::steady_clock::now() - begin < 10s);  // the pauses would be 12,750 ms
}

TEST_CASE_TEMPLATE("while one of two instances ends again and again, the other serves", Model,
                   MODELS) {
  const Project project;
  project.folder().Write("held.js", R"(
    let held = false;
    exports.hold = (callback) => {
      held = true;
      require('fs').writeFileSync(`${__dirname}/is_held`, '');
    };
    exports.spared = () => held || process.exit(3);
  )");
  auto options = project.OptionsFor<Model>();
  options.instances = 2;
  nh::NodeServices services(Platform(), std::move(options));
  const auto held = services.InvokeExportAsync<void>("./held", "hold");
  REQUIRE(Eventually([&] { return std::filesystem::exists(project.folder().File("is_held")); }));
  int spared = 0;
  int ended = 0;
  const auto begin = std::chrono::steady_clock::now();
  while (ended < 4 && std::chrono::steady_clock::now() < begin + 20s) {
    try {
      spared += services.InvokeExportAsync<bool>("./held", "spared").Get(20s) ? 1 : 0;
    } catch (const nh::InstanceEnded&) {
      ++ended;
    }
    std::this_thread::sleep_for(1ms);
  }
  services.Stop(0ms);
  FailureOf<nh::InstanceEnded>(held);
  CHECK(ended == 4);
  CHECK(std::chrono::steady_clock::now() - begin >= 350ms);  // the pauses of 50, 100 and 200 ms
  CHECK(spared > 30);
}

TEST_CASE_TEMPLATE("Stop waits for a call that waits for an instance", Model, MODELS) {
  const Project project;
  nh::NodeServices services(Platform(), project.OptionsFor<Model>());
  LoseInstances(services, 3);
  project.Mend();
  const auto call = services.InvokeAsync<int>("./loads");
  services.Stop(10s);
  CHECK(call.Get(1s) == 7);
}

TEST_CASE_TEMPLATE("a restart does not wait for the pause: what was changed may be mended", Model,
                   MODELS) {
  const Project project;
  nh::NodeServices services(Platform(), project.OptionsFor<Model>());
  LoseInstances(services, 7);
  const auto waits = services.InvokeAsync<int>("./loads");
  const auto begin = std::chrono::steady_clock::now();
  project.Mend();
  services.Restart();
  CHECK(services.InvokeAsync<int>("./loads").Get(20s) == 7);
  CHECK(waits.Get(20s) == 7);
  CHECK(std::chrono::steady_clock::now() - begin < 2900ms);  // of the pause's 3200
}
