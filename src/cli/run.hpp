// nodehost run: a script under limits, and with modules of C++'s.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace nodehost::cli {

struct RunCommand {
  std::vector<std::string> arguments;  ///< argv as `node` would get it
  std::string rights_file = {};
  std::optional<double> time_limit = {};  ///< seconds
  std::size_t memory_limit = 0;           ///< MiB
  std::vector<std::string> modules = {};  ///< files of plug-ins
};

/// Its options.
void DescribeRun(CLI::App& verb, RunCommand& command);

/// How many of `arguments`, from the one at `first` on, are options of `verb` with their values:
/// all that follows belongs to node and to the script.
std::size_t CountOwn(const CLI::App& verb, const std::vector<std::string>& arguments,
                     std::size_t first);

/// Runs it with a NodejsPlatform, and returns the exit code.
int RunCommandLine(RunCommand command);

}  // namespace nodehost::cli
