#include "worker.hpp"

#include <uv.h>

#include <cstdio>
#include <exception>
#include <utility>
#include <vector>

#include "nodehost/node_services.hpp"
#include "nodehost/nodehost.hpp"

#if defined(__linux__)
#include <sys/prctl.h>

#include <csignal>
#endif

namespace nodehost::cli {

int RunServiceWorker(const WorkerArguments& arguments) {
  constexpr int kDescriptor = 3;
  if (uv_guess_handle(kDescriptor) != UV_NAMED_PIPE) {
    std::fprintf(stderr,
                 "%s: `worker` is started by NodeServices' ChildProcess model, with a socket as "
                 "descriptor 3, and there is none. To run a script use `%s run script.js`.\n",
                 arguments.program.c_str(), arguments.program.c_str());
    return 2;
  }
#if defined(__linux__)
  // The socket's end is noticed by JavaScript, which a function that never returns keeps from it.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  try {
    const auto missing = Confine(arguments.rights, arguments.limits);
    for (const std::string& one : missing) {
      std::fprintf(stderr, "%s worker: %s\n", arguments.program.c_str(), one.c_str());
      // JavaScript's own checks cannot hold it here: this worker's socket is one, too.
      if (!arguments.rights.network) return 1;
    }
    std::vector<std::string> node = {arguments.program};
    if (arguments.inspect_port) {
      node.push_back("--inspect=" + std::to_string(*arguments.inspect_port));
    }
    NodejsPlatform platform(
        {.args = std::move(node), .allow_node_options_variable = true, .own_process = true});
    return RunWorker(platform, {.project_dir = arguments.project_dir,
                                .descriptor = kDescriptor,
                                .modules = {},
                                .rights = arguments.rights});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", arguments.program.c_str(), error.what());
    return 1;
  }
}

}  // namespace nodehost::cli
