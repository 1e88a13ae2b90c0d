#include "utf.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace nodehost::detail {

namespace {

bool IsHighSurrogate(char32_t unit) { return (unit & 0xFC00) == 0xD800; }
bool IsLowSurrogate(char32_t unit) { return (unit & 0xFC00) == 0xDC00; }

char* Put(char* at, char32_t point) {
  const auto byte = [&](char32_t bits) { *at++ = static_cast<char>(bits); };
  const auto rest = [&](int shift) { byte(0x80 | ((point >> shift) & 0x3F)); };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xC0 | point >> 6);
    rest(0);
  } else if (point < 0x10000) {
    byte(0xE0 | point >> 12);
    rest(6);
    rest(0);
  } else {
    byte(0xF0 | point >> 18);
    rest(12);
    rest(6);
    rest(0);
  }
  return at;
}

}  // namespace

bool IsAscii(std::string_view text) noexcept {
  // Eight bytes at a time: no byte of ASCII has its highest bit set.
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  const char* at = text.data();
  const char* const end = at + text.size();
  std::uint64_t bits = 0;
  for (; end - at >= 8; at += 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    bits |= word;
  }
  if (at != end) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, static_cast<std::size_t>(end - at));
    bits |= word;
  }
  return (bits & kHighBits) == 0;
}

std::optional<std::size_t> Utf8ToUtf16(std::string_view utf8, char16_t* out) noexcept {
  const auto* at = reinterpret_cast<const std::uint8_t*>(utf8.data());
  const auto* const end = at + utf8.size();
  const char16_t* const first = out;
  // The six bits of the continuation byte at `index`; if there is none, a number that is too large
  // for the checks below.
  const auto follow = [&](std::ptrdiff_t index) -> char32_t {
    constexpr char32_t kIllFormed = 0x10000;
    return index < end - at && (at[index] & 0xC0) == 0x80 ? at[index] & 0x3Fu : kIllFormed;
  };
  while (at != end) {
    const char32_t lead = *at;
    if (lead < 0x80) {
      *out++ = static_cast<char16_t>(lead);
      ++at;
    } else if (lead < 0xE0) {
      const char32_t point = (lead & 0x1F) << 6 | follow(1);
      if (lead < 0xC2 || point > 0x7FF) return std::nullopt;
      *out++ = static_cast<char16_t>(point);
      at += 2;
    } else if (lead < 0xF0) {
      const char32_t point = (lead & 0x0F) << 12 | follow(1) << 6 | follow(2);
      // Too long a form, a surrogate, or bytes that are missing.
      if (point < 0x800 || point > 0xFFFF || (point & 0xF800) == 0xD800) return std::nullopt;
      *out++ = static_cast<char16_t>(point);
      at += 3;
    } else {
      const char32_t missing = follow(1) | follow(2) | follow(3);
      const char32_t point =
          (lead & 0x07) << 18 | (follow(1) & 0x3F) << 12 | (follow(2) & 0x3F) << 6 | follow(3);
      if (lead > 0xF4 || missing > 0x3F || point < 0x10000 || point > 0x10FFFF) {
        return std::nullopt;
      }
      *out++ = static_cast<char16_t>(0xD7C0 + (point >> 10));
      *out++ = static_cast<char16_t>(0xDC00 | (point & 0x3FF));
      at += 4;
    }
  }
  return static_cast<std::size_t>(out - first);
}

void AppendUtf16(std::u16string_view utf16, std::string& result) {
  constexpr char32_t kReplacement = 0xFFFD;
  std::array<char, 768> buffer;  // three bytes a unit at most
  while (!utf16.empty()) {
    std::size_t count = std::min(utf16.size(), buffer.size() / 3);
    if (count < utf16.size() && IsHighSurrogate(utf16[count - 1])) --count;
    char* at = buffer.data();
    for (std::size_t i = 0; i < count; ++i) {
      char32_t point = utf16[i];
      if ((point & 0xF800) == 0xD800) {
        const bool pair = IsHighSurrogate(point) && i + 1 < count && IsLowSurrogate(utf16[i + 1]);
        point = pair ? (point << 10) + utf16[++i] - 0x35FDC00 : kReplacement;
      }
      at = Put(at, point);
    }
    result.append(buffer.data(), at);
    utf16.remove_prefix(count);
  }
}

void Latin1ToUtf8(std::string& text) {
  const auto high = [](char c) { return static_cast<std::uint8_t>(c) >= 0x80; };
  const auto extra = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), high));
  if (extra == 0) return;
  // From the end: what has not been read yet is never overwritten.
  std::size_t from = text.size();
  text.resize(from + extra);
  for (std::size_t to = text.size(); from < to;) {
    const auto byte = static_cast<std::uint8_t>(text[--from]);
    if (byte < 0x80) {
      text[--to] = static_cast<char>(byte);
    } else {
      text[--to] = static_cast<char>(0x80 | (byte & 0x3F));
      text[--to] = static_cast<char>(0xC0 | byte >> 6);
    }
  }
}

}  // namespace nodehost::detail
