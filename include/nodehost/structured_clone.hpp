// StructuredClone: a JavaScript value as detached data, on its way from one environment to another.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "nodehost/detail/value_ops.hpp"
#include "nodehost/js.hpp"
#include "nodehost/value.hpp"

namespace nodehost {

/// What JavaScript's structuredClone makes a copy of: plain objects and arrays, rings and shared
/// parts among them, Map, Set, Date, RegExp, Error, bigint, ArrayBuffer and views (copied),
/// SharedArrayBuffer (the same memory). It holds no handle: any thread may copy and keep it, for
/// longer than the environment it came from.
///
///     auto clone = one.Run([](nh::Js& js) { return nh::StructuredClone(js.Eval("new Map")); });
///     other.Run([&](nh::Js& js) { nh::Value map = clone.To(js); });
class StructuredClone {
 public:
  /// On the JS thread of `value`. Throws a JsError with the name DataCloneError for what cannot be
  /// cloned (functions, symbols, promises, …), and what getters throw.
  explicit StructuredClone(const Value& value) : data_(detail::Serialize(value.ref())) {}

  /// A new value, on the JS thread of any environment, any number of times.
  Value To(Js& js) const { return Value(detail::Deserialize(js, *data_)); }

 private:
  std::shared_ptr<const detail::CloneData> data_;
};

}  // namespace nodehost
