// The worker process's main function.
#include "nodehost/environment.hpp"
#include "nodehost/hosting_model.hpp"
#include "nodehost/platform.hpp"
#include "service_scripts.hpp"

namespace nodehost {

int RunWorker(NodejsPlatform& platform, WorkerOptions options) {
  EnvironmentOptions environment;
  environment.base_dir = options.project_dir;
  environment.name = "worker";
  environment.modules = std::move(options.modules);
  environment.rights = std::move(options.rights);
  // The socket to the other side is a right that the kernel holds; see nodehost worker.
  environment.rights.network = true;
  Environment node = platform.CreateEnvironment(std::move(environment));
  node.Run([&](Js& js) {
    const Object settings = services::WireOptions(js);
    settings.Set("invoke", services::ModuleFunctions(js)["invoke"]);
    settings.Set("descriptor", options.descriptor);
    services::RunScript(js, "worker", settings);
  });
  return node.WaitForExit();
}

}  // namespace nodehost
