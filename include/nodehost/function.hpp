// Function: a JavaScript function inside Run. A Method is the one that any thread may call.
#pragma once

#include <cstdint>
#include <string>

#include "nodehost/arguments.hpp"
#include "nodehost/object.hpp"

namespace nodehost {

/// A JavaScript function or class. `function(...)` and `function.Construct(...)` are Value's.
class Function : public Object {
 public:
  using Object::Object;
  static constexpr auto kClass = detail::ValueClass::kFunction;

  /// A C++ function as a JavaScript one: a lambda or other callable, of which it keeps a copy. It
  /// may take a `Js&`, a `This` and an `EnvironmentRef` first; then data, typed interfaces or
  /// Values, where trailing std::optionals may be left out; and `Arguments` last. It returns any of
  /// these, or a Task. Values convert to functions in the same way: `js.Global().Set("add", [](int
  /// a, int b) { return a + b; })`.
  template <class F>
  static Function New(Js& js, const F& function) {
    return Value::From(js, function).template As<Function>();
  }

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
