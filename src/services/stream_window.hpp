// StreamWindow: how much of a stream may be under way between two processes. Who writes begins with
// a whole window, and who reads grants more once half of it is used: chunks of a stream that is
// read as fast as it comes need an answer for each half of a window only. All numbers are those
// that CostOf makes of chunks.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "nodehost/errors.hpp"

namespace nodehost::services {

constexpr std::int64_t kStreamWindow = 512 << 10;

/// Of a Buffer: its bytes, and what the least of them takes in a queue.
constexpr std::int64_t CostOfBytes(std::size_t size) noexcept {
  return static_cast<std::int64_t>(size) + 64;
}
/// Of another value, which is larger than its clone: 64 of them are a window at most.
constexpr std::int64_t CostOfValue(std::size_t size) noexcept {
  return std::max(static_cast<std::int64_t>(size), kStreamWindow / 64);
}

/// The side that writes.
class WindowOut {
 public:
  /// Whether a chunk may be sent, of any size.
  bool is_open() const noexcept { return left_ > 0; }
  void Take(std::int64_t cost) noexcept { left_ -= cost; }
  /// Whether that has opened it.
  bool Grant(std::uint64_t more) noexcept {
    const bool was_open = is_open();
    left_ += static_cast<std::int64_t>(std::min(more, kMost));
    return !was_open && is_open();
  }

 private:
  static constexpr std::uint64_t kMost = std::uint64_t{1} << 40;
  std::int64_t left_ = kStreamWindow;
};

/// The side that reads.
class WindowIn {
 public:
  /// Throws HostError for a chunk that might not be sent.
  void Take(std::int64_t cost) {
    if (left_ <= 0) throw HostError("more of a stream than it may");
    left_ -= cost;
  }
  /// What is to be granted now; 0 while more than half is left.
  std::uint64_t TakeGrant() noexcept {
    if (left_ > kStreamWindow / 2) return 0;
    const std::int64_t more = kStreamWindow - left_;
    left_ = kStreamWindow;
    return static_cast<std::uint64_t>(more);
  }

 private:
  std::int64_t left_ = kStreamWindow;
};

}  // namespace nodehost::services
