// nodehost snapshot: writes a start-up snapshot.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace nodehost::cli {

struct SnapshotCommand {
  std::string entry;
  std::string output;
  std::vector<std::string> node_options;
};

/// Its options.
void DescribeSnapshot(CLI::App& verb, SnapshotCommand& command);

/// Returns the exit code.
int RunSnapshot(const SnapshotCommand& command);

}  // namespace nodehost::cli
