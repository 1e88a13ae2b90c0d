// How long a fuzz goes on, and with which values.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>

namespace test {

inline long NumberIn(const char* variable, long otherwise) {
  const char* const text = std::getenv(variable);
  return text ? std::atol(text) : otherwise;
}

/// NODEHOST_FUZZ_SEED, which is printed when something fails.
inline std::uint32_t FuzzSeed() {
  return static_cast<std::uint32_t>(NumberIn("NODEHOST_FUZZ_SEED", 20261128));
}

/// NODEHOST_FUZZ_SECONDS: a few in the normal test run, minutes by the preset `fuzz`.
inline std::chrono::steady_clock::time_point FuzzEnd() {
  return std::chrono::steady_clock::now() +
         std::chrono::seconds(NumberIn("NODEHOST_FUZZ_SECONDS", 4));
}

inline const char* const kHostileValues = NODEHOST_FUZZ_DIR "/hostile.js";

}  // namespace test
