// What was probably meant by an option that node refuses.
#pragma once

#include <string>
#include <string_view>

namespace nodehost::cli {

/// The option of node's that is nearest to the one that `refusal`, node's own text about it, names;
/// empty if none is near, or if the text is about something else.
std::string NearestNodeOption(std::string_view refusal);

}  // namespace nodehost::cli
