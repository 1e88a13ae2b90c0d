// Injected: what a C++ function that JavaScript calls may be handed beside JavaScript's arguments.
// It stands in front of them, in any order.
#pragma once

#include <type_traits>

#include "nodehost/detail/export.hpp"
#include "nodehost/fwd.hpp"

namespace nodehost::detail {

class NativeCall;

/// `Of(call)` is what a parameter of type T is handed.
template <class T>
struct Injected;
template <>
struct NODEHOST_API Injected<Js> {
  static Js& Of(NativeCall& call);
};
template <>
struct NODEHOST_API Injected<This> {
  static This Of(NativeCall& call);
};
template <>
struct NODEHOST_API Injected<EnvironmentRef> {
  static EnvironmentRef Of(NativeCall& call);
};

template <class A>
concept InjectedParameter = requires {
  &Injected<std::remove_cvref_t<A>>::Of;
};

}  // namespace nodehost::detail
