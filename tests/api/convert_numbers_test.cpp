// Numbers, bigints, booleans and enums, both ways.
#include <cmath>
#include <cstdint>
#include <limits>

#include "support/convert.hpp"

using test::CheckBothWays;
using test::Read;
using test::Written;

enum class Plain : std::uint8_t { kA, kB = 200 };
enum class Wide : std::int64_t { kLow = -9007199254740991, kHigh = 9007199254740991 };
enum class Level { kLow = -1, kHigh = 5, kUnnamed = 9 };
template <>
struct nodehost::EnumNames<Level> {
  static constexpr nodehost::EnumName<Level> kNames[] = {
      {Level::kLow, "low"}, {Level::kHigh, "high"}, {Level::kHigh, "top"}};
};

TEST_CASE("double takes every number") {
  CheckBothWays<double>({{"1.5", "1.5"},
                         {"-0", "-0"},
                         {"NaN", "NaN"},
                         {"Infinity", "Infinity"},
                         {"-Infinity", "-Infinity"},
                         {"2 ** 53 + 2", "9007199254740994"},
                         {"Number.MIN_VALUE", "5e-324"},
                         {"'1'", "TypeError: value: expected number, got string \"1\""},
                         {"new Number(1)", "TypeError: value: expected number, got object Number"},
                         {"1n", "TypeError: value: expected number, got bigint 1"},
                         {"null", "TypeError: value: expected number, got null"},
                         {"undefined", "TypeError: value: expected number, got undefined"}});
}

TEST_CASE("float rounds to the nearest") {
  CheckBothWays<float>(
      {{"0.5", "0.5"},
       {"0.1", "0.10000000149011612"},
       {"3.4028235e38", "3.4028234663852886e+38"},
       {"1e300",
        "RangeError: value: expected a number within ±3.4028235e38, the range of a "
        "float, got number 1e+300"},
       {"-Infinity", "-Infinity"},
       {"-0", "-0"},
       {"NaN", "NaN"}});
}

TEST_CASE("small integers refuse fractions and what is out of range") {
  CheckBothWays<std::int8_t>(
      {{"-128", "-128"},
       {"127", "127"},
       {"-0", "0"},
       {"128", "RangeError: value: expected an integer from -128 to 127, got number 128"},
       {"0.5", "RangeError: value: expected an integer from -128 to 127, got number 0.5"},
       {"NaN", "RangeError: value: expected an integer from -128 to 127, got number NaN"},
       {"true", "TypeError: value: expected number, got boolean true"}});
  CheckBothWays<std::uint8_t>(
      {{"255", "255"},
       {"-1", "RangeError: value: expected an integer from 0 to 255, got number -1"}});
  CheckBothWays<std::int16_t>(
      {{"-32768", "-32768"},
       {"32768", "RangeError: value: expected an integer from -32768 to 32767, got number 32768"}});
  CheckBothWays<std::uint16_t>(
      {{"65535", "65535"},
       {"65536", "RangeError: value: expected an integer from 0 to 65535, got number 65536"}});
  CheckBothWays<std::int32_t>(
      {{"-2147483648", "-2147483648"},
       {"2147483648",
        "RangeError: value: expected an integer from -2147483648 to 2147483647, got number "
        "2147483648"}});
  CheckBothWays<std::uint32_t>(
      {{"4294967295", "4294967295"},
       {"4294967296",
        "RangeError: value: expected an integer from 0 to 4294967295, got number 4294967296"},
       {"Infinity",
        "RangeError: value: expected an integer from 0 to 4294967295, got number Infinity"}});
}

