// TypeInfo: a C++ type as data, so that one compiled core converts every type. The headers of
// include/nodehost/convert/ build these tables at compile time; src/engine/convert/ reads them.
#pragma once

#include <cstdint>

namespace nodehost::detail {

/// How a type of this sort is converted: one row of src/engine/convert/, which knows V8. The
/// headers of include/nodehost/convert/ declare the rows, in the namespace `conversions`.
struct Conversion;

/// The few conversions that most calls are made of, which are inlined where they are made.
enum class Quick : std::uint8_t { kNone, kNothing, kBool, kInt32, kUint32, kDouble, kString };

struct TypeInfo {
  const Conversion* conversion = nullptr;
  /// What an optional, a sequence, a collection or a span holds; the values of a map.
  const TypeInfo* element = nullptr;
  /// What the conversion calls to get at the parts: of the type that its declaration names.
  const void* ops = nullptr;
  /// sizeof the type: the stride of a sequence's elements.
  std::uint32_t size = 0;
  Quick quick = Quick::kNone;

  constexpr bool Is(const Conversion& one) const noexcept { return conversion == &one; }
};

/// What the core calls to have an object filled in: returns false to have it thrown away.
struct Filler {
  bool (*fill)(void* context, void* first, void* second);
  void* context;
};

/// What the core calls for each element: `second` is the value of a map's entry.
struct Visitor {
  void (*visit)(void* context, const void* first, const void* second);
  void* context;
};

struct Signature {
  const TypeInfo* result = nullptr;
  const TypeInfo* const* arguments = nullptr;
  std::uint32_t count = 0;
  /// Whether an argument is lent for the call (std::span), or is several (Rest).
  bool lends_or_spreads = false;
};

}  // namespace nodehost::detail
