// The file of `nodehost run --rights`.
#pragma once

#include <string>

#include "nodehost/rights.hpp"

namespace nodehost::cli {

/// Reads a TOML file whose keys are the fields of `Rights`: `network = false`,
/// `read_files = ["/srv/app"]`. Throws HostError, which says what is wrong and where.
Rights ReadRights(const std::string& path);

}  // namespace nodehost::cli
