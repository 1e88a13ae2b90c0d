// Functions in JavaScript: std::function is a function there, as Method is, and both ways; what
// comes from JavaScript is callable from any thread. Also their signatures, as data.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "nodehost/convert/containers.hpp"
#include "nodehost/convert/structs.hpp"
#include "nodehost/detail/callable.hpp"
#include "nodehost/detail/export.hpp"
#include "nodehost/detail/type_info_of.hpp"
#include "nodehost/fwd.hpp"

namespace nodehost::detail {

struct Member;

struct MethodOps {
  const Signature* signature = nullptr;
  Member* (*member)(void* method);
};

/// Of a Property. `element` of its TypeInfo is the type of the value.
struct PropertyOps {
  Member* (*member)(void* property);
  /// Calls `filler` with a value to be filled in and thrown away; returns what it returns.
  bool (*probe)(Filler filler);
  /// The Methods that read and write it, null where there are none.
  void (*accessors)(const void* property, const void** get, const void** set);
  const MethodOps* get;
  const MethodOps* set;
};

struct FunctionOps {
  /// Calls `filler` with a Method and, if it returns true, makes that the function.
  bool (*fill)(void* function, Filler filler);
  /// Calls `visitor` with the function as a Method, unless it is empty.
  void (*visit)(const void* function, Visitor visitor);
};

namespace conversions {
extern NODEHOST_API const Conversion kMethod;       // MethodOps
extern NODEHOST_API const Conversion kConstructor;  // a class: MethodOps
extern NODEHOST_API const Conversion kProperty;     // of an interface, live: PropertyOps
extern NODEHOST_API const Conversion
    kFunction;  // std::function: FunctionOps; `element` is the Method it becomes
}  // namespace conversions

template <class T>
inline constexpr bool kIsRest = false;
template <class T>
inline constexpr bool kIsRest<Rest<T>> = true;

/// A C++ signature as data.
template <class R, class... A>
struct SignatureOf {
  static constexpr const TypeInfo* kArguments[sizeof...(A) + 1] = {
      &kTypeInfo<std::remove_cvref_t<A>>..., nullptr};
  static constexpr Signature kValue{
      &kTypeInfo<std::remove_cvref_t<R>>, kArguments, sizeof...(A),
      ((kIsSpan<std::remove_cvref_t<A>> || kIsRest<std::remove_cvref_t<A>>) || ...)};
};

template <class T>
inline constexpr bool kIsStdFunction = false;
template <class S>
inline constexpr bool kIsStdFunction<std::function<S>> = true;

template <class F>
struct FunctionOf;
template <class S>
struct FunctionOf<std::function<S>> {
  using Function = std::function<S>;
  using Held = Method<S>;

  static constexpr FunctionOps kOps{
      [](void* function, Filler filler) {
        Held method;
        if (!filler.fill(filler.context, std::addressof(method), nullptr)) return false;
        *static_cast<Function*>(function) = std::move(method);
        return true;
      },
      [](const void* f, Visitor visitor) {
        const auto& function = *static_cast<const Function*>(f);
        if (!function) return;
        if (const Held* const held = function.template target<Held>()) {
          visitor.visit(visitor.context, held, nullptr);
        } else {
          const Held method(function);
          visitor.visit(visitor.context, std::addressof(method), nullptr);
        }
      }};
};

template <class S>
struct InfoOf<std::function<S>> {
  using Of = FunctionOf<std::function<S>>;
  static constexpr TypeInfo Make() {
    return MakeInfo<std::function<S>>(conversions::kFunction, &Of::kOps,
                                      &kTypeInfo<typename Of::Held>);
  }
};
template <class S>
struct InfoOf<Method<S>> {
  static constexpr TypeInfo Make() {
    return MakeInfo<Method<S>>(conversions::kMethod, &Method<S>::kOps);
  }
};
template <class S>
struct InfoOf<Constructor<S>> {
  static constexpr TypeInfo Make() {
    return MakeInfo<Constructor<S>>(conversions::kConstructor, &Constructor<S>::kOps);
  }
};
template <class T>
struct InfoOf<Property<T>> {
  static constexpr TypeInfo Make() {
    return MakeInfo<Property<T>>(conversions::kProperty, &Property<T>::kOps, kTypeInfoOf<T>);
  }
};

}  // namespace nodehost::detail
