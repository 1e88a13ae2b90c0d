// A worker process of a NodeServices: `nodehost worker`.
#pragma once

#include <optional>
#include <string>

#include "nodehost/confinement.hpp"

namespace nodehost::cli {

struct WorkerArguments {
  std::string program;
  std::string project_dir = ".";
  std::optional<int> inspect_port = {};
  Rights rights = {};
  ResourceLimits limits = {};
};

/// Serves the calls that come over descriptor 3 until its other side closes; returns the exit code.
int RunServiceWorker(const WorkerArguments& arguments);

}  // namespace nodehost::cli
