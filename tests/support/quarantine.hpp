// What AddressSanitizer keeps of what was freed: tests that measure memory leave room for it.
#pragma once

#include <cstddef>

namespace test {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr std::size_t kQuarantineMiB = 256;
#else
inline constexpr std::size_t kQuarantineMiB = 0;
#endif

}  // namespace test
