// Numbers and enums in JavaScript: `number` up to 32 bits and for floating point, `bigint` for 64
// bits, `AsNumber<T>` where a 64-bit integer is to be a number all the same; enums as numbers, or
// as strings once their names are registered.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <type_traits>

#include "nodehost/detail/type_info_of.hpp"
#include "nodehost/detail/type_name.hpp"

namespace nodehost {

/// A 64-bit integer that is a JavaScript number instead of a bigint. What a number does not hold
/// exactly, beyond ±(2^53 - 1), is a RangeError both ways.
///
///     nh::Method<nh::AsNumber<std::int64_t>(std::string)> file_size;
template <class T>
struct AsNumber {
  static_assert(std::is_integral_v<T> && sizeof(T) == 8,
                "nodehost: AsNumber is for 64-bit integers; all other numbers are numbers anyway");
  T value{};

  constexpr AsNumber() noexcept = default;
  constexpr AsNumber(T number) noexcept : value(number) {}
  constexpr operator T() const noexcept { return value; }
};

/// A value of an enum and what JavaScript calls it; see `EnumNames`.
template <class E>
struct EnumName {
  E value;
  std::string_view name;
};

/// Specialise it to make an enum a string union in JavaScript. Without it an enum is a number.
///
///     enum class Level { kLow, kHigh };
///     template <>
///     struct nodehost::EnumNames<Level> {
///       static constexpr nodehost::EnumName<Level> kNames[] = {{Level::kLow, "low"},
///                                                              {Level::kHigh, "high"}};
///     };
///
/// A string that is not listed is a TypeError that lists them; a C++ value that is not listed is a
/// RangeError. Where a value is listed twice, C++ writes the first name and reads both.
template <class E>
struct EnumNames;

namespace detail {

template <class T>
concept CharacterType = std::is_same_v<T, char> || std::is_same_v<T, wchar_t> ||
    std::is_same_v<T, char8_t> || std::is_same_v<T, char16_t> || std::is_same_v<T, char32_t>;

/// Integers that are numbers, not characters or bool.
template <class T>
concept Integer = std::is_integral_v<T> && !std::is_same_v<T, bool> && !CharacterType<T>;

template <class T>
inline constexpr bool kIsAsNumber = false;
template <class T>
inline constexpr bool kIsAsNumber<nodehost::AsNumber<T>> = true;

// By size and not by name: `long` is 64 bits here and 32 elsewhere, `long long` is yet another
// type.
template <Integer T>
constexpr Kind IntegerKind() {
  static_assert(sizeof(T) <= 8, "nodehost: integers of up to 64 bits cross into JavaScript");
  switch (sizeof(T)) {
    case 1:
      return std::is_signed_v<T> ? Kind::kInt8 : Kind::kUint8;
    case 2:
      return std::is_signed_v<T> ? Kind::kInt16 : Kind::kUint16;
    case 4:
      return std::is_signed_v<T> ? Kind::kInt32 : Kind::kUint32;
    default:
      return std::is_signed_v<T> ? Kind::kInt64 : Kind::kUint64;
  }
}

template <class T>
constexpr TypeInfo AsNumberInfo() {
  using Held = decltype(T::value);
  return MakeInfo<T>(std::is_signed_v<Held> ? Kind::kInt64Number : Kind::kUint64Number);
}

template <class E>
concept NamedEnum = requires {
  EnumNames<E>::kNames[0].name;
};

template <class E>
struct EnumOf {
  using Number = std::underlying_type_t<E>;

  // In JavaScript an enum without names is a number, also one of 64 bits.
  static constexpr TypeInfo kNumber = [] {
    if constexpr (std::is_same_v<Number, bool>)
      return MakeInfo<E>(Kind::kBool);
    else if constexpr (sizeof(Number) == 8)
      return AsNumberInfo<nodehost::AsNumber<Number>>();
    else if constexpr (CharacterType<Number>)
      return MakeInfo<E>(sizeof(E) == 1   ? Kind::kInt8
                         : sizeof(E) == 2 ? Kind::kUint16
                                          : Kind::kUint32);
    else
      return MakeInfo<E>(IntegerKind<Number>());
  }();

  static constexpr auto kValues = [] {
    if constexpr (NamedEnum<E>) {
      constexpr std::size_t count = std::size(EnumNames<E>::kNames);
      std::array<EnumValue, count> values{};
      for (std::size_t i = 0; i < count; ++i) {
        values[i] = {static_cast<std::int64_t>(EnumNames<E>::kNames[i].value),
                     EnumNames<E>::kNames[i].name};
      }
      return values;
    } else {
      return std::array<EnumValue, 0>{};
    }
  }();

  static constexpr EnumOps kOps{
      TypeName<E>(), kValues,
      [](const void* value) { return static_cast<std::int64_t>(*static_cast<const E*>(value)); },
      [](void* value, std::int64_t to) { *static_cast<E*>(value) = static_cast<E>(to); }};
};

template <class E>
constexpr TypeInfo EnumInfo() {
  return MakeInfo<E>(Kind::kEnum, &EnumOf<E>::kOps, &EnumOf<E>::kNumber);
}

}  // namespace detail
}  // namespace nodehost
