// Guards: puts up all the protections that reach into the process, and says which of them hold.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "nodehost/guard.hpp"

namespace v8 {
class Platform;
}

namespace nodehost {
struct PlatformOptions;
}

namespace nodehost::host {

/// Once, after V8 has started.
std::vector<Guard> PutUpGuards(const PlatformOptions& options, v8::Platform& platform);

/// Hands `log` a line about each guard that is wanted and does not hold; to stderr without it.
void ReportMissing(const std::vector<Guard>& guards,
                   const std::function<void(std::string_view)>& log);

}  // namespace nodehost::host
