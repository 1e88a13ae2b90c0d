// Shared<T> is a TypedArray on the same memory, SharedMemory a SharedArrayBuffer.
#pragma once

#include <utility>

#include "nodehost/convert/bytes.hpp"
#include "nodehost/detail/export.hpp"
#include "nodehost/detail/type_info_of.hpp"
#include "nodehost/shared.hpp"

namespace nodehost::detail {

/// Of a Shared<T>. `element` of its TypeInfo is the type of the numbers.
struct SharedOps {
  const Bytes& (*bytes)(const void* shared);
  void (*assign)(void* shared, Bytes bytes);
};

namespace conversions {
extern NODEHOST_API const Conversion kShared;  // SharedOps
extern NODEHOST_API const Conversion kSharedMemory;
}  // namespace conversions

template <class T>
struct SharedOf {
  static constexpr SharedOps kOps{[](const void* shared) -> const Bytes& {
                                    return static_cast<const Shared<T>*>(shared)->bytes();
                                  },
                                  [](void* shared, Bytes bytes) {
                                    *static_cast<Shared<T>*>(shared) =
                                        Shared<T>::On(std::move(bytes));
                                  }};
};

template <class T>
struct InfoOf<Shared<T>> {
  static constexpr TypeInfo Make() {
    static_assert(TypedArrayElement<T>,
                  "nodehost: Shared<T> is a TypedArray in JavaScript, so it holds numbers; use "
                  "std::vector for anything else");
    return MakeInfo<Shared<T>>(conversions::kShared, &SharedOf<T>::kOps, ElementOf<T>());
  }
};

template <>
struct InfoOf<SharedMemory> {
  static constexpr TypeInfo Make() { return MakeInfo<SharedMemory>(conversions::kSharedMemory); }
};

}  // namespace nodehost::detail
