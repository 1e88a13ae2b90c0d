// Transfers: bytes on their way in several messages, which NATS may lose when a server goes. At
// most kWindow of them are on their way at a time; what is not acknowledged is sent again.
// JetStream would keep each message on the server's disk: there is one reader here, it waits, and
// what outlives neither side needs no store.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "frame.hpp"
#include "nodehost/bytes.hpp"

namespace nodehost::services::nats {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kWindow = 4 << 20;        // bytes
constexpr std::size_t kLargestChunk = 256 << 10;  // bytes; a server takes 1 MiB
constexpr std::size_t kFrameRoom = 512;           // bytes of a message that are no data
constexpr std::size_t kHeader = 10;               // of a kData frame, behind its kind
constexpr auto kResendAfter = std::chrono::milliseconds(1000);  // without an acknowledgement

/// The side that sends one value.
class Outgoing {
 public:
  Outgoing() = default;
  Outgoing(Bytes bytes, std::uint8_t flags) : bytes_(std::move(bytes)), flags_(flags) {}

  /// The next frame to send, if there is one and room for it.
  std::optional<std::string> Next(std::uint8_t channel, std::size_t chunk) {
    const std::uint64_t size = bytes_.size();
    if (sent_ > size || sent_ - std::min(acked_, sent_) >= kWindow) return std::nullopt;
    const std::uint64_t count = std::min<std::uint64_t>(chunk, size - sent_);
    const bool last = sent_ + count == size;
    FrameWriter frame(Kind::kData, kHeader + static_cast<std::size_t>(count));
    frame.Byte(channel)
        .Byte(last ? static_cast<std::uint8_t>(flags_ | kLast) : std::uint8_t{0})
        .Number(sent_)
        .Rest(
            bytes_.text().substr(static_cast<std::size_t>(sent_), static_cast<std::size_t>(count)));
    sent_ += count + (last ? 1 : 0);
    progress_ = Clock::now();
    return std::move(frame).text();
  }

  /// `count` of a kAck.
  void Acknowledge(std::uint64_t count) {
    if (count <= acked_ || count > bytes_.size() + 1) return;
    acked_ = count;
    sent_ = std::max(sent_, acked_);
    progress_ = Clock::now();
  }

  /// Has what was sent, and not acknowledged for long, sent again; whether there is any.
  bool Resend(Clock::time_point now) {
    if (sent_ <= acked_ || now - progress_ < kResendAfter) return false;
    sent_ = acked_;
    progress_ = now;
    return true;
  }

  bool done() const noexcept { return acked_ > bytes_.size(); }

 private:
  Bytes bytes_;
  std::uint8_t flags_ = 0;
  std::uint64_t sent_ = 0;   // the end counts as one more
  std::uint64_t acked_ = 0;  // likewise
  Clock::time_point progress_{};
};

/// The side that receives one value.
class Incoming {
 public:
  /// What is behind the channel of a kData frame; returns whether it has become complete. What has
  /// come before, or comes too early, is passed over.
  bool Take(FrameReader& frame) {
    const std::uint8_t flags = frame.Byte();
    const std::uint64_t offset = frame.Number();
    const std::string_view bytes = frame.Rest();
    if (complete_ || offset != bytes_.size()) return false;
    bytes_.append(bytes);
    if ((flags & kLast) == 0) return false;
    complete_ = true;
    failed_ = (flags & kFailed) != 0;
    stream_ = (flags & kStream) != 0;
    return true;
  }

  /// All of it at once.
  void TakeWhole(std::string_view bytes) {
    bytes_ = bytes;
    complete_ = true;
  }

  std::string Acknowledgement(std::uint8_t channel) const {
    return FrameWriter(Kind::kAck)
        .Byte(channel)
        .Number(size_ + bytes_.size() + (complete_ ? 1 : 0))
        .text();
  }

  bool complete() const noexcept { return complete_; }
  bool failed() const noexcept { return failed_; }
  bool is_stream() const noexcept { return stream_; }
  std::string TakeBytes() {
    size_ = bytes_.size();
    return std::exchange(bytes_, {});
  }

