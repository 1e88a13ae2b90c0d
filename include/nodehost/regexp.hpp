// RegExp: a JavaScript regular expression inside Run.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "nodehost/array.hpp"

namespace nodehost {

/// A regular expression. With the flag `g` or `y` a search begins at its `lastIndex` and moves it.
class RegExp : public Object {
 public:
  using Object::Object;
  static constexpr auto kClass = detail::ValueClass::kRegExp;

  /// `new RegExp(source, flags)`; a SyntaxError if one of them is not valid.
  static RegExp New(Js& js, std::string_view source, std::string_view flags = {}) {
    return detail::DoIn<RegExp>(Op::kNewRegExp, js, source, flags);
  }

  std::string source() const { return (*this)["source"].As<std::string>(); }
  std::string flags() const { return (*this)["flags"].As<std::string>(); }

  bool Test(std::string_view text) const { return Exec(text).has_value(); }
  /// The match and its groups, with the properties `index` and `groups`, or nothing.
  std::optional<Array> Exec(std::string_view text) const {
    return detail::Do<std::optional<Array>>(Op::kExec, ref(), text);
  }
};

}  // namespace nodehost
