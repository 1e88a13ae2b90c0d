// Checks the time that Stop may take: the only time that tests assert, because it is documented.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>

#include "support/host.hpp"

namespace test {

/// Checks that an environment ends within half a second after the timeout of Stop. `attempt(stop)`
/// makes one and calls `stop(environment)`. The best of several attempts counts: a machine that has
/// too much to do does not fail the test, a promise that is never kept does.
template <class F>
void CheckStopTime(F&& attempt) {
  using std::chrono_literals::operator""ms;
  using Clock = std::chrono::steady_clock;
#if defined(__SANITIZE_ADDRESS__)
  constexpr auto kAfterDeadline = 2000ms;
#else
  constexpr auto kAfterDeadline = 500ms;
#endif
  constexpr auto kDeadline = 50ms;
  constexpr int kAttempts = 8;
  auto best = std::chrono::milliseconds::max();
  for (int i = 0; i < kAttempts && best >= kDeadline + kAfterDeadline; ++i) {
    attempt([&](nh::Environment& node) {
      const auto start = Clock::now();
      const nh::StopResult result = node.Stop(kDeadline);
      const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
      if (result.ended) best = std::min(best, took);
    });
  }
  CHECK(best.count() < (kDeadline + kAfterDeadline).count());
}

}  // namespace test
