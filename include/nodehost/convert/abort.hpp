// AbortSignal and std::stop_token in JavaScript: an AbortSignal.
#pragma once

#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

#include "nodehost/abort.hpp"
#include "nodehost/convert/containers.hpp"
#include "nodehost/convert/structs.hpp"
#include "nodehost/detail/export.hpp"
#include "nodehost/detail/type_info_of.hpp"

namespace nodehost::detail {

struct AbortOps {
  AbortSignal (*get)(const void* signal);
  void (*set)(void* signal, const AbortSignal& from_js);
};

namespace conversions {
extern NODEHOST_API const Conversion kAbortSignal;  // AbortOps
}  // namespace conversions

template <class T>
inline constexpr bool kIsAbortSignal =
    std::is_same_v<T, AbortSignal> || std::is_same_v<T, std::stop_token>;

template <class T>
struct AbortOf {
  static constexpr AbortOps kOps{
      [](const void* signal) { return AbortSignal(*static_cast<const T*>(signal)); },
      [](void* signal, const AbortSignal& from_js) { *static_cast<T*>(signal) = from_js; }};
};

template <class T>
requires kIsAbortSignal<T>
struct InfoOf<T> {
  static constexpr TypeInfo Make() {
    return MakeInfo<T>(conversions::kAbortSignal, &AbortOf<T>::kOps);
  }
};

template <class T>
inline constexpr bool kIsOptionalSignal = false;
template <class T>
inline constexpr bool kIsOptionalSignal<std::optional<T>> = kIsAbortSignal<T>;
template <class T>
inline constexpr bool kIsOptionalStruct = false;
template <class T>
inline constexpr bool kIsOptionalStruct<std::optional<T>> = Reflectable<T> && !HasConvert<T>;

template <class T>
void OfferSignal(T& value, const AbortSignal& signal);

/// Assigns `signal` to `value`, an argument, if that is an empty signal, and to the empty signals
/// among its fields if it is a struct.
template <class T>
void OfferSignal(T& value, const AbortSignal& signal) {
  if constexpr (std::is_const_v<T>) {
    return;
  } else if constexpr (kIsAbortSignal<T>) {
    if (!std::stop_token(value).stop_possible()) value = signal;
  } else if constexpr (kIsOptionalSignal<T>) {
    if (!value) value.emplace(signal);
  } else if constexpr (kIsOptionalStruct<T>) {
    if (value) OfferSignal(*value, signal);
  } else if constexpr (!Described<T> && !HasConvert<T> && !HasInfo<T> && !Container<T> &&
                       Reflectable<T>) {
    if constexpr (!IsInterface<T>()) {
      ForEachField(value, [&](auto, auto& field) { OfferSignal(field, signal); });
    }
  }
}

}  // namespace nodehost::detail
