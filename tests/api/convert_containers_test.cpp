// Containers, both ways.
#include <array>
#include <cmath>
#include <deque>
#include <list>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "support/convert.hpp"

using test::Called;
using test::CheckBothWays;
using test::Read;

namespace {
struct Point {
  double x = 0;
  auto operator<=>(const Point&) const = default;
};
}  // namespace

TEST_CASE("vector is an Array, whatever kind of array comes in") {
  CheckBothWays<std::vector<int>>(
      {{"[]", "[]"},
       {"[1, 2]", "[ 1, 2 ]"},
       {"new (class Mine extends Array {})(1, 2)", "[ 1, 2 ]"},
       {"Object.freeze([1])", "[ 1 ]"},
       {"new Proxy([1, 2], {})", "[ 1, 2 ]"},
       {"new Int32Array([1, 2])", "[ 1, 2 ]"},
       {"new Float64Array([1, 2]).subarray(1)", "[ 2 ]"},
       {"new Float64Array([0.5])",
        "RangeError: value[0]: expected an integer from -2147483648 to 2147483647, got number 0.5"},
       {"[1,,3]", "TypeError: value[1]: expected number, got undefined"},
       {"new Set([1])", "TypeError: value: expected number[], got object Set"},
       {"{length: 0}", "TypeError: value: expected number[], got object"},
       {"'12'", "TypeError: value: expected number[], got string \"12\""}});
  CheckBothWays<std::vector<std::int64_t>>({{"new BigInt64Array([1n])", "[ 1n ]"}});
  CheckBothWays<std::vector<float>>({{"new Float32Array([0.5])", "[ 0.5 ]"}});
  CheckBothWays<std::vector<std::optional<int>>>({{"[1,,3]", "[ 1, undefined, 3 ]"}});
  CheckBothWays<std::vector<std::vector<std::string>>>(
      {{"[['a'], []]", "[ [ 'a' ], [] ]"},
       {"[[], ['a', 1]]", "TypeError: value[1][1]: expected string, got number 1"}});
}

TEST_CASE("elements are what JavaScript reads, in whatever way V8 keeps them") {
  using Doubles = std::vector<double>;
  CHECK(Read<Doubles>("[1.5, 2, -0.5]") == Doubles{1.5, 2, -0.5});
  CHECK(Read<Doubles>("[1, 2, 3]") == Doubles{1, 2, 3});
  CHECK(Read<Doubles>("[1, 2.5, {}].slice(0, 2)") == Doubles{1, 2.5});
  CHECK(Read<Doubles>("((a) => { a.length = 1; return a; })([0.5, 1.5])") == Doubles{0.5});
  CHECK(Read<Doubles>("((a) => { a.pop(); a.push(7); return a; })([0.5, 1.5])") == Doubles{0.5, 7});
  CHECK(Read<Doubles>("Object.defineProperty([0.5, 1.5], 1, { get: () => 7 })") == Doubles{0.5, 7});
  CHECK(
      Read<Doubles>("Object.setPrototypeOf([0.5, , 2.5], { 1: 8, __proto__: Array.prototype })") ==
      Doubles{0.5, 8, 2.5});
  CHECK(Read<Doubles>("((a) => { a[100] = 1.5; a.length = 2; a[1] = 0.5; return a; })([1])") ==
        Doubles{1, 0.5});
  CHECK(std::isnan(Read<Doubles>("[0.5, NaN]")[1]));
  CHECK(Read<std::vector<int>>("[1, 2 ** 31 - 1, -5]") == std::vector<int>{1, 2147483647, -5});
  CHECK(Read<std::vector<int>>("[1.5, 2].map((n) => n * 2)") == std::vector<int>{3, 4});
  using Texts = std::vector<std::string>;
  CHECK(Read<Texts>(
            "['a', 'b'.repeat(20) + 'c'.repeat(20), 'abcdefghijklmnopqrstuvwxyz'.slice(1, 20)]") ==
        Texts{"a", std::string(20, 'b') + std::string(20, 'c'), "bcdefghijklmnopqrst"});
  CHECK(Read<Texts>("['\u00e4', '\u20ac', '', String(1.5)]") ==
        Texts{"\xc3\xa4", "\xe2\x82\xac", "", "1.5"});
}

TEST_CASE("a vector longer than the first step of its growth is whole") {
  const auto numbers = Read<std::vector<double>>("Array.from({length: 200000}, (_, i) => i)");
  REQUIRE(numbers.size() == 200000);
  CHECK(numbers[65536] == 65536);
  CHECK(numbers.back() == 199999);
}

