// TextDecoder: text out of bytes that come in pieces.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "nodehost/detail/export.hpp"

namespace nodehost {

/// How text is written as bytes; the names are Node's `utf8`, `utf16le`, `latin1`.
enum class TextEncoding : std::uint8_t { kUtf8, kUtf16Le, kLatin1 };

/// Decodes text that comes in pieces, which may split a character, to UTF-8. What is ill-formed
/// becomes U+FFFD, as many as the WHATWG's Encoding Standard asks for; a byte order mark is kept,
/// as Node's `setEncoding` keeps it. One thread at a time.
class TextDecoder {
 public:
  explicit TextDecoder(TextEncoding encoding = TextEncoding::kUtf8) noexcept
      : encoding_(encoding) {}

  /// The characters that are complete with this piece.
  NODEHOST_API std::string Decode(std::string_view bytes);

  /// At the end: U+FFFD if the last character is incomplete.
  NODEHOST_API std::string Flush();

 private:
  void DecodeUtf8(std::string_view bytes, std::string& text);
  void DecodeUtf16(std::string_view bytes, std::string& text);

  TextEncoding encoding_;
  // The beginning of a character, and how it may go on.
  std::array<char, 4> begun_{};
  std::size_t begun_size_ = 0;
  int missing_ = 0;
  std::uint8_t lowest_ = 0x80;
  std::uint8_t highest_ = 0xBF;
};

}  // namespace nodehost
