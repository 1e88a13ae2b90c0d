// BigInt: a JavaScript integer of any size inside Run.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nodehost/detail/operations.hpp"
#include "nodehost/js.hpp"
#include "nodehost/value.hpp"

namespace nodehost {

/// A bigint.
class BigInt : public Value {
 public:
  using Value::Value;
  static constexpr auto kClass = detail::ValueClass::kBigInt;

  /// The number as a sign and 64-bit words, the lowest first.
  struct Words {
    bool negative = false;
    std::vector<std::uint64_t> words = {};
  };

  static BigInt New(Js& js, std::int64_t number) {
    const auto low = static_cast<std::uint64_t>(number);
    const std::uint64_t magnitude = number < 0 ? 0 - low : low;
    return BigInt(detail::NewBigInt(js, number < 0, {&magnitude, 1}));
  }
  static BigInt New(Js& js, std::uint64_t number) {
    return BigInt(detail::NewBigInt(js, false, {&number, 1}));
  }
  static BigInt New(Js& js, int number) { return New(js, std::int64_t{number}); }
  /// A RangeError above V8's limit of 2^30 bits.
  static BigInt New(Js& js, const Words& number) {
    return BigInt(detail::NewBigInt(js, number.negative, number.words));
  }
  /// `BigInt(text)`: "123", "-5", "0xff"; a SyntaxError for anything else.
  static BigInt Parse(Js& js, std::string_view text) {
    return detail::DoIn<BigInt>(detail::Operation::kParseBigInt, js, text);
  }

  /// The number, or nothing if it does not fit.
  std::optional<std::int64_t> ToInt64() const {
    const auto [negative, words] = ToWords();
    if (words.size() > 1) return std::nullopt;
    const std::uint64_t magnitude = words.empty() ? 0 : words[0];
    constexpr std::uint64_t kHigh = std::numeric_limits<std::int64_t>::max();
    if (magnitude > kHigh + (negative ? 1 : 0)) return std::nullopt;
    return static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
  }
  std::optional<std::uint64_t> ToUint64() const {
    const auto [negative, words] = ToWords();
    if (words.size() > 1 || negative) return std::nullopt;
    return words.empty() ? 0 : words[0];
  }
  Words ToWords() const {
    Words result;
    result.negative = detail::BigIntWords(ref(), result.words);
    return result;
  }
  /// In the base `radix`, 2 to 36.
  std::string ToText(int radix = 10) const {
    return detail::Do<std::string>(detail::Operation::kBigIntText, ref(), radix);
  }
};

}  // namespace nodehost
