// The boundary in V8: what runs in an environment and in each of its Workers before any user code,
// and makes host::Boundary's settings true there.
#pragma once

#include <node.h>

#include <map>
#include <optional>
#include <string>

#include "process/boundary.hpp"

namespace nodehost::detail {

class Realm;

/// For node::LoadEnvironment: also gives the realm Node's require. `boundary` must outlive the
/// environment. The callback runs on the JS thread and on the threads of Workers.
node::EmbedderPreloadCallback PreloadOf(host::Boundary& boundary);

/// Makes an environment from a snapshot ready for `boundary`: before anything of it is in force.
void BeginBoundary(Realm& realm, const host::Boundary& boundary);

/// Gives the environment a process.env of its own; before node::LoadEnvironment. With
/// `hide_variables` it holds the overlay only. The bridge gets the same options, and `base_dir`.
void SetEnvironmentVariables(Realm& realm, const std::string& base_dir,
                             const std::map<std::string, std::optional<std::string>>& overlay,
                             bool isolate_node_variables, bool hide_variables);

}  // namespace nodehost::detail
