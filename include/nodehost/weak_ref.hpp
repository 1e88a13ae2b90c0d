// WeakRef<T>: the one handle that does not keep its value alive.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "nodehost/object.hpp"

namespace nodehost {

/// A weak handle to an object. As with the others: use it on the JS thread, copy, move and destroy
/// it anywhere.
template <class T = Object>
class WeakRef {
  static_assert(std::is_base_of_v<Object, T>, "Only objects can be referred to weakly.");

 public:
  /// Refers to nothing.
  WeakRef() noexcept = default;
  explicit WeakRef(const T& object) : ref_(detail::MakeWeak(object.ref())) {}

  /// The object, which the result then keeps alive; nothing if it is gone.
  std::optional<T> Lock() const {
    detail::Ref strong = detail::LockWeak(ref_);
    if (!strong) return std::nullopt;
    return T(std::move(strong));
  }

 private:
  detail::Ref ref_;
};

}  // namespace nodehost
