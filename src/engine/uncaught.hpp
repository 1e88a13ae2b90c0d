// The errors that nothing in JavaScript has caught, as the environment's options see them.
#pragma once

#include <v8.h>

#include "nodehost/environment_options.hpp"

namespace nodehost::detail {

class Realm;

/// Has `options.on_uncaught` and `options.on_log` called; without them nothing is touched.
/// `options` must live as long as the environment. Before node::LoadEnvironment.
void InstallUncaughtHandlers(Realm& realm, const EnvironmentOptions& options);

/// In a Worker: Node tells its handlers of each uncaught error once. Where an environment starts
/// without Node's own snapshot, Node sets the isolate of a Worker up twice, and tells them twice.
void ListenForUncaughtOnce(v8::Isolate* isolate);

}  // namespace nodehost::detail
