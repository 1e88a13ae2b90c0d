// LeafInfo: a C++ function that optimised JavaScript calls without leaving its own frame, as data.
// src/engine/leaf.cpp makes V8's description of it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

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

/// What the second internal field of an object of a described class points at.
struct HeldObject {
  const ClassInfo* leaf_class = nullptr;  ///< null if no leaf may have it: it is Overridable
  void* object = nullptr;                 ///< null once it was handed over
};

/// How to tell an object with two internal fields in this libnode, and where they are. Offsets are
/// in bytes from the address as V8 tags it.
struct FieldLayout {
  std::uintptr_t tag_mask;  ///< of the object's address
  std::uintptr_t tag;
  int map;  ///< of the object
  int kind;
  std::uint64_t kind_mask;   ///< of the word of its map at `kind`
  std::uint64_t kind_value;  ///< what the word is under the mask
  int first;
  int second;
};
/// Null where it is not known, or not probed yet.
extern NODEHOST_API std::atomic<const FieldLayout*> field_layout;

/// What the first internal field of an object of a described class points at.
extern NODEHOST_API const char kClassMark;

/// LeafObject, for objects of each kind.
NODEHOST_API void* FindLeafObject(void* receiver, const ClassInfo* info) noexcept;

/// The C++ object of class `info` behind `receiver`; null where that holds none, for it is of
/// another class or was handed over, and for one that is Overridable.
inline void* LeafObject(void* receiver, const ClassInfo* info) noexcept {
  const auto read = [](std::uintptr_t address, int offset, auto& value) {
    std::memcpy(&value, reinterpret_cast<const char*>(address) + offset, sizeof value);
  };
  const FieldLayout* const layout = field_layout.load(std::memory_order_acquire);
  if (!layout) [[unlikely]]
    return FindLeafObject(receiver, info);
  std::uintptr_t object = 0;
  std::uintptr_t map = 0;
  std::uint64_t kind = 0;
  std::memcpy(&object, receiver, sizeof object);
  if ((object & layout->tag_mask) != layout->tag) return nullptr;
  read(object, layout->map, map);
  read(map, layout->kind, kind);
  if ((kind & layout->kind_mask) == layout->kind_value) [[likely]] {
    const void* first = nullptr;
    const void* second = nullptr;
    read(object, layout->first, first);
    read(object, layout->second, second);
    const auto* const held = static_cast<const HeldObject*>(second);
    if (first == &kClassMark && held && held->leaf_class == info) [[likely]]
      return held->object;
  }
  return FindLeafObject(receiver, info);
}

/// False if `value` is no boolean.
NODEHOST_API bool LeafBool(void* value, bool& result) noexcept;

}  // namespace nodehost::detail
