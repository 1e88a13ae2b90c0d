// What the two sides say to each other by NATS. A call has a subject of its own for answers, below
// its service's inbox, which is also what the worker knows it by. All integers are least
// significant byte first.
//
//   to SUBJECT.call       kOffer    restarts u64, ms left u64, module, export, the arguments or
//   nothing from a worker         kAccept   its subject, its name: it would make the call
//                         kBusy     it has enough
//                         kPausing  failures u64, its name: so many instances in a row have
//                                   ended, and the next one comes after a pause
//   to the worker         kCall     like kOffer, and make it at once: to one that has just answered
//                                   another. Said again, the worker says kAccept, or kBusy or
//                                   kPausing if it has not begun it and will not
//                         kGo       make it: to one worker only. Said again, it does no harm
//                         kCancel   nobody waits for it
//                         kForget   ids u64…: their results have come
//   either way            kData     channel u8, flags u8, offset u64, bytes
//                         kAck      channel u8, count u64: bytes that have come, and 1 for the end
//   from the worker       kUnknown  no such call
//   either way            kMany     id u64, a frame behind its size…: those of several calls of one
//                                   service
//
// An offer may be made again as long as no worker was told to make the call; so it is made once at
// most.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "nodehost/errors.hpp"

namespace nodehost::services::nats {

enum class Kind : char {
  kOffer = 'O',
  kAccept = 'A',
  kBusy = 'B',
  kPausing = 'P',
  kCall = 'C',
  kGo = 'G',
  kCancel = 'X',
  kForget = 'F',
  kData = 'D',
  kAck = 'K',
  kUnknown = 'U',
  kMany = 'M',
};

/// Flags of kData: the channel ends here, and what it carried is an error.
constexpr std::uint8_t kLast = 1;
constexpr std::uint8_t kFailed = 2;
constexpr std::uint8_t kStream = 4;  ///< Or: the result is a stream.

class FrameWriter {
 public:
  /// `room`: how many bytes come behind the kind, about.
  explicit FrameWriter(Kind kind, std::size_t room = 0) {
    text_.reserve(1 + room);
    text_.push_back(static_cast<char>(kind));
  }

  FrameWriter& Byte(std::uint8_t value) {
    text_.push_back(static_cast<char>(value));
    return *this;
  }
  FrameWriter& Number(std::uint64_t value) {
    for (int i = 0; i < 8; ++i) Byte(static_cast<std::uint8_t>(value >> (8 * i)));
    return *this;
  }
  FrameWriter& Text(std::string_view text) { return Number(text.size()).Rest(text); }
  FrameWriter& Rest(std::string_view bytes) {
    text_.append(bytes);
    return *this;
  }

  const std::string& text() const& noexcept { return text_; }
  std::string text() && noexcept { return std::move(text_); }

 private:
  std::string text_;
};

/// Throws HostError where a frame is shorter than what is read.
class FrameReader {
 public:
  explicit FrameReader(std::string_view text) : text_(text) {}

  Kind ReadKind() { return static_cast<Kind>(Byte()); }
  std::uint8_t Byte() { return static_cast<std::uint8_t>(Take(1)[0]); }
  std::uint64_t Number() {
    const std::string_view bytes = Take(8);
    std::uint64_t value = 0;
    for (int i = 7; i >= 0; --i) {
      value = value << 8 | static_cast<std::uint8_t>(bytes[static_cast<std::size_t>(i)]);
    }
    return value;
  }
  std::string_view Text() { return Take(Number()); }
  std::string_view Rest() { return Take(text_.size()); }
  bool empty() const noexcept { return text_.empty(); }

 private:
  std::string_view Take(std::uint64_t count) {
    if (count > text_.size()) throw HostError("A message of NATS is no frame of nodehost's.");
    const std::string_view taken = text_.substr(0, static_cast<std::size_t>(count));
    text_.remove_prefix(static_cast<std::size_t>(count));
    return taken;
  }

  std::string_view text_;
};

}  // namespace nodehost::services::nats
