// Function: a JavaScript function inside Run. A Method is the one that any thread may call.
#pragma once

#include <cstdint>
#include <string>

#include "nodehost/object.hpp"

namespace nodehost {

/// A JavaScript function or class. `function(...)` and `function.Construct(...)` are Value's.
class Function : public Object {
 public:
  using Object::Object;
  static constexpr auto kClass = detail::ValueClass::kFunction;

  /// `function.call(receiver, ...arguments)`
  template <class... A>
  Value CallWith(const Value& receiver, const A&... arguments) const {
    return detail::Do<Value>(Op::kApply, ref(), receiver, arguments...);
  }

  /// `function.bind(receiver, ...arguments)`
  template <class... A>
  Function Bind(const Value& receiver, const A&... arguments) const {
    return detail::Do<Function>(Op::kBind, ref(), receiver, arguments...);
  }

  std::string name() const { return (*this)["name"].ToString(); }
  /// How many parameters it declares.
  std::uint32_t length() const { return (*this)["length"].template As<std::uint32_t>(); }
};

}  // namespace nodehost
