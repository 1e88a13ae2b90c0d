// Reaper: waits for the child processes that an environment has left behind. libuv waits for those
// of living loops only; the others would stay zombies for as long as the host lives.
#pragma once

#include <utility>
#include <vector>

namespace nodehost::host {

class Reaper {
 public:
  /// With children that no event loop waits for any more. The host may wait for them, too.
  explicit Reaper(std::vector<int> children) : children_(std::move(children)) {}

  /// Looks, without waiting, which of them have ended; whether some have not. Any thread.
  bool Look();

 private:
  std::vector<int> children_;
};

}  // namespace nodehost::host
