// The worker process's main function.
#include <optional>
#include <utility>

#include "nodehost/environment.hpp"
#include "nodehost/hosting_model.hpp"
#include "nodehost/platform.hpp"
#include "worker_calls.hpp"

namespace nodehost {

int RunWorker(NodejsPlatform& platform, WorkerOptions options) {
  EnvironmentOptions environment;
  environment.base_dir = options.project_dir;
  environment.name = "worker";
  environment.modules = std::move(options.modules);
  environment.rights = std::move(options.rights);
  // The socket to the other side is a right that the kernel holds; see nodehost worker.
  environment.rights.network = true;
  std::optional<services::WorkerCalls> calls;  // outlives the environment
  Environment node = platform.CreateEnvironment(std::move(environment));
  node.Run([&](Js& js) { calls.emplace(js, node, options.descriptor); });
  return node.WaitForExit();
}

}  // namespace nodehost
