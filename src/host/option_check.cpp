#include "option_check.hpp"

#include <node.h>

namespace nodehost::host {

// Node calls its parser for NODE_OPTIONS and for the command line in turn, so it may be called more
// than once; it starts nothing.
OptionCheck CheckOptions(std::vector<std::string> args) {
  OptionCheck check;
  if (args.size() < 2) return check;
  std::vector<std::string> exec_args;
  node::ProcessGlobalArgs(&args, &exec_args, &check.errors, node::kDisallowedInEnvvar);
  if (check.errors.empty()) check.arguments.assign(args.begin() + 1, args.end());
  return check;
}

}  // namespace nodehost::host
