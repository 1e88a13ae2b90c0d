// The boundary in V8: what runs in an environment and in each of its Workers before any user code,
// and makes host::Boundary's settings true there.
#pragma once

#include <node.h>

#include "process/boundary.hpp"

namespace nodehost::detail {

/// For node::LoadEnvironment: also gives the realm Node's require. `boundary` must outlive the
/// environment. The callback runs on the JS thread and on the threads of Workers.
node::EmbedderPreloadCallback PreloadOf(host::Boundary& boundary);

}  // namespace nodehost::detail
