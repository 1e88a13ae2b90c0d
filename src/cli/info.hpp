// nodehost info: what runs here, and what is missing.
#pragma once

#include <CLI/CLI.hpp>

namespace nodehost::cli {

struct InfoCommand {
  bool json = false;
};

/// Its options.
void DescribeInfo(CLI::App& verb, InfoCommand& command);

/// Returns the exit code.
int RunInfo(const InfoCommand& command);

}  // namespace nodehost::cli
