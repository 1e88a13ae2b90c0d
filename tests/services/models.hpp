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

/// A project in a folder of its own.
class Project {
 public:
  Project() {
    std::string pattern = (std::filesystem::temp_directory_path() / "services-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
  }
  ~Project() { std::filesystem::remove_all(directory_); }
  Project(const Project&) = delete;
  Project& operator=(const Project&) = delete;

  const std::string& directory() const noexcept { return directory_; }
  void Write(const std::string& file, const std::string& text) const {
    const auto path = std::filesystem::path(directory_) / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }

 private:
  std::string directory_;
};

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
