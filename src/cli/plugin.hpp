// Plug-ins of `nodehost run --module`, and their TypeScript declarations.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "nodehost/module.hpp"

namespace nodehost::cli {

struct TypesCommand {
  std::string plugin;
  std::string output;  ///< empty: standard output
};

/// Its options.
void DescribeTypes(CLI::App& verb, TypesCommand& command);

/// Returns the exit code.
int RunTypes(const TypesCommand& command);

/// Loads a plug-in, for good. Throws HostError, which says what is wrong with the file.
std::vector<Module> LoadPlugin(const std::string& path);

}  // namespace nodehost::cli
