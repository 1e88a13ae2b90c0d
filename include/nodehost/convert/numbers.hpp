// Numbers, bool and enums in JavaScript: `number` up to 32 bits and for floating point, `bigint`
// for 64 bits, `AsNumber<T>` where a 64-bit integer is to be a number all the same; enums as
// numbers, or as strings once their names are registered.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <span>
#include <string_view>
#include <type_traits>

#include "nodehost/detail/export.hpp"
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
///
/// With `static constexpr bool kNumbers = true;` beside the names the enum stays a number, of which
/// JavaScript may make others: flags, for example. The names are then those of `Enum<E>`
/// (convert/enums.hpp) alone.
template <class E>
struct EnumNames;

namespace detail {

template <class T>
concept CharacterType = std::is_same_v<T, char> || std::is_same_v<T, wchar_t> ||
    std::is_same_v<T, char8_t> || std::is_same_v<T, char16_t> || std::is_same_v<T, char32_t>;

/// Integers that are numbers, not characters or bool.
template <class T>
concept Integer = std::is_integral_v<T> && !std::is_same_v<T, bool> && !CharacterType<T>;

namespace conversions {
extern NODEHOST_API const Conversion kBool;
extern NODEHOST_API const Conversion kInt8;
extern NODEHOST_API const Conversion kInt16;
extern NODEHOST_API const Conversion kInt32;
extern NODEHOST_API const Conversion kUint8;
extern NODEHOST_API const Conversion kUint16;
extern NODEHOST_API const Conversion kUint32;
extern NODEHOST_API const Conversion kInt64;         // bigint
extern NODEHOST_API const Conversion kUint64;        // bigint
extern NODEHOST_API const Conversion kInt64Number;   // AsNumber: a number as long as that is exact
extern NODEHOST_API const Conversion kUint64Number;  // AsNumber
extern NODEHOST_API const Conversion kFloat;
extern NODEHOST_API const Conversion kDouble;
extern NODEHOST_API const Conversion kEnum;  // EnumOps
}  // namespace conversions

template <>
struct InfoOf<bool> {
  static constexpr TypeInfo Make() { return MakeInfo<bool>(conversions::kBool, Quick::kBool); }
};
template <>
struct InfoOf<float> {
  static constexpr TypeInfo Make() { return MakeInfo<float>(conversions::kFloat); }
};
template <>
struct InfoOf<double> {
  static constexpr TypeInfo Make() {
    return MakeInfo<double>(conversions::kDouble, Quick::kDouble);
  }
};

// By size and not by name: `long` is 64 bits here and 32 elsewhere, `long long` is yet another
// type.
template <Integer T>
struct InfoOf<T> {
  static constexpr TypeInfo Make() {
    constexpr bool is_signed = std::is_signed_v<T>;
    static_assert(sizeof(T) <= 8, "nodehost: integers of up to 64 bits cross into JavaScript");
    if constexpr (sizeof(T) == 1) {
      return MakeInfo<T>(is_signed ? conversions::kInt8 : conversions::kUint8);
    } else if constexpr (sizeof(T) == 2) {
      return MakeInfo<T>(is_signed ? conversions::kInt16 : conversions::kUint16);
    } else if constexpr (sizeof(T) == 4) {
      return is_signed ? MakeInfo<T>(conversions::kInt32, Quick::kInt32)
                       : MakeInfo<T>(conversions::kUint32, Quick::kUint32);
    } else {
      return MakeInfo<T>(is_signed ? conversions::kInt64 : conversions::kUint64);
    }
  }
};
template <class T>
struct InfoOf<nodehost::AsNumber<T>> {
  static constexpr TypeInfo Make() {
    return MakeInfo<nodehost::AsNumber<T>>(std::is_signed_v<T> ? conversions::kInt64Number
                                                               : conversions::kUint64Number);
  }
};

struct EnumValue {
  std::int64_t value = 0;
  std::string_view name;
};

/// Of an enum that is a string by registered names (nodehost::EnumNames); else `values` is empty,
/// and it is an integer from `low` to `high`.
struct EnumOps {
  std::string_view name;
  std::span<const EnumValue> values;
  double low = 0;
  double high = 0;
  std::int64_t (*get)(const void* value);  ///< of an unsigned one of 64 bits, its bits
  void (*set)(void* value, std::int64_t to);
};

template <class E>
concept NamedEnum = requires {
  EnumNames<E>::kNames[0].name;
};
/// One with names that is a number all the same.
template <class E>
concept NumberedEnum = NamedEnum<E> && requires {
  requires EnumNames<E>::kNumbers;
};

template <class E>
struct EnumOf {
  using Number = std::underlying_type_t<E>;

  static constexpr auto kNames = [] {
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

  // 2^53 - 1: an enum of 64 bits without names is a number all the same, as far as that is exact.
  static constexpr double kMost = 9007199254740991;
  static constexpr double kLow = static_cast<double>(std::numeric_limits<Number>::min());
  static constexpr double kHigh = static_cast<double>(std::numeric_limits<Number>::max());

  static constexpr std::span<const EnumValue> kValues =
      NumberedEnum<E> ? std::span<const EnumValue>() : std::span<const EnumValue>(kNames);
  static constexpr EnumOps kOps{
      TypeName<E>(), kValues, kLow<-kMost ? -kMost : kLow, kHigh> kMost ? kMost : kHigh,
      [](const void* value) { return static_cast<std::int64_t>(*static_cast<const E*>(value)); },
      [](void* value, std::int64_t to) { *static_cast<E*>(value) = static_cast<E>(to); }};
};

template <class E>
requires std::is_enum_v<E>
struct InfoOf<E> {
  static constexpr TypeInfo Make() { return MakeInfo<E>(conversions::kEnum, &EnumOf<E>::kOps); }
};

}  // namespace detail
}  // namespace nodehost
