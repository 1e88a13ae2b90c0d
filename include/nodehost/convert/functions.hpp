// Functions in JavaScript: std::function is a function there, as Method is, and both ways; what
// comes from JavaScript is callable from any thread. Also their signatures, as data.
#pragma once

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "nodehost/convert/containers.hpp"
#include "nodehost/convert/structs.hpp"
#include "nodehost/detail/type_info_of.hpp"

namespace nodehost::detail {

/// A C++ signature as data.
template <class R, class... A>
struct SignatureOf {
  static constexpr const TypeInfo* kArguments[sizeof...(A) + 1] = {
      &kTypeInfo<std::remove_cvref_t<A>>..., nullptr};
  static constexpr Signature kValue{&kTypeInfo<std::remove_cvref_t<R>>, kArguments, sizeof...(A),
                                    (kIsSpan<std::remove_cvref_t<A>> || ...)};
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

template <class P>
struct PropertyValue;
template <class T>
struct PropertyValue<Property<T>> {
  using Type = T;
};

template <class P>
constexpr TypeInfo PropertyInfo() {
  return MakeInfo<P>(Kind::kProperty, &P::kOps, kTypeInfoOf<typename PropertyValue<P>::Type>);
}

}  // namespace nodehost::detail
