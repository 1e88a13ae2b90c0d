// Strings in JavaScript: std::string and std::filesystem::path are UTF-8 here and UTF-16 there;
// std::u16string is the same on both sides, lone surrogates included. `char` is a string of one
// ASCII character. Views and C strings only go to JavaScript, because they own nothing.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include "nodehost/detail/export.hpp"
#include "nodehost/detail/type_info_of.hpp"

namespace nodehost::detail {

/// A path in UTF-8.
struct PathOps {
  std::string (*get)(const void* path);
  void (*set)(void* path, std::string_view utf8);
};

namespace conversions {
extern NODEHOST_API const Conversion kChar;  // a string of one character
extern NODEHOST_API const Conversion kString;
extern NODEHOST_API const Conversion kStringView;  // to JavaScript only
extern NODEHOST_API const Conversion kCString;     // to JavaScript only
extern NODEHOST_API const Conversion kString16;
extern NODEHOST_API const Conversion kString16View;  // to JavaScript only
extern NODEHOST_API const Conversion kPath;          // PathOps
}  // namespace conversions

template <>
struct InfoOf<char> {
  static constexpr TypeInfo Make() { return MakeInfo<char>(conversions::kChar); }
};
template <>
struct InfoOf<std::string> {
  static constexpr TypeInfo Make() {
    return MakeInfo<std::string>(conversions::kString, Quick::kString);
  }
};
template <>
struct InfoOf<std::string_view> {
  static constexpr TypeInfo Make() { return MakeInfo<std::string_view>(conversions::kStringView); }
};
template <>
struct InfoOf<const char*> {
  static constexpr TypeInfo Make() { return MakeInfo<const char*>(conversions::kCString); }
};
template <>
struct InfoOf<char*> {
  static constexpr TypeInfo Make() { return MakeInfo<char*>(conversions::kCString); }
};
template <>
struct InfoOf<std::u16string> {
  static constexpr TypeInfo Make() { return MakeInfo<std::u16string>(conversions::kString16); }
};
template <>
struct InfoOf<std::u16string_view> {
  static constexpr TypeInfo Make() {
    return MakeInfo<std::u16string_view>(conversions::kString16View);
  }
};

/// std::filesystem::path, without including it.
template <class T>
concept PathLike = requires(const T& path, const std::u8string& text) {
  typename T::string_type;
  { path.lexically_normal() } -> std::same_as<T>;
  { path.u8string() } -> std::same_as<std::u8string>;
  T(text);
};

template <class P>
struct PathOf {
  static constexpr PathOps kOps{
      [](const void* path) {
        const std::u8string text = static_cast<const P*>(path)->u8string();
        return std::string(text.begin(), text.end());
      },
      [](void* path, std::string_view utf8) {
        *static_cast<P*>(path) = P(std::u8string(utf8.begin(), utf8.end()));
      }};
};

template <PathLike P>
struct InfoOf<P> {
  static constexpr TypeInfo Make() { return MakeInfo<P>(conversions::kPath, &PathOf<P>::kOps); }
};

}  // namespace nodehost::detail