 private:
  std::string bytes_;
  std::uint64_t size_ = 0;  // of what was taken
  bool complete_ = false;
  bool failed_ = false;
  bool stream_ = false;
};

constexpr std::uint8_t kValue = 0;    // the channel of the arguments, and of the result
constexpr std::uint8_t kStreams = 1;  // that of what the ports of streams say to each other

/// The side that sends messages as they come.
class MessagesOut {
 public:
  /// A message in two parts. Whether so much waits that it should be sent.
  bool Append(std::string_view head, std::string_view rest) {
    const std::uint64_t size = head.size() + rest.size();
    for (int i = 0; i < 8; ++i) bytes_.push_back(static_cast<char>(size >> (8 * i)));
    bytes_.append(head).append(rest);
    return kept() - (sent_ - acked_) >= kPart;
  }

  std::optional<std::string> Next(std::size_t chunk) {
    const std::uint64_t held = sent_ - acked_;
    if (held >= kept() || held >= kWindow) return std::nullopt;
    const std::string_view part = std::string_view(bytes_).substr(
        start_ + static_cast<std::size_t>(held), std::min(chunk, kPart));
    FrameWriter frame(Kind::kData, kHeader + part.size());
    frame.Byte(kStreams).Byte(0).Number(sent_).Rest(part);
    sent_ += part.size();
    progress_ = Clock::now();
    return std::move(frame).text();
  }

  void Acknowledge(std::uint64_t count) {
    if (count <= acked_ || count > acked_ + kept()) return;
    start_ += static_cast<std::size_t>(count - acked_);
    if (start_ > bytes_.size() / 2) {  // not for each: what is left is moved
      bytes_.erase(0, start_);
      start_ = 0;
    }
    acked_ = count;
    sent_ = std::max(sent_, acked_);
    progress_ = Clock::now();
  }

  bool Resend(Clock::time_point now) {
    if (sent_ == acked_ || now - progress_ < kResendAfter) return false;
    sent_ = acked_;
    progress_ = now;
    return true;
  }

  bool empty() const noexcept { return kept() == 0; }

 private:
  static constexpr std::size_t kPart = 128 << 10;  // of a message
  std::size_t kept() const noexcept { return bytes_.size() - start_; }

  std::string bytes_;  // that are not acknowledged, from start_ on
  std::size_t start_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t acked_ = 0;
  Clock::time_point progress_{};
};

/// The side that receives them.
class MessagesIn {
 public:
  /// The messages that are complete now.
  std::vector<Bytes> Take(FrameReader& frame) {
    frame.Byte();
    const std::uint64_t offset = frame.Number();
    const std::string_view bytes = frame.Rest();
    if (offset != received_) return {};
    received_ += bytes.size();
    bytes_.append(bytes);
    std::vector<std::pair<std::size_t, std::size_t>> parts;
    std::size_t at = 0;
    while (bytes_.size() - at >= kSize) {
      FrameReader reader(std::string_view(bytes_).substr(at));
      const std::uint64_t size = reader.Number();
      if (bytes_.size() - at - kSize < size) break;
      parts.emplace_back(at + kSize, static_cast<std::size_t>(size));
      at += kSize + static_cast<std::size_t>(size);
    }
    if (parts.empty()) return {};
    const auto block = std::make_shared<std::string>(bytes_, at);
    bytes_.resize(at);
    block->swap(bytes_);
    std::vector<Bytes> messages;
    messages.reserve(parts.size());
    for (const auto& [start, size] : parts) {
      messages.emplace_back(block, block->data() + start, size);
    }
    return messages;
  }

  std::string Acknowledgement() const {
    return FrameWriter(Kind::kAck).Byte(kStreams).Number(received_).text();
  }

 private:
  static constexpr std::size_t kSize = 8;  // what says how long a message is
  std::string bytes_;
  std::uint64_t received_ = 0;
};

}  // namespace nodehost::services::nats