TEST_CASE("64-bit integers are bigints, and take safe numbers") {
  CheckBothWays<std::int64_t>(
      {{"9223372036854775807n", "9223372036854775807n"},
       {"-9223372036854775808n", "-9223372036854775808n"},
       {"9007199254740993n", "9007199254740993n"},
       {"2 ** 53 - 1", "9007199254740991n"},
       {"-(2 ** 53 - 1)", "-9007199254740991n"},
       {"-0", "0n"},
       {"2 ** 53",
        "RangeError: value: expected a bigint, or an integer from -9007199254740991 to "
        "9007199254740991, got number 9007199254740992"},
       {"0.5",
        "RangeError: value: expected a bigint, or an integer from -9007199254740991 to "
        "9007199254740991, got number 0.5"},
       {"2n ** 63n",
        "RangeError: value: expected a bigint from -9223372036854775808 to 9223372036854775807, "
        "got bigint 9223372036854775808"},
       {"'1'", "TypeError: value: expected bigint, got string \"1\""}});
  CheckBothWays<std::uint64_t>(
      {{"18446744073709551615n", "18446744073709551615n"},
       {"0", "0n"},
       {"-1n",
        "RangeError: value: expected a bigint from 0 to 18446744073709551615, got bigint -1"},
       {"-1",
        "RangeError: value: expected a bigint, or an integer from 0 to 9007199254740991, got "
        "number -1"},
       {"2n ** 64n",
        "RangeError: value: expected a bigint from 0 to 18446744073709551615, got bigint "
        "18446744073709551616"}});
}

TEST_CASE("every 64-bit integer type is one, whatever its name") {
  CHECK(Read<long long>("-5n") == -5);
  CHECK(Read<unsigned long>("5n") == 5);
  CHECK(Read<std::size_t>("5") == 5);
  CHECK(Written(std::numeric_limits<long long>::min()) == "-9223372036854775808n");
  CHECK(Written(std::numeric_limits<unsigned long long>::max()) == "18446744073709551615n");
}

TEST_CASE("AsNumber makes a 64-bit integer a number, as long as it is exact") {
  using Signed = nh::AsNumber<std::int64_t>;
  using Unsigned = nh::AsNumber<std::uint64_t>;
  CheckBothWays<Signed>({{"-9007199254740991", "-9007199254740991"},
                         {"5n", "TypeError: value: expected number, got bigint 5"},
                         {"9007199254740992",
                          "RangeError: value: expected an integer from -9007199254740991 to "
                          "9007199254740991, got number 9007199254740992"}});
  CheckBothWays<Unsigned>(
      {{"9007199254740991", "9007199254740991"},
       {"-1", "RangeError: value: expected an integer from 0 to 9007199254740991, got number -1"}});
  CHECK(Written(Signed(std::numeric_limits<std::int64_t>::min())) ==
        "RangeError: value: -9223372036854775808 is beyond what a number holds exactly, ±(2^53 - "
        "1)");
  CHECK(Written(Unsigned(std::uint64_t{1} << 53)) ==
        "RangeError: value: 9007199254740992 is beyond what a number holds exactly, 2^53 - 1");
}

TEST_CASE("bool takes nothing but booleans") {
  CheckBothWays<bool>({{"true", "true"},
                       {"false", "false"},
                       {"1", "TypeError: value: expected boolean, got number 1"},
                       {"null", "TypeError: value: expected boolean, got null"}});
}

TEST_CASE("nullptr and monostate are null") {
  CheckBothWays<std::nullptr_t>({{"null", "null"},
                                 {"undefined", "null"},
                                 {"0", "TypeError: value: expected null, got number 0"}});
  CHECK(Written(std::monostate()) == "null");
}

TEST_CASE("an enum is a number in the range of its underlying type") {
  CheckBothWays<Plain>(
      {{"200", "200"},
       {"7", "7"},
       {"256", "RangeError: value: expected an integer from 0 to 255, got number 256"},
       {"'kA'", "TypeError: value: expected number, got string \"kA\""}});
  CheckBothWays<Wide>({{"-9007199254740991", "-9007199254740991"}});
  CHECK(Read<Plain>("200") == Plain::kB);
}

TEST_CASE("an enum with names is a string union") {
  CheckBothWays<Level>(
      {{"'low'", "'low'"},
       {"'top'", "'high'"},
       {"'middle'",
        "TypeError: value: expected \"low\" | \"high\" | \"top\", got string \"middle\""},
       {"5", "TypeError: value: expected \"low\" | \"high\" | \"top\", got number 5"}});
  CHECK(Read<Level>("'low'") == Level::kLow);
  CHECK(Written(Level::kUnnamed) == "RangeError: value: Level 9 has no name in EnumNames");
}
