// How the names of Node's options are compared.
#pragma once

#include <algorithm>
#include <string>

namespace nodehost::host {

/// Node takes "_" for "-" in the names of options.
inline std::string WithDashes(std::string text) {
  std::ranges::replace(text, '_', '-');
  return text;
}

}  // namespace nodehost::host
