// Strings and paths, both ways.
#include <filesystem>
#include <string>

#include "support/convert.hpp"

using namespace std::string_literals;
using namespace std::string_view_literals;
using test::Called;
using test::CheckBothWays;
using test::Read;
using test::Written;

TEST_CASE("std::string is UTF-8 of whatever V8 holds") {
  CHECK(Read<std::string>("''").empty());
  CHECK(Read<std::string>("'a\\0b'") == "a\0b"s);
  CHECK(Read<std::string>("'caf\\u00e9'") == "café");  // one byte each in V8
  CHECK(Read<std::string>("'\\u20ac'") == "€");        // two bytes
  CHECK(Read<std::string>("'\\u{1f600}'") == "😀");     // a surrogate pair
  CHECK(Read<std::string>("'a\\ud800b'") ==
        "a\xEF\xBF\xBD"
        "b");                                               // a lone one
  CHECK(Read<std::string>("'\\udc00'") == "\xEF\xBF\xBD");  // its other half
  CHECK(Read<std::string>("'x'.repeat(1 << 20)").size() == 1 << 20);
  CHECK(Read<std::string>("'ab'.repeat(20).slice(1, 30) + 'é'").size() == 31);  // a rope
}

TEST_CASE("std::string goes out as it is, ill-formed UTF-8 as U+FFFD") {
  const std::string_view units = "(s) => Array.from(s, (c) => c.codePointAt(0))";
  CHECK(Called(units, ""s) == "[]");
  CHECK(Called(units, "a\0b"s) == "[ 97, 0, 98 ]");
  CHECK(Called(units, "é€😀"s) == "[ 233, 8364, 128512 ]");
  CHECK(Called(units, "a\xFF"s) == "[ 97, 65533 ]");
  CHECK(Called(units, "\xED\xA0\x80"s) == "[ 65533, 65533, 65533 ]");  // a surrogate in UTF-8
}

TEST_CASE("string refuses what is none") {
  CheckBothWays<std::string>(
      {{"1", "TypeError: value: expected string, got number 1"},
       {"new String('x')", "TypeError: value: expected string, got object String"},
       {"Symbol('x')", "TypeError: value: expected string, got symbol"},
       {"() => 1", "TypeError: value: expected string, got function"},
       {"['x']", "TypeError: value: expected string, got array"},
       {"Object.create(null)", "TypeError: value: expected string, got object"}});
}

TEST_CASE("an error shows a long or odd string cut and quoted, never half a character") {
  CheckBothWays<int>(
      {{"'x'.repeat(100)",
        "TypeError: value: expected number, got string \"" + std::string(40, 'x') + "…\""},
       {"'x'.repeat(39) + 'é'.repeat(9)",
        "TypeError: value: expected number, got string \"" + std::string(39, 'x') + "…\""},
       {"'\"\\n\\u0001'", "TypeError: value: expected number, got string \"\\\"\\n\\u0001\""}});
}

TEST_CASE("views and C strings go out") {
  CHECK(Written("a\0b"sv) == "'a\\x00b'");
  CHECK(Written("text") == "'text'");
  CHECK(Written(static_cast<const char*>(nullptr)) == "null");
  CHECK(Written(u"\u20ac"sv) == "'€'");
}

TEST_CASE("std::u16string keeps every code unit") {
  CHECK(Read<std::u16string>("'a\\0\\ud800é\\u{1f600}'") == u"a\0\xD800é😀"s);
  CHECK(Read<std::u16string>("''").empty());
  CHECK(Called("(s) => s === 'a\\0\\ud800é\\u{1f600}'", u"a\0\xD800é😀"s) == "true");
  CheckBothWays<std::u16string>({{"1", "TypeError: value: expected string, got number 1"}});
}

TEST_CASE("char is one ASCII character") {
  CheckBothWays<char>(
      {{"'x'", "'x'"},
       {"'\\0'", "'\\x00'"},
       {"''", "TypeError: value: expected a string of one character, got string \"\""},
       {"'ab'", "TypeError: value: expected a string of one character, got string \"ab\""},
       {"'é'", "RangeError: value: expected an ASCII character, got string \"é\""},
       {"120", "TypeError: value: expected string, got number 120"}});
  CHECK(Written('\xE9') ==
        "RangeError: value: a char beyond ASCII is only a part of a character; use std::string");
}

TEST_CASE("a path is a string without NUL") {
  using std::filesystem::path;
  CheckBothWays<path>(
      {{"'/tmp/é'", "'/tmp/é'"},
       {"''", "''"},
       {"'/tmp\\0/x'",
        "RangeError: value: expected a path without NUL characters, got string \"/tmp\\u0000/x\""},
       {"1", "TypeError: value: expected string, got number 1"}});
  CHECK(Read<path>("'/a/b'").parent_path() == "/a");
}
