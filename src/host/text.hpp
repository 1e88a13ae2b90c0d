// Small helpers for texts in errors.
#pragma once

#include <string>
#include <vector>

namespace nodehost::host {

inline std::string JoinLines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    if (!text.empty()) text += '\n';
    text += line;
  }
  return text;
}

}  // namespace nodehost::host
