// node's own command line, run in this process.
#pragma once

#include <string>
#include <vector>

namespace nodehost::cli {

/// Whether the program goes by the name of "node": then its whole command line is node's.
bool IsCalledNode(const std::string& program);

/// Runs what `arguments` say - argv as `node` would get it - and returns the exit code.
int RunNode(std::vector<std::string> arguments);

/// Runs the script that postject has put into this program, and returns the exit code.
int RunOwnScript(std::vector<std::string> arguments);

}  // namespace nodehost::cli
