// ControlEnvironment: an environment for the JavaScript that the host itself needs beside a
// project's: it watches files, starts processes and speaks to them. No code of the project's runs
// in it.
#pragma once

#include <cstdio>

#include "nodehost/environment.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/platform.hpp"

namespace nodehost::services {

inline Environment NewControlEnvironment(NodejsPlatform& platform) {
  EnvironmentOptions options;
  options.name = "node-services";
  // Workers may be this program, which knows that they are: Node is not to refuse to start it.
  options.exec_path = "/bin/sh";
  options.on_uncaught = [](const JsError& error) {
    std::fprintf(stderr, "nodehost: NodeServices: %s\n", error.what());
    return UncaughtAction::kContinue;
  };
  return platform.CreateEnvironment(std::move(options));
}

/// A HostingModel is one service's.
[[noreturn]] inline void ThrowStartedTwice() {
  throw HostError(
      "NodeServicesOptions::hosting: this HostingModel has a service already. Make one for each.");
}

}  // namespace nodehost::services
