// BackOff: how long a place of an instance - an environment, a worker process - stays empty when
// the one that had it has ended soon after its start. Without it, code that ends each instance
// would have the machine start one after the other, for nothing.
#pragma once

#include <algorithm>
#include <chrono>

namespace nodehost::host {

/// How often in a row the instances of one place came to nothing. Read by hosting models of both
/// kinds: js/first_use/service_children.js gets it from C++.
struct BackOff {
  using Milliseconds = std::chrono::milliseconds;

  /// One that lived longer was well, whether or not it had anything to do.
  static constexpr Milliseconds kHealthyAfter{2000};
  static constexpr Milliseconds kFirstPause{50};
  static constexpr Milliseconds kLongestPause{10'000};
  /// From this many failures on, who waits for an instance is told.
  static constexpr int kGivesUpAt = 5;

  int failures = 0;

  /// When one has ended that lived for `lived`; `served`: it has answered a call.
  constexpr BackOff AfterEnd(bool served, Milliseconds lived) const noexcept {
    return served || lived > kHealthyAfter ? BackOff{} : AfterFailure();
  }
  /// When one could not be started.
  constexpr BackOff AfterFailure() const noexcept { return {std::min(failures, 1000) + 1}; }

  /// Until the next is started: nothing after one that was well, then twice as long each time.
  constexpr Milliseconds pause() const noexcept {
    if (failures == 0) return Milliseconds{0};
    return std::min(kFirstPause * (1 << std::min(failures - 1, 10)), kLongestPause);
  }

  constexpr bool gives_up() const noexcept { return failures >= kGivesUpAt; }
};

}  // namespace nodehost::host
