// Between UTF-8 and UTF-16, for the lengths strings usually have. It knows nothing of V8.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace nodehost::detail {

/// Whether every byte is below 0x80.
bool IsAscii(std::string_view text) noexcept;

/// UTF-8 to UTF-16 at `out`, which has room for `utf8.size()` units. Returns how many were written,
/// or nothing if the text is ill-formed.
std::optional<std::size_t> Utf8ToUtf16(std::string_view utf8, char16_t* out) noexcept;

/// Appends UTF-16 as UTF-8; a lone surrogate becomes U+FFFD.
void AppendUtf16(std::u16string_view utf16, std::string& result);

/// Turns Latin-1 in `text` into UTF-8.
void Latin1ToUtf8(std::string& text);

/// Latin-1 as UTF-8.
inline void AssignLatin1(std::string_view latin1, std::string& result) {
  result = latin1;
  if (!IsAscii(latin1)) Latin1ToUtf8(result);
}

}  // namespace nodehost::detail
