#include "node_command.hpp"

#include <node.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <utility>

#include "process/option_names.hpp"
#include "run.hpp"
#include "single_executable.hpp"

namespace nodehost::cli {

namespace {

using host::WithDashes;

// With these node builds or runs a start-up snapshot or a single executable, before there is an
// environment. `node::Start` does all of it, and a NodejsPlatform cannot.
constexpr std::string_view kNodesOwn[] = {"--build-snapshot", "--snapshot-blob",
                                          "--experimental-sea-config"};

// An argument of the script's may look like one of them. `node::Start` runs that script as well,
// only without the start-up snapshot, so it starts more slowly.
bool IsForNodeItself(const std::vector<std::string>& arguments) {
  const char* const variable = std::getenv("NODE_OPTIONS");
  const std::string from_variable = WithDashes(variable ? variable : "");
  return std::ranges::any_of(kNodesOwn, [&](std::string_view option) {
    return from_variable.find(option) != std::string::npos ||
           std::ranges::any_of(arguments, [&](const std::string& argument) {
             return WithDashes(argument).starts_with(option);
           });
  });
}

int StartNode(std::vector<std::string>& arguments) {
  // libuv wants them one behind the other, as the system has them.
  std::string text;
  for (const std::string& argument : arguments) text += argument + '\0';
  std::vector<char*> argv;
  for (std::size_t i = 0; argv.size() < arguments.size();) {
    argv.push_back(&text[i]);
    i += arguments[argv.size() - 1].size() + 1;
  }
  argv.push_back(nullptr);
  return node::Start(static_cast<int>(arguments.size()), argv.data());
}

}  // namespace

bool IsCalledNode(const std::string& program) {
  return std::filesystem::path(program).stem() == "node";
}

int RunOwnScript(std::vector<std::string> arguments) {
  if (TellLibnode()) return StartNode(arguments);
  std::fprintf(stderr, "%s: this libnode cannot run the script that is in this program.\n",
               arguments.front().c_str());
  return 1;
}

int RunNode(std::vector<std::string> arguments) {
  if (IsForNodeItself(arguments)) return StartNode(arguments);
  return RunCommandLine({.arguments = std::move(arguments)});
}

}  // namespace nodehost::cli