TEST_CASE("the other sequences are Arrays too") {
  CheckBothWays<std::vector<bool>>(
      {{"[true, false]", "[ true, false ]"},
       {"[1]", "TypeError: value[0]: expected boolean, got number 1"}});
  CheckBothWays<std::deque<std::string>>({{"['a', 'b']", "[ 'a', 'b' ]"}});
  CheckBothWays<std::list<int>>(
      {{"[2, 1]", "[ 2, 1 ]"},
       {"[2, '']", "TypeError: value[1]: expected number, got string \"\""}});
  CheckBothWays<std::multiset<int>>({{"[2, 1, 2]", "[ 1, 2, 2 ]"}});
}

TEST_CASE("array wants its own length") {
  CheckBothWays<std::array<int, 2>>(
      {{"[1, 2]", "[ 1, 2 ]"},
       {"[1]", "TypeError: value: expected an array of length 2, got length 1"},
       {"[1, 2, 3]", "TypeError: value: expected an array of length 2, got length 3"}});
  CheckBothWays<std::array<int, 0>>({{"[]", "[]"}});
}

TEST_CASE("set is a Set, and takes an Array") {
  CheckBothWays<std::set<int>>(
      {{"new Set([2, 1])", "Set(2) { 1, 2 }"},
       {"[2, 1, 2]", "Set(2) { 1, 2 }"},
       {"new Set(['a'])", "TypeError: value[0]: expected number, got string \"a\""},
       {"{}", "TypeError: value: expected Set<number>, got object"}});
  CheckBothWays<std::unordered_set<std::string>>({{"new Set(['a'])", "Set(1) { 'a' }"}});
}

TEST_CASE("a map with string keys is a plain object, and takes a Map") {
  using Record = std::map<std::string, int>;
  CheckBothWays<Record>(
      {{"{b: 2, a: 1}", "{ a: 1, b: 2 }"},
       {"{10: 1, '': 2}", "{ '10': 1, '': 2 }"},
       {"new Map([['a', 1]])", "{ a: 1 }"},
       {"Object.assign(Object.create({inherited: 1}), {a: 1, [Symbol('s')]: 'left out'})",
        "{ a: 1 }"},
       {"Object.defineProperty({}, 'hidden', {value: 1})", "{}"},
       {"{a: 1, b: 'x'}", "TypeError: value[\"b\"]: expected number, got string \"x\""},
       {"new Map([['b', 'x']])", "TypeError: value[\"b\"]: expected number, got string \"x\""},
       {"new Map([[1, 1]])", "TypeError: value.keys()[0]: expected string, got number 1"},
       {"[1]", "TypeError: value: expected Record<string, number>, got array"},
       {"new Date(0)", "TypeError: value: expected Record<string, number>, got object Date"},
       {"null", "TypeError: value: expected Record<string, number>, got null"}});
  CheckBothWays<std::unordered_map<std::string, bool>>({{"{a: true}", "{ a: true }"}});
}

TEST_CASE("the key __proto__ is a key like any other") {
  const std::map<std::string, int> record{{"__proto__", 1}};
  CHECK(Called("(o) => [Object.keys(o), Object.getPrototypeOf(o) === Object.prototype]", record) ==
        "[ [ '__proto__' ], true ]");
  CHECK(Read<std::map<std::string, int>>("JSON.parse('{\"__proto__\": 5}')") ==
        std::map<std::string, int>{{"__proto__", 5}});
}

TEST_CASE("other maps are Maps, and take an object") {
  CheckBothWays<std::map<int, std::string>>(
      {{"new Map([[2, 'b'], [1, 'a']])", "Map(2) { 1 => 'a', 2 => 'b' }"},
       {"new Map([[1, 2]])", "TypeError: value[1]: expected string, got number 2"},
       {"{1: 'a', '-2': 'b'}", "Map(2) { -2 => 'b', 1 => 'a' }"},
       {"{a: 'x'}", "TypeError: value[\"a\"]: expected number, got string \"a\""},
       {"{'01': 'x'}", "TypeError: value[\"01\"]: expected number, got string \"01\""},
       {"{0.5: 'x'}",
        "RangeError: value[\"0.5\"]: expected an integer from -2147483648 to 2147483647, got "
        "number "
        "0.5"},
       {"[]", "TypeError: value: expected Map<number, string>, got array"}});
  CheckBothWays<std::map<std::int64_t, int>>({{"{7: 1}", "Map(1) { 7n => 1 }"}});
  CheckBothWays<std::map<std::u16string, int>>({{"{a: 1}", "Map(1) { 'a' => 1 }"}});
  CheckBothWays<std::map<Point, int>>({{"new Map([[{x: 1}, 2]])", "Map(1) { { x: 1 } => 2 }"}});
}
