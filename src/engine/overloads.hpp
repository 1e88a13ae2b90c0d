// Which of several C++ functions a call from JavaScript is for: by the number of its arguments,
// then the first whose types they fit.
#pragma once

#include <cstdint>
#include <vector>

#include "nodehost/detail/class_info.hpp"

namespace nodehost::detail {

class NativeCall;

/// Whether the last parameter takes all the arguments that are left.
bool TakesRest(const Signature& signature);
/// How many parameters must be given.
std::uint32_t RequiredOf(const Signature& signature);

/// `length` of the JavaScript function: the parameters in front of the optional ones at the end.
int LengthOf(const Signature& signature);
int LengthOf(const std::vector<Overload>& overloads);
int LengthOf(const std::vector<Construction>& overloads);

/// Throws JsError, a TypeError that lists them, where none fits.
void CallOverload(NativeCall& call, const std::vector<Overload>& overloads, void* self);
Made MakeOverload(NativeCall& call, const std::vector<Construction>& overloads);

}  // namespace nodehost::detail
