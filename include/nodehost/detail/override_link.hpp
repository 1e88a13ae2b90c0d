// OverrideLink: the way from a C++ object whose virtual functions JavaScript overrides to its
// JavaScript object.
#pragma once

#include <memory>
#include <string_view>
#include <type_traits>

#include "nodehost/convert/functions.hpp"
#include "nodehost/convert/tasks.hpp"
#include "nodehost/detail/export.hpp"
#include "nodehost/detail/function_traits.hpp"
#include "nodehost/detail/holds_js.hpp"
#include "nodehost/detail/type_info.hpp"
#include "nodehost/posted.hpp"

namespace nodehost::detail {

/// Defined in src/engine/override_link.hpp.
struct OverrideLink;

NODEHOST_API std::shared_ptr<OverrideLink> NewOverrideLink();

/// Calls the method `name` of the JavaScript object, or reads its property. False, and nothing is
/// called, where JavaScript has none, or the object has not been given to it. Any thread, as for
/// Invoke.
NODEHOST_API bool CallOverride(OverrideLink& link, std::string_view name,
                               const Signature& signature, const void* const* arguments,
                               void* result);

/// Throws the TypeError of a pure virtual function that JavaScript has not overridden.
[[noreturn]] NODEHOST_API void ThrowNoOverride(const OverrideLink& link, std::string_view name);

/// The call of one virtual function, with the types of its parameters.
template <class R, class Arguments>
struct OverrideCall;
template <class R, class... A>
struct OverrideCall<R, Types<A...>> {
  static_assert(!kHoldsJs<R> && (!kHoldsJs<A> && ...),
                "nodehost: a virtual function that JavaScript overrides moves only data, so that "
                "any thread may call it");
  static_assert(!std::is_reference_v<R> && !std::is_pointer_v<R>,
                "nodehost: the result of a virtual function that JavaScript overrides is a copy: "
                "return it by value");
  static_assert(!kComesLater<R> && !std::is_same_v<R, Posted>,
                "nodehost: the result of a virtual function that JavaScript overrides is there "
                "when it returns; what comes later is given by a Method");

  static bool Run(OverrideLink& link, std::string_view name, void* result,
                  const std::remove_reference_t<A>&... arguments) {
    const void* const pointers[] = {std::addressof(arguments)..., nullptr};
    return CallOverride(link, name, SignatureOf<R, A...>::kValue, pointers, result);
  }
};

}  // namespace nodehost::detail
