// TypeName<T>(): the name of a type without its namespaces, for error messages and TypeScript.
#pragma once

#include <string_view>

namespace nodehost::detail {

/// "Track" for `app::Track`; template arguments are left out. Read from the text the compiler has
/// for the function's own signature, as reflect.hpp reads the names of fields.
template <class T>
consteval std::string_view TypeName() {
  std::string_view text =
      __PRETTY_FUNCTION__;  // "… [with T = app::Track; …]" or "[T = app::Track]"
  text.remove_prefix(text.find("T = ") + 4);
  text = text.substr(0, text.find_first_of("<;]"));
  const std::size_t scope = text.rfind("::");
  return scope == std::string_view::npos ? text : text.substr(scope + 2);
}

}  // namespace nodehost::detail
