// ManyFrames: the frames of several calls, which go in one message: what a message costs the server
// and the threads on its way is more than what most calls cost.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "frame.hpp"

namespace nodehost::services::nats {

class ManyFrames {
 public:
  void Add(std::uint64_t id, std::string frame) {
    bytes_ += frame.size() + kRoom;
    frames_.emplace_back(id, std::move(frame));
  }
  bool empty() const noexcept { return frames_.empty(); }
  /// Whether this frame may go with those that are there, in a message that may have `most` bytes.
  /// A large one goes alone.
  bool HasRoom(std::string_view frame, std::size_t most) const noexcept {
    return empty() || bytes_ + frame.size() + kRoom <= std::min(most, kMost);
  }

  std::size_t size() const noexcept { return frames_.size(); }
  /// The call of the first frame; there is one.
  std::uint64_t first() const noexcept { return frames_.front().first; }

  /// The message: a frame alone as it is. There are none afterwards.
  std::string Take() {
    bytes_ = 0;
    std::vector<std::pair<std::uint64_t, std::string>> frames = std::exchange(frames_, {});
    if (frames.size() == 1) return std::move(frames.front().second);
    FrameWriter many(Kind::kMany, kMost);
    for (const auto& [id, frame] : frames) many.Number(id).Text(frame);
    return std::move(many).text();
  }

  /// Calls `take(id, frame)` for each frame behind the kind of a kMany message.
  template <class F>
  static void ForEach(FrameReader& many, F&& take) {
    while (!many.empty()) {
      const std::uint64_t id = many.Number();
      take(id, many.Text());
    }
  }

  /// Bytes of a message of several.
  static constexpr std::size_t kMost = 32 << 10;

 private:
  static constexpr std::size_t kRoom = 16;  // of the id and the size
  std::vector<std::pair<std::uint64_t, std::string>> frames_;
  std::size_t bytes_ = 0;
};

}  // namespace nodehost::services::nats
