// Leaf: marks a C++ function that calls no JavaScript, so that optimised JavaScript may call it
// directly, past V8's callbacks.
#pragma once

#include <type_traits>
#include <utility>

#include "nodehost/detail/leaf_call.hpp"

namespace nodehost {

/// A function or member function that calls no JavaScript and makes no JavaScript object, as a
/// Method or a method of a Class:
///
///     nh::Method<double(double, double)> add = nh::Leaf<&Add>;
///     c.Method<nh::Leaf<&Counter::Increment>>();
///
/// JavaScript that V8 has optimised then calls it directly, past V8's callbacks; all other
/// JavaScript, and what does not fit, takes the ordinary way. Results and errors are the same, and
/// an exception is thrown as ever.
///
/// Parameters: bool, numbers up to 32 bits, float, double, std::string_view, std::string, and
/// std::span of const std::uint8_t, std::int32_t, std::uint32_t, float or double. A text or span is
/// V8's own memory, and good until the function returns. Results: void, bool and those numbers.
///
/// It must not reach the environment in any way, and should be short: nothing ends it, and no
/// garbage is collected meanwhile. Of several overloads none is called directly. With a libnode
/// that has no fast calls of this kind (Node.js 20, 24 and later), all calls are ordinary.
template <auto Function>
inline constexpr detail::LeafOf<Function> Leaf{};

}  // namespace nodehost
