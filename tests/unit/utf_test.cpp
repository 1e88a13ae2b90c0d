#include "engine/utf.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace nodehost::detail;  // NOLINT(google-build-using-namespace)

namespace {

std::u16string Utf16(std::string_view utf8) {
  std::u16string text(utf8.size(), u'?');
  const auto size = Utf8ToUtf16(utf8, text.data());
  if (!size) return u"ill-formed";
  text.resize(*size);
  return text;
}

std::string Utf8(std::u16string_view utf16) {
  std::string text;
  AppendUtf16(utf16, text);
  return text;
}

}  // namespace

TEST_CASE("every code point survives the way to UTF-16 and back") {
  for (char32_t point = 0; point <= 0x10FFFF; ++point) {
    if (point >= 0xD800 && point <= 0xDFFF) continue;
    std::u16string utf16;
    if (point < 0x10000) {
      utf16 += static_cast<char16_t>(point);
    } else {
      utf16 += static_cast<char16_t>(0xD800 + ((point - 0x10000) >> 10));
      utf16 += static_cast<char16_t>(0xDC00 + ((point - 0x10000) & 0x3FF));
    }
    const std::string utf8 = Utf8(utf16);
    const std::size_t size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (utf8.size() != size || Utf16(utf8) != utf16) FAIL("U+" << static_cast<unsigned>(point));
  }
}

TEST_CASE("ill-formed UTF-8 is noticed") {
  const std::vector<std::string> texts = {"\x80",
                                          "\xBF",
                                          "\xC0\x80",
                                          "\xC1\xBF",
                                          "\xC2",
                                          "\xC2\x41",
                                          "\xE0\x80\x80",
                                          "\xE0\x9F\xBF",
                                          "\xE1\x80",
                                          "\xE1\x41\x80",
                                          "\xE1\x80\x41",
                                          "\xED\xA0\x80",
                                          "\xED\xBF\xBF",
                                          "\xF0\x80\x80\x80",
                                          "\xF0\x8F\xBF\xBF",
                                          "\xF1\x80\x80",
                                          "\xF1\x80\x80\x41",
                                          "\xF1\x41\x80\x80",
                                          "\xF4\x90\x80\x80",
                                          "\xF5\x80\x80\x80",
                                          "\xFF",
                                          "text \xE2\x82"};
  for (const std::string& text : texts) {
    CAPTURE(text.size());
    CHECK(Utf16(text) == u"ill-formed");
  }
}

TEST_CASE("lone surrogates become U+FFFD") {
  CHECK(Utf8(std::u16string{0xD800}) == "\xEF\xBF\xBD");
  CHECK(Utf8(std::u16string{0xDC00, u'a'}) ==
        "\xEF\xBF\xBD"
        "a");
  CHECK(Utf8(std::u16string{0xD83D, u'a'}) ==
        "\xEF\xBF\xBD"
        "a");
  CHECK(Utf8(std::u16string{0xD83D, 0xD83D, 0xDE00}) == "\xEF\xBF\xBD\xF0\x9F\x98\x80");
}

TEST_CASE("a pair of surrogates at the edge of a block stays a pair") {
  for (std::size_t before = 250; before < 260; ++before) {
    const std::u16string utf16 =
        std::u16string(before, u'x') + std::u16string{0xD83D, 0xDE00} + u"y";
    CHECK(Utf8(utf16) == std::string(before, 'x') + "\xF0\x9F\x98\x80y");
  }
}

TEST_CASE("Latin-1 becomes UTF-8") {
  std::string text =
      "\xFC"
      "ber caf\xE9\x80\xFF";
  Latin1ToUtf8(text);
  CHECK(text == "über café\xC2\x80ÿ");
  text.clear();
  Latin1ToUtf8(text);
  CHECK(text.empty());
}

TEST_CASE("ASCII is told from the rest, wherever the other byte is") {
  for (std::size_t size = 0; size < 40; ++size) {
    std::string text(size, 'a');
    CHECK(IsAscii(text));
    for (std::size_t i = 0; i < size; ++i) {
      text[i] = '\x80';
      CHECK_FALSE(IsAscii(text));
      text[i] = 'a';
    }
  }
}
