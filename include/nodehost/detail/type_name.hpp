// TypeName<T>(): the name of a type without its namespaces, for error messages and TypeScript.
#pragma once

#include <cstddef>
#include <string_view>

namespace nodehost::detail {

/// The name in a compiler's text for a type: without what it is nested in, which may be a function
/// or a lambda, and without template arguments. "object" for a type without a name.
consteval std::string_view LastNameIn(std::string_view type) {
  std::size_t begin = 0;
  std::size_t end = type.size();
  int depth = 0;  // of brackets, in which there are other names
  for (std::size_t i = 0; i < type.size(); ++i) {
    const char c = type[i];
    if (c == '<' || c == '(' || c == '{' || c == '[') {
      if (depth == 0) end = i;
      ++depth;
    } else if (c == '>' || c == ')' || c == '}' || c == ']') {
      --depth;
    } else if (depth == 0 && type.substr(i).starts_with("::")) {
      begin = i + 2;
      end = type.size();
      ++i;
    }
  }
  if (end < begin) end = type.size();
  return begin < end ? type.substr(begin, end - begin) : "object";
}

/// "Track" for `app::Track`; template arguments are left out. Read from the text the compiler has
/// for the function's own signature, as reflect.hpp reads the names of fields.
template <class T>
consteval std::string_view TypeName() {
  // "… [with T = app::Track; …]" or "[T = app::Track]"
  std::string_view text = __PRETTY_FUNCTION__;
  text.remove_prefix(text.find("T = ") + 4);
  int depth = 0;
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    const char c = text[end];
    if (c == '<' || c == '(' || c == '{' || c == '[') {
      ++depth;
    } else if (c == '>' || c == ')' || c == '}' || c == ']') {
      if (depth-- == 0) break;
    } else if (c == ';' && depth == 0) {
      break;
    }
  }
  return LastNameIn(text.substr(0, end));
}

}  // namespace nodehost::detail
