#include "version.hpp"

#include <node_version.h>

namespace nodehost::cli {

std::string VersionText() {
  return "nodehost " NODEHOST_VERSION " (Node.js " NODE_VERSION_STRING ")";
}

}  // namespace nodehost::cli
