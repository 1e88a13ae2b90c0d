#include "type_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstddef>

#include "convert/conversion.hpp"
#include "nodehost/detail/engine.hpp"

namespace nodehost::detail {

std::string NameInErrors(const TypeInfo& type) {
  if (type.conversion->name_in_errors) return std::string(type.conversion->name_in_errors(type));
  std::string name = TypeScriptName(type);
  constexpr std::string_view kImport = "import('";
  constexpr std::string_view kEnd = "').";
  for (std::size_t at = 0; (at = name.find(kImport, at)) != std::string::npos;) {
    const std::size_t end = name.find(kEnd, at);
    if (end == std::string::npos) break;
    name.erase(at, end + kEnd.size() - at);
  }
  return name;
}

std::string TakenName(const TypeInfo& type) {
  return type.conversion->taken_name ? type.conversion->taken_name(type) : TypeScriptName(type);
}

bool IsIdentifier(std::string_view name) {
  const auto letter = [](char c) {
    return std::isalpha(static_cast<unsigned char>(c)) || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  return !name.empty() && letter(name[0]) && std::all_of(name.begin(), name.end(), [&](char c) {
    return letter(c) || std::isdigit(static_cast<unsigned char>(c));
  });
}

std::string KeyText(std::string_view name) {
  if (name.starts_with("Symbol.")) return fmt::format("[{}]", name);
  return IsIdentifier(name) ? std::string(name) : QuotedText(name);
}

std::string QuotedText(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += (c == '\'' || c == '\\' ? std::string(1, '\\') : "") + c;
  return quoted + "'";
}

}  // namespace nodehost::detail
