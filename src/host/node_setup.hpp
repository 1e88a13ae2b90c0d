// Making and freeing what Node has for an environment: isolate, event loop and node::Environment.
#pragma once

#include <node.h>

#include <memory>

#include "nodehost/environment_options.hpp"
#include "platform_state.hpp"

namespace nodehost::host {

/// Throws PlatformError.
std::unique_ptr<node::CommonEnvironmentSetup> MakeSetup(PlatformState& platform,
                                                        const EnvironmentOptions& options);

/// The calling thread, which may be in one of these, will not leave it: lets others go on.
void LetGoOfIsolates() noexcept;

/// With the isolate unlocked.
void FreeSetup(PlatformState& platform, std::unique_ptr<node::CommonEnvironmentSetup> setup);

}  // namespace nodehost::host
