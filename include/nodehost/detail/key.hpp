// Key: what names a property - a string, an index, or a Symbol or other Value.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

#include "nodehost/detail/export.hpp"
#include "nodehost/detail/ref.hpp"

namespace nodehost::detail {

template <class T>
concept TextKey = std::convertible_to<const T&, std::string_view> && !std::is_null_pointer_v<T>;

/// Integers, but not characters and truth values, which would make surprising indices.
template <class T>
concept IndexKey = std::integral<T> && !std::is_same_v<T, bool> && !std::is_same_v<T, char> &&
                   !std::is_same_v<T, char8_t> && !std::is_same_v<T, char16_t> &&
                   !std::is_same_v<T, char32_t> && !std::is_same_v<T, wchar_t>;

/// Anything that holds a Ref: Symbol, and every other Value, which JavaScript makes a key of.
template <class T>
concept ValueKey = requires(const T& value) {
  { value.ref() } -> std::same_as<const Ref&>;
};

/// A view of a property key, for the length of one call.
class Key {
 public:
  enum class Kind : std::uint8_t { kText, kIndex, kValue };

  template <TextKey T>
  Key(const T& text) noexcept : text_(text) {}

  /// As JavaScript has it: 2^32 - 2 is the last index; -1 and what lies beyond are names.
  template <IndexKey T>
  Key(T number) noexcept {
    if (std::in_range<std::uint32_t>(number) && static_cast<std::uint32_t>(number) != kNoIndex) {
      kind_ = Kind::kIndex;
      index_ = static_cast<std::uint32_t>(number);
    } else {
      using Wide = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
      Name(static_cast<Wide>(number));
    }
  }

  template <ValueKey T>
  Key(const T& value) noexcept : kind_(Kind::kValue), value_(&value.ref()) {}

  Kind kind() const noexcept { return kind_; }
  std::string_view text() const noexcept {
    return length_ == 0 ? text_ : std::string_view(digits_, length_);
  }
  std::uint32_t index() const noexcept { return index_; }
  const Ref& value() const noexcept { return *value_; }

 private:
  /// Makes it the name that the number has in decimal.
  NODEHOST_API void Name(std::int64_t number) noexcept;
  NODEHOST_API void Name(std::uint64_t number) noexcept;
  template <class T>
  void WriteName(T number) noexcept;

  static constexpr std::uint32_t kNoIndex = std::numeric_limits<std::uint32_t>::max();

  Kind kind_ = Kind::kText;
  std::uint8_t length_ = 0;  // of digits_
  std::uint32_t index_ = 0;
  const Ref* value_ = nullptr;
  std::string_view text_;
  char digits_[24];
};

}  // namespace nodehost::detail
