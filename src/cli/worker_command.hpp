// A worker process of a NodeServices: `nodehost worker`.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <string>
#include <vector>

#include "nodehost/confinement.hpp"
#include "nodehost/nats.hpp"

namespace nodehost::cli {

struct WorkerArguments {
  std::string program;
  std::string project_dir = ".";
  Rights rights = {};
  ResourceLimits limits = {};

  // Of a worker that takes its calls from NATS.
  NatsOptions nats = {};
  bool with_nats = false;
  std::size_t instances = 1;
  std::vector<std::string> watched_extensions = {};
  int drain_seconds = 30;
};

/// Its options.
void DescribeWorker(CLI::App& verb, WorkerArguments& worker);

/// Serves the calls that come over descriptor 3 until its other side closes, or those of NATS until
/// SIGTERM or SIGINT; returns the exit code.
int RunServiceWorker(const WorkerArguments& arguments);

}  // namespace nodehost::cli
