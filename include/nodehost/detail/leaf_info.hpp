// LeafInfo: a C++ function that optimised JavaScript calls without leaving its own frame, as data.
// src/engine/leaf.cpp makes V8's description of it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "nodehost/detail/export.hpp"

namespace nodehost::detail {

struct ClassInfo;

/// How a parameter or a result travels.
enum class LeafType : std::uint8_t {
  kVoid,
  kBool,  ///< a result
  kInt32,
  kUint32,
  kDouble,
  kValue,  ///< the address of a JavaScript value: a parameter that is a bool
  kText,   ///< a LeafText, by address; the others are LeafNumbers
  kUint8s,
  kInt32s,
  kUint32s,
  kFloats,
  kDoubles
};

/// A string in V8's heap whose characters are bytes. Laid out as v8::FastOneByteString.
struct LeafText {
  const char* data;
  std::uint32_t size;
};
/// The numbers of a TypedArray. Laid out as v8::FastApiTypedArray.
struct LeafNumbers {
  std::size_t size;
  const void* data;
};

struct LeafInfo {
  /// `result (*)(void* receiver, parameters…, void* options)`, without the options where nothing
  /// can have the call made again.
  const void* address = nullptr;
  LeafType result = LeafType::kVoid;
  const LeafType* parameters = nullptr;
  std::uint32_t count = 0;
  bool may_fall_back = true;
};

/// Has V8 make the call again on the ordinary path, which says what is wrong.
NODEHOST_API void LeafFallBack(void* options) noexcept;
/// Has the ordinary call throw the exception that is being handled, in place of calling again. In a
/// catch clause.
NODEHOST_API void LeafCarryOut(void* options) noexcept;
/// The C++ object of class `info` behind `receiver`; null where that holds none, for it is of
/// another class or was handed over, and for one that is Overridable.
NODEHOST_API void* LeafObject(void* receiver, const ClassInfo* info) noexcept;
/// False if `value` is no boolean.
NODEHOST_API bool LeafBool(void* value, bool& result) noexcept;

}  // namespace nodehost::detail
