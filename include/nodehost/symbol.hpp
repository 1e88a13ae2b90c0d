// Symbol: a JavaScript symbol inside Run, and a key of properties.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "nodehost/detail/operations.hpp"
#include "nodehost/js.hpp"
#include "nodehost/value.hpp"

namespace nodehost {

/// A symbol. `object[symbol]`, `object.Set(symbol, item)`.
class Symbol : public Value {
 public:
  using Value::Value;
  static constexpr auto kClass = detail::ValueClass::kSymbol;

  /// `Symbol(description)`: a new one at each call.
  static Symbol New(Js& js, std::string_view description = {}) {
    return detail::DoIn<Symbol>(detail::Operation::kNewSymbol, js, description);
  }
  /// `Symbol.for(key)`: the same one for the same key.
  static Symbol For(Js& js, std::string_view key) {
    return detail::DoIn<Symbol>(detail::Operation::kSymbolFor, js, key);
  }
  /// `Symbol[name]`: "iterator", "asyncIterator", "toStringTag", …; a TypeError if there is no
  /// such.
  static Symbol WellKnown(Js& js, std::string_view name) {
    return detail::DoIn<Symbol>(detail::Operation::kWellKnown, js, name);
  }

  std::optional<std::string> description() const {
    return detail::Do<std::optional<std::string>>(detail::Operation::kSymbolDescription, ref());
  }
};

}  // namespace nodehost
