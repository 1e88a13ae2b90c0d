// Guard: one of the library's protections of the process, and whether it holds here.
#pragma once

#include <string>

namespace nodehost {

enum class GuardState {
  kHolds,
  kOff,     ///< An option says so.
  kMissing  ///< It is wanted, and cannot be had here: `Guard::reason`.
};

/// A protection that needs more than Node's public interface, and so may not hold with every
/// libnode and on every system. `NodejsPlatform::guards` lists them.
struct Guard {
  std::string name;      ///< "kill"
  std::string protects;  ///< What JavaScript cannot do to the process while it holds.
  GuardState state = GuardState::kHolds;
  std::string reason = {};  ///< Why it does not hold; empty if it does.
};

}  // namespace nodehost
