// ValueClass: the kinds of JavaScript values that have a handle class of their own.
#pragma once

#include <cstdint>

namespace nodehost::detail {

enum class ValueClass : std::uint8_t {
  kAny,
  kUndefined,
  kNull,
  kNullish,  // either
  kObject,
  kArray,
  kFunction,
  kPromise,
  kError,
  kDate,
  kMap,
  kSet,
  kSymbol,
  kBigInt,
  kProxy,
  kIterator,
  kRegExp,
  kArrayBuffer,
  kSharedArrayBuffer,
  kDataView,
  kInt8Array,
  kInt16Array,
  kInt32Array,
  kUint8Array,
  kUint8ClampedArray,
  kUint16Array,
  kUint32Array,
  kFloat32Array,
  kFloat64Array,
  kBigInt64Array,
  kBigUint64Array,
};

}  // namespace nodehost::detail
