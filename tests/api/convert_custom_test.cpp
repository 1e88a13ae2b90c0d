// Convert<T>: a user's own type.
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "support/convert.hpp"

using test::CheckBothWays;
using test::Written;

namespace {

// A date without time, as text in JavaScript. Its fields must not be taken for a struct's.
struct Day {
  int year = 0;
  int month = 0;
  auto operator<=>(const Day&) const = default;
};

}  // namespace

template <>
struct nodehost::Convert<Day> {
  static constexpr std::string_view kTypeScript = "`${number}-${number}`";
  static nh::Value ToJs(nh::Js& js, const Day& day) {
    if (day.month == 13) throw std::out_of_range("a thirteenth month");
    return nh::Value::From(js, std::to_string(day.year) + "-" + std::to_string(day.month));
  }
  static std::optional<Day> FromJs(nh::Js&, const nh::Value& value) {
    const auto text = value.TryAs<std::string>();
    if (!text || text->find('-') == std::string::npos) return std::nullopt;
    return Day{std::stoi(*text), std::stoi(text->substr(text->find('-') + 1))};
  }
};

namespace {
struct Trip {
  std::vector<Day> days;
};
}  // namespace

TEST_CASE("a type with Convert crosses wherever a type may stand") {
  CheckBothWays<Day>({{"'2024-5'", "'2024-5'"},
                      {"5", "TypeError: value: expected `${number}-${number}`, got number 5"}});
  CheckBothWays<Trip>(
      {{"{days: ['2024-5']}", "{ days: [ '2024-5' ] }"},
       {"{days: ['2024-5', 'x']}",
        "TypeError: trip.days[1]: expected `${number}-${number}`, got string \"x\""}});
  CheckBothWays<std::map<Day, int>>({{"new Map([['1-2', 3]])", "Map(1) { '1-2' => 3 }"}});
  CheckBothWays<std::optional<Day>>({{"undefined", "undefined"}, {"'1-2'", "'1-2'"}});
  CheckBothWays<std::variant<Day, std::string>>({{"'plain'", "'plain'"}});
  CHECK(Written(std::variant<Day, std::string>(Day{1, 2})) == "'1-2'");
}

TEST_CASE("what the members of Convert throw comes out as it is") {
  nh::Environment node = test::NewEnvironment();
  node.Run([](nh::Js& js) {
    CHECK_THROWS_WITH_AS(nh::Value::From(js, Trip{{{1, 13}}}), "a thirteenth month",
                         std::out_of_range);
    CHECK_THROWS_AS(js.Eval("'x-y'").As<Day>(), std::invalid_argument);
  });
}
