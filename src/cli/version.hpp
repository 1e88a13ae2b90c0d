// What `nodehost version` prints.
#pragma once

#include <string>

namespace nodehost::cli {

/// "nodehost 0.1.0 (Node.js 22.22.3)"
std::string VersionText();

}  // namespace nodehost::cli
