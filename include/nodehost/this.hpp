// This: what JavaScript has called a C++ function on.
#pragma once

#include "nodehost/value.hpp"

namespace nodehost {

/// JavaScript's `this`, for a C++ function that takes one in front of JavaScript's arguments:
///
///     js.Global()["Point"]["prototype"].Set("norm", [](nh::This point) {
///       return std::hypot(point["x"].As<double>(), point["y"].As<double>());
///     });
///
/// As in strict mode it is undefined where the function is called by its name alone; V8 does not
/// tell that from a call on `globalThis`. A string, number or boolean is its object
/// (`Object('text')`), as in functions that are not strict. In a static method of a `Class` it is
/// the class, or one that extends it. A method's object itself is the `T&`.
class This : public Value {
 public:
  using Value::Value;
};

}  // namespace nodehost
