// ExpectLeaks: for tests that lose things on purpose, such as a program that ends without stopping
// its environments.
#pragma once

namespace test {

inline bool leaks_expected = false;

/// The leak check at the end of this process is left out. Does nothing without AddressSanitizer.
inline void ExpectLeaks() { leaks_expected = true; }

}  // namespace test
