// Blocks of numbers in JavaScript. Bytes is a Buffer on the same memory; a container of
// std::uint8_t or std::byte is a copy in one. A std::span as an argument is a TypedArray for the
// time of the call: its numbers are copied in, what JavaScript has written is copied back, and then
// the view is of length 0; a span of const numbers, and one inside other data, is a plain copy. As
// a parameter of a C++ function it is a copy of an Array or TypedArray, in which what C++ has
// written is when the function returns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "nodehost/bytes.hpp"
#include "nodehost/convert/numbers.hpp"
#include "nodehost/detail/export.hpp"
#include "nodehost/detail/type_info_of.hpp"

namespace nodehost::detail {

/// A sequence whose elements lie side by side. Ops of what goes to JavaScript only have no resize.
struct SequenceOps {
  std::size_t (*size)(const void* sequence);
  const void* (*data)(const void* sequence);
  /// Returns the first element; null if the sequence cannot have that size.
  void* (*resize)(void* sequence, std::size_t size);
  bool fixed = false;  ///< std::array
  /// Makes it the `size` bytes at `bytes`, which resize would clear first. Of bytes only; may be
  /// null.
  void (*assign)(void* sequence, const void* bytes, std::size_t size) = nullptr;
};

namespace conversions {
extern NODEHOST_API const Conversion kBytes;
extern NODEHOST_API const Conversion kBytesCopy;  // a container of bytes: SequenceOps
extern NODEHOST_API const Conversion kSpan;       // a TypedArray, to JavaScript only: SequenceOps
}  // namespace conversions

template <>
struct InfoOf<Bytes> {
  static constexpr TypeInfo Make() { return MakeInfo<Bytes>(conversions::kBytes); }
};

template <class T>
concept ByteType = std::is_same_v<T, std::uint8_t> || std::is_same_v<T, std::byte>;

/// What a JavaScript TypedArray may hold.
template <class T>
concept TypedArrayElement = Integer<T> || std::is_same_v<T, float> || std::is_same_v<T, double> ||
    std::is_same_v<T, std::byte>;

/// std::byte alone is an enum; in a container it is a byte.
template <class T>
inline constexpr TypeInfo kByteInfo = MakeInfo<T>(conversions::kUint8);

template <class T>
constexpr const TypeInfo* ElementOf() {
  if constexpr (std::is_same_v<T, std::byte>) {
    return &kByteInfo<T>;
  } else {
    return kTypeInfoOf<T>;
  }
}

template <class C>
constexpr std::size_t SizeOf(const void* container) {
  return static_cast<const C*>(container)->size();
}

template <class T>
inline constexpr bool kIsSpan = false;
template <class T, std::size_t N>
inline constexpr bool kIsSpan<std::span<T, N>> = true;

template <class C>
struct SpanOf {
  static constexpr SequenceOps kOps{
      &SizeOf<C>, [](const void* c) -> const void* { return static_cast<const C*>(c)->data(); },
      nullptr, std::is_const_v<typename C::element_type>};
};

template <class T, std::size_t N>
struct InfoOf<std::span<T, N>> {
  using Item = std::remove_cv_t<T>;
  static constexpr TypeInfo Make() {
    static_assert(TypedArrayElement<Item>,
                  "nodehost: a std::span is a TypedArray in JavaScript, so it holds numbers; use "
                  "std::vector for anything else");
    return MakeInfo<std::span<T, N>>(conversions::kSpan, &SpanOf<std::span<T, N>>::kOps,
                                     ElementOf<Item>());
  }
};

}  // namespace nodehost::detail
