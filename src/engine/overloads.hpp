// Which of several C++ functions a call from JavaScript is for: by the number of its arguments,
// then the first whose types they fit.
#pragma once

#include <vector>

#include "nodehost/detail/class_info.hpp"

namespace nodehost::detail {

class NativeCall;

/// `length` of the JavaScript function: that of the overload that needs the fewest arguments.
int LengthOf(const std::vector<Overload>& overloads);
int LengthOf(const std::vector<Construction>& overloads);

/// Throws JsError, a TypeError that lists them, where none fits.
void CallOverload(NativeCall& call, const std::vector<Overload>& overloads, void* self);
Made MakeOverload(NativeCall& call, const std::vector<Construction>& overloads);

}  // namespace nodehost::detail
