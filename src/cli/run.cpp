#include "run.hpp"

#include <cstdio>
#include <utility>

#include "nodehost/nodehost.hpp"

namespace nodehost::cli {

int RunNode(std::vector<std::string> arguments) {
  const std::string program = arguments.front();
  try {
    NodejsPlatform platform(
        {.args = std::move(arguments), .allow_node_options_variable = true, .own_process = true});
    Environment node = platform.CreateEnvironment({.run_command_line = true});
    return node.WaitForExit();
  } catch (const PlatformError& error) {
    // Node has said nothing yet about an option it refuses; after --help it has said everything.
    const std::string_view text = error.what();
    if (!text.empty()) std::fprintf(stderr, "%s: %s\n", program.c_str(), error.what());
    return error.exit_code();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", program.c_str(), error.what());
    return 1;
  }
}

}  // namespace nodehost::cli
