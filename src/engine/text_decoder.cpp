#include "nodehost/text_decoder.hpp"

#include "utf.hpp"

namespace nodehost {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

std::uint8_t Byte(char c) { return static_cast<std::uint8_t>(c); }

}  // namespace

std::string TextDecoder::Decode(std::string_view bytes) {
  std::string text;
  switch (encoding_) {
    case TextEncoding::kUtf8:
      if (begun_size_ == 0 && detail::IsAscii(bytes)) return std::string(bytes);
      text.reserve(bytes.size() + 4);
      DecodeUtf8(bytes, text);
      break;
    case TextEncoding::kUtf16Le:
      DecodeUtf16(bytes, text);
      break;
    case TextEncoding::kLatin1:
      text = bytes;
      detail::Latin1ToUtf8(text);
      break;
  }
  return text;
}

// The state machine of the Encoding Standard, §8.1.1 "UTF-8 decoder".
void TextDecoder::DecodeUtf8(std::string_view bytes, std::string& text) {
  const auto begin = [&](char c, int missing, std::uint8_t lowest, std::uint8_t highest) {
    begun_[begun_size_++] = c;
    missing_ = missing;
    lowest_ = lowest;
    highest_ = highest;
  };
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    const std::uint8_t byte = Byte(c);
    if (begun_size_ == 0) {
      if (byte < 0x80) {
        text += c;
      } else if (byte >= 0xC2 && byte <= 0xDF) {
        begin(c, 1, 0x80, 0xBF);
      } else if (byte >= 0xE0 && byte <= 0xEF) {
        begin(c, 2, byte == 0xE0 ? 0xA0 : 0x80, byte == 0xED ? 0x9F : 0xBF);
      } else if (byte >= 0xF0 && byte <= 0xF4) {
        begin(c, 3, byte == 0xF0 ? 0x90 : 0x80, byte == 0xF4 ? 0x8F : 0xBF);
      } else {
        text += kReplacement;
      }
    } else if (byte < lowest_ || byte > highest_) {
      begun_size_ = 0;
      text += kReplacement;
      --i;  // it may begin a character
    } else {
      begun_[begun_size_++] = c;
      lowest_ = 0x80;
      highest_ = 0xBF;
      if (--missing_ == 0) {
        text.append(begun_.data(), begun_size_);
        begun_size_ = 0;
      }
    }
  }
}

void TextDecoder::DecodeUtf16(std::string_view bytes, std::string& text) {
  std::u16string units;
  units.reserve(bytes.size() / 2 + 2);
  for (const char c : bytes) {
    begun_[begun_size_++] = c;
    if (begun_size_ % 2 != 0) continue;
    const auto unit =
        static_cast<char16_t>(Byte(begun_[begun_size_ - 2]) | Byte(begun_[begun_size_ - 1]) << 8);
    // The first of a pair waits for the second.
    if (begun_size_ == 2 && (unit & 0xFC00) == 0xD800) continue;
    for (std::size_t i = 0; i < begun_size_; i += 2) {
      units += static_cast<char16_t>(Byte(begun_[i]) | Byte(begun_[i + 1]) << 8);
    }
    begun_size_ = 0;
  }
  detail::AppendUtf16(units, text);
}

std::string TextDecoder::Flush() {
  if (begun_size_ == 0) return {};
  begun_size_ = 0;
  return std::string(kReplacement);
}

}  // namespace nodehost
