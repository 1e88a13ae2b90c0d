// Promise: a JavaScript promise inside Run, and Deferred, one that C++ settles.
#pragma once

#include <cstdint>

#include "nodehost/function.hpp"

namespace nodehost {

struct Deferred;

enum class PromiseState : std::uint8_t { kPending, kFulfilled, kRejected };

/// A JavaScript promise.
class Promise : public Object {
 public:
  using Object::Object;
  static constexpr auto kClass = detail::ValueClass::kPromise;

  /// A pending promise, with the functions that settle it.
  NODEHOST_API static Deferred New(Js& js);

  PromiseState state() const { return static_cast<PromiseState>(detail::PromiseStateOf(ref())); }

  /// What it was fulfilled with or rejected for. Throws `HostError` while it is pending.
  Value result() const { return Value(detail::PromiseResult(ref())); }
};

/// A promise and the two functions that settle it; the first call counts. Those who wait for the
/// promise go on when the current job returns.
struct Deferred {
  Promise promise;
  Function resolve;
  Function reject;

  /// Fulfils the promise; with a promise among the family, follows that.
  template <class T>
  void Resolve(const T& value) const {
    resolve(value);
  }
  void Resolve() const { resolve(); }
  template <class T>
  void Reject(const T& reason) const {
    reject(reason);
  }
};

}  // namespace nodehost
