// TypedArray<T>: JavaScript's arrays of numbers, as a span of C++ numbers on the same memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "nodehost/array_buffer.hpp"

namespace nodehost {

/// The element of a Uint8ClampedArray.
enum class Clamped : std::uint8_t {};

namespace detail {

struct TypedArrayInfo {
  ValueClass value_class;
  std::string_view name;
};

template <class T>
consteval TypedArrayInfo TypedArrayOf() {
  if constexpr (std::is_same_v<T, Clamped>) {
    return {ValueClass::kUint8ClampedArray, "Uint8ClampedArray"};
  } else if constexpr (std::is_same_v<T, std::byte>) {
    return {ValueClass::kUint8Array, "Uint8Array"};
  } else if constexpr (std::is_same_v<T, float>) {
    return {ValueClass::kFloat32Array, "Float32Array"};
  } else if constexpr (std::is_same_v<T, double>) {
    return {ValueClass::kFloat64Array, "Float64Array"};
  } else {
    static_assert(std::is_integral_v<T> && !std::is_same_v<T, bool>,
                  "A TypedArray holds integers, float, double, std::byte or nh::Clamped.");
    constexpr bool kSigned = std::is_signed_v<T>;
    if constexpr (sizeof(T) == 1) {
      return kSigned ? TypedArrayInfo{ValueClass::kInt8Array, "Int8Array"}
                     : TypedArrayInfo{ValueClass::kUint8Array, "Uint8Array"};
    } else if constexpr (sizeof(T) == 2) {
      return kSigned ? TypedArrayInfo{ValueClass::kInt16Array, "Int16Array"}
                     : TypedArrayInfo{ValueClass::kUint16Array, "Uint16Array"};
    } else if constexpr (sizeof(T) == 4) {
      return kSigned ? TypedArrayInfo{ValueClass::kInt32Array, "Int32Array"}
                     : TypedArrayInfo{ValueClass::kUint32Array, "Uint32Array"};
    } else {
      return kSigned ? TypedArrayInfo{ValueClass::kBigInt64Array, "BigInt64Array"}
                     : TypedArrayInfo{ValueClass::kBigUint64Array, "BigUint64Array"};
    }
  }
}

}  // namespace detail

/// A typed array: TypedArray<double> is a Float64Array, TypedArray<std::uint8_t> a Uint8Array or a
/// Buffer, TypedArray<std::int64_t> a BigInt64Array.
template <class T>
class TypedArray : public Object {
 public:
  using Object::Object;
  static constexpr auto kClass = detail::TypedArrayOf<T>().value_class;

  /// `length` zeros.
  static TypedArray New(Js& js, std::size_t length) {
    return detail::DoIn<TypedArray>(Op::kNewTypedArray, js, kName, static_cast<double>(length));
  }
  /// A copy of `items`.
  static TypedArray New(Js& js, std::span<const T> items) {
    TypedArray array = New(js, items.size());
    T* to = array.data().data();
    for (const T& item : items) *to++ = item;
    return array;
  }
  /// A view of an ArrayBuffer or SharedArrayBuffer, `offset` bytes from its start, which must be a
  /// multiple of the element's size; without `length` to its end, also when that moves.
  static TypedArray New(const Object& buffer, std::size_t offset = 0,
                        std::optional<std::size_t> length = {}) {
    return detail::Do<TypedArray>(Op::kNewView, buffer.ref(), kName, static_cast<double>(offset),
                                  detail::AsNumber(length));
  }
  /// The memory of a vector, without a copy.
  static TypedArray Adopt(Js& js, std::vector<T> items) {
    return New(ArrayBuffer::Adopt(js, std::move(items)));
  }

  /// The elements, in JavaScript's memory: good until JavaScript runs again, which may detach or
  /// resize the buffer. Empty if it is detached or the buffer has become too short.
  std::span<T> data() const {
    const std::span<std::byte> bytes = detail::BytesOf(ref());
    return {reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
  std::size_t length() const { return data().size(); }
  /// An ArrayBuffer or SharedArrayBuffer.
  Object buffer() const { return Get<Object>(Op::kViewBuffer); }

 private:
  static constexpr std::string_view kName = detail::TypedArrayOf<T>().name;
};

}  // namespace nodehost
