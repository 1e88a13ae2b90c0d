// The nodehost command: verbs of its own, and node's whole command line for everything else.
#include <uv.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "node_command.hpp"
#include "single_executable.hpp"
#include "verbs.hpp"

int main(int argc, char** argv) {
  argv = uv_setup_args(argc, argv);  // process.title = "…" writes over the originals
  std::vector<std::string> arguments(argv, argv + argc);
  if (nodehost::cli::IsSingleExecutable()) return nodehost::cli::RunOwnScript(std::move(arguments));
  if (nodehost::cli::IsCalledNode(arguments.front())) {
    return nodehost::cli::RunNode(std::move(arguments));
  }
  nodehost::cli::Verbs verbs;
  return verbs.Run(std::move(arguments));
}
