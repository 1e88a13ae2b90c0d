// The exit codes that `node` has by convention.
#pragma once

namespace nodehost::host {

inline constexpr int kInvalidArgumentCode = 9;  ///< For a command line that makes no sense.
inline constexpr int kAbortCode = 134;          ///< What a shell says of a `node` that aborts.

}  // namespace nodehost::host
