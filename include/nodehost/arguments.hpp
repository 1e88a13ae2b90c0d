// Arguments: all that JavaScript has given to a C++ function, or the rest of it.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "nodehost/value.hpp"

namespace nodehost {

/// The rest of the arguments, as the last parameter of a function that is made inside `Run`:
///
///     js.Global().Set("log", [](std::string level, nh::Arguments what) { … });
///
/// Use it on the JS thread.
class Arguments {
 public:
  Arguments() noexcept = default;

  std::size_t size() const noexcept { return values_.size(); }
  bool empty() const noexcept { return values_.empty(); }

  /// Beyond the end, as in JavaScript, undefined.
  Value operator[](std::size_t index) const {
    return index < values_.size() ? values_[index] : Value();
  }

  auto begin() const noexcept { return values_.begin(); }
  auto end() const noexcept { return values_.end(); }

  using NodehostHoldsJs = void;  ///< for the library's own templates

  /// For the library's own templates.
  std::vector<Value>& values() noexcept { return values_; }

 private:
  std::vector<Value> values_;
};

template <>
struct detail::InfoOf<Arguments> {
  static constexpr TypeInfo Make() { return MakeInfo<Arguments>(conversions::kArguments); }
};

}  // namespace nodehost
