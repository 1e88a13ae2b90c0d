#include "path.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nodehost::detail {

namespace {

constexpr std::size_t kMaxQuoted = 40;  // bytes of a text
constexpr std::size_t kMaxPath = 240;   // bytes of a path

bool IsNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

std::string IndexStep(std::size_t index) { return fmt::format("[{}]", index); }

std::string FieldStep(std::string_view name) {
  const bool identifier = !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
                          std::all_of(name.begin(), name.end(), IsNameByte);
  return identifier ? fmt::format(".{}", name) : KeyStep(name);
}

std::string KeyStep(std::string_view key) { return fmt::format("[{}]", Quoted(key)); }

std::string Quoted(std::string_view utf8) {
  bool cut = utf8.size() > kMaxQuoted;
  if (cut) {
    std::size_t end = kMaxQuoted;
    while (end > 0 && IsContinuation(utf8[end])) --end;
    utf8 = utf8.substr(0, end);
  }
  constexpr char kHex[] = "0123456789abcdef";
  std::string text = "\"";
  for (const char c : utf8) {
    if (c == '"' || c == '\\') {
      text += '\\';
      text += c;
    } else if (c == '\n') {
      text += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      text += "\\u00";
      text += kHex[c >> 4];
      text += kHex[c & 15];
    } else {
      text += c;
    }
  }
  return text + (cut ? "…\"" : "\"");
}

std::string Shortened(const std::string& path) {
  if (path.size() <= kMaxPath) return path;
  std::size_t head = kMaxPath / 2;
  while (head > 0 && IsContinuation(path[head])) --head;
  std::size_t tail = path.size() - kMaxPath / 2;
  while (tail < path.size() && IsContinuation(path[tail])) ++tail;
  return fmt::format("{}…{}", path.substr(0, head), path.substr(tail));
}

}  // namespace nodehost::detail
