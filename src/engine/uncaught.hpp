// The errors that nothing in JavaScript has caught, as the environment's options see them.
#pragma once

#include "nodehost/environment_options.hpp"

namespace nodehost::detail {

class Realm;

/// Has `options.on_uncaught` and `options.on_log` called; without them nothing is touched.
/// `options` must live as long as the environment. Before node::LoadEnvironment.
void InstallUncaughtHandlers(Realm& realm, const EnvironmentOptions& options);

}  // namespace nodehost::detail
