// The hosting models that the tests go over, and a project of their own to change.
#pragma once

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "nodehost/node_services.hpp"
#include "support/host.hpp"
#include "support/temporary_folder.hpp"

namespace test {

using namespace std::chrono_literals;

inline const std::string kProject = NODEHOST_FIXTURES "/services";

struct InProcess {
  static std::shared_ptr<nh::HostingModel> Make() { return nh::InProcess(); }
};
struct ChildProcess {
  static std::shared_ptr<nh::HostingModel> Make() {
    return nh::ChildProcess({.command = {NODEHOST_COMMAND}});
  }
};

template <class Model>
nh::NodeServicesOptions Options() {
  nh::NodeServicesOptions options;
  options.project_dir = kProject;
  options.hosting = Model::Make();
  options.watched_extensions = {};
  return options;
}

/// The exception of type E that `task` fails with; fails the test if it does not.
template <class E, class T>
E FailureOf(const nh::Task<T>& task) {
  try {
    static_cast<void>(task.Get(20s));
  } catch (const E& error) {
    return error;
  }
  throw std::logic_error("the call did not fail");
}

/// Calls `condition` until it is true, for 10 seconds at most.
template <class F>
bool Eventually(F condition) {
  const auto until = std::chrono::steady_clock::now() + 10s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(10ms);
  }
  return true;
}

}  // namespace test
