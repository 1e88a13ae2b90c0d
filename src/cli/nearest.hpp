// The word that was probably meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nodehost::cli {

/// The one of `words` that takes the fewest changes of letters to become `word`; empty if none is
/// near: a third of its letters may differ, and at least one.
std::string Nearest(std::string_view word, const std::vector<std::string>& words);

}  // namespace nodehost::cli
