// Options for Node.js, checked by Node's own parser before Node.js is started: a start that is
// refused cannot be tried again.
#pragma once

#include <string>
#include <vector>

namespace nodehost::host {

struct OptionCheck {
  std::vector<std::string> errors;     ///< in Node's words
  std::vector<std::string> arguments;  ///< what is no option
};

/// `args[0]` is the program. The good options of a list that is refused stay set, as if they had
/// been given in the next one.
OptionCheck CheckOptions(std::vector<std::string> args);

}  // namespace nodehost::host
