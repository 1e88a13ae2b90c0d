// FixedText: a text as a template argument.
#pragma once

#include <cstddef>
#include <string_view>

namespace nodehost::detail {

template <std::size_t N>
struct FixedText {
  constexpr FixedText(const char (&text)[N]) noexcept {
    for (std::size_t i = 0; i < N; ++i) letters[i] = text[i];
  }
  constexpr std::string_view view() const noexcept { return {letters, N - 1}; }
  char letters[N] = {};
};

}  // namespace nodehost::detail
