// Json: JSON text into Values and back.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "nodehost/detail/operations.hpp"
#include "nodehost/js.hpp"
#include "nodehost/value.hpp"

namespace nodehost {

struct Json {
  /// `JSON.parse(text)`; a SyntaxError that says where for what is not JSON.
  static Value Parse(Js& js, std::string_view text) {
    return detail::DoIn<Value>(detail::Operation::kParseJson, js, text);
  }

  /// `JSON.stringify(value, null, indent)`: nothing for what JSON cannot say (undefined, functions,
  /// symbols); a TypeError for rings and bigints.
  static std::optional<std::string> Stringify(const Value& value, int indent = 0) {
    return detail::Do<std::optional<std::string>>(detail::Operation::kStringify, value.ref(),
                                                  indent);
  }
};

}  // namespace nodehost
