// Runs Node.js with a command line of node's, in this process.
#pragma once

#include <string>
#include <vector>

namespace nodehost::cli {

/// Runs what `arguments` say - argv as `node` would get it - and returns the exit code.
int RunNode(std::vector<std::string> arguments);

}  // namespace nodehost::cli
