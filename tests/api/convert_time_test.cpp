// Dates and durations, both ways.
#include <chrono>

#include "support/convert.hpp"

using namespace std::chrono_literals;
using std::chrono::system_clock;
using test::CheckBothWays;
using test::Read;
using test::Written;

using Milliseconds = std::chrono::time_point<system_clock, std::chrono::milliseconds>;

TEST_CASE("a point in time is a Date, to the millisecond") {
  CheckBothWays<system_clock::time_point>(
      {{"new Date(1234)", "1970-01-01T00:00:01.234Z"},
       {"new Date(-1)", "1969-12-31T23:59:59.999Z"},
       {"new Date('2024-02-29T12:34:56.789Z')", "2024-02-29T12:34:56.789Z"},
       {"new (class Mine extends Date {})(0)", "1970-01-01T00:00:00.000Z"},
       {"new Date(NaN)", "RangeError: value: expected a valid Date, got Invalid Date"},
       {"new Date(8.64e15)",
        "RangeError: value: expected a Date within the years that the C++ clock counts, got "
        "object Date"},
       {"1234", "TypeError: value: expected Date, got number 1234"},
       {"'2024-02-29'", "TypeError: value: expected Date, got string \"2024-02-29\""}});
  CheckBothWays<Milliseconds>({{"new Date(8.64e15)", "+275760-09-13T00:00:00.000Z"},
                               {"new Date(-8.64e15)", "-271821-04-20T00:00:00.000Z"}});
  CHECK(Read<system_clock::time_point>("new Date(1500)").time_since_epoch() == 1500ms);
  CHECK(Written(system_clock::time_point(-1us)) == "1969-12-31T23:59:59.999Z");
  CHECK(Written(Milliseconds::max()) ==
        "RangeError: value: a point in time beyond what a Date holds");
}

TEST_CASE("a duration is a number of milliseconds") {
  CheckBothWays<std::chrono::seconds>({{"1500", "2000"},
                                       {"-400", "0"},
                                       {"NaN",
                                        "RangeError: value: expected milliseconds, got "
                                        "number NaN"},
                                       {"Infinity",
                                        "RangeError: value: expected milliseconds that the C++ "
                                        "duration can hold, got number Infinity"},
                                       {"'1s'",
                                        "TypeError: value: expected number, got string "
                                        "\"1s\""}});
  CheckBothWays<std::chrono::duration<double>>({{"1.5", "1.5"}, {"Infinity", "Infinity"}});
  CHECK(Read<std::chrono::microseconds>("0.25") == 250us);
  CHECK(Written(1500us) == "1.5");
  CHECK(Written(2h) == "7200000");
}

TEST_CASE("a duration's own range is its limit") {
  CheckBothWays<std::chrono::nanoseconds>(
      {{"9223372036854", "9223372036854"},
       {"9223372036855",
        "RangeError: value: expected milliseconds that the C++ duration can hold, got number "
        "9223372036855"},
       {"-9223372036855",
        "RangeError: value: expected milliseconds that the C++ duration can hold, got number "
        "-9223372036855"}});
  using Short = std::chrono::duration<std::int8_t, std::milli>;
  CheckBothWays<Short>({{"127", "127"},
                        {"-128", "-128"},
                        {"128",
                         "RangeError: value: expected milliseconds that the C++ duration can hold, "
                         "got number 128"}});
}
