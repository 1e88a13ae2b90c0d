// Strings in JavaScript: std::string and std::filesystem::path are UTF-8 here and UTF-16 there;
// std::u16string is the same on both sides, lone surrogates included. `char` is a string of one
// ASCII character. Views and C strings only go to JavaScript, because they own nothing.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include "nodehost/detail/type_info_of.hpp"

namespace nodehost::detail {

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

}  // namespace nodehost::detail
