// A span of time as users give it, made safe to add to a clock: `milliseconds::max()` is a common
// way to say "for ever", and would overflow it.
#pragma once

#include <algorithm>
#include <chrono>

namespace nodehost::detail {

/// At least nothing and at most a year.
constexpr std::chrono::milliseconds Clamped(std::chrono::milliseconds timeout) {
  return std::clamp(timeout, std::chrono::milliseconds(0),
                    std::chrono::milliseconds(std::chrono::hours(24 * 365)));
}

/// The point in time at which it is over.
inline std::chrono::steady_clock::time_point TimeAfter(std::chrono::milliseconds timeout) {
  return std::chrono::steady_clock::now() + Clamped(timeout);
}

}  // namespace nodehost::detail
