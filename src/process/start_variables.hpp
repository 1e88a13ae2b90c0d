// Start variables: the environment variables that Node reads natively while it starts, hidden from
// it. They were meant for whoever started the host, or for another node.
#pragma once

#include <vector>

namespace nodehost::host {

/// While it lives, if `hide`, the process's environment has no variable whose name begins with
/// NODE_. The array behind `environ` is exchanged in one step and no text moves, so that other
/// threads may go on reading; what they set meanwhile is lost.
class NodeVariablesHidden {
 public:
  explicit NodeVariablesHidden(bool hide);
  ~NodeVariablesHidden();
  NodeVariablesHidden(const NodeVariablesHidden&) = delete;
  NodeVariablesHidden& operator=(const NodeVariablesHidden&) = delete;

 private:
  std::vector<char*> visible_;
  char** before_ = nullptr;
};

}  // namespace nodehost::host
