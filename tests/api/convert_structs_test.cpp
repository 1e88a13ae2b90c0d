// Structs, optionals, tuples and unions, both ways.
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "support/convert.hpp"
#include "support/track.hpp"

using test::Called;
using test::CheckBothWays;
using test::Point;
using test::Read;
using test::Track;
using test::Written;

namespace {

struct Listed {
  std::string name = "none";
  std::vector<int> sizes;
  int retries = 3;
  std::unique_ptr<int> secret = std::make_unique<int>(1);
  NODEHOST_FIELDS(Listed, (name, nh::kOptional), (sizes, nh::JsName("content-sizes")),
                  (retries, nh::kOptional, nh::JsName("maxRetries")), (secret, nh::kIgnored))
};
struct Empty {};
template <class T>
struct Box {
  T value;
};
struct Numbers {
  std::int64_t big = 0;
  nh::AsNumber<std::int64_t> small;
};
struct Circle {
  double radius = 0;
};
struct Square {
  double side = 0;
};
struct Cube {
  double side = 0;
  double depth = 0;
};
struct OnlyA {
  std::optional<int> a;
};
struct OnlyB {
  std::optional<int> b;
};
struct Patch {
  std::optional<std::optional<std::string>> note;
};
struct Options {
  std::optional<bool> persistent;
  std::optional<int> kept;
  nh::Value plain;
  NODEHOST_FIELDS(Options, persistent, (kept, nh::kKeepEmpty), plain)
};
struct Flags {
  std::optional<int> a;
  std::optional<int> b;
  std::optional<int> c;
  std::optional<int> d;
  std::optional<int> e;
};
class OnlyOut {
 public:
  explicit OnlyOut(int value) : value_(value) {}

 private:
  int value_;
  NODEHOST_FIELDS(OnlyOut, (value_, nh::JsName("value")))
};

}  // namespace

TEST_CASE("a struct is an object with its fields, other properties are left out") {
  CheckBothWays<Point>({{"{x: 1, y: 2, z: 3}", "{ x: 1, y: 2 }"},
                        {"Object.freeze({x: 1, y: 2})", "{ x: 1, y: 2 }"},
                        {"Object.assign(Object.create(null), {x: 1, y: 2})", "{ x: 1, y: 2 }"},
                        {"new (class { x = 1; get y() { return 2; } })", "{ x: 1, y: 2 }"},
                        {"new Proxy({x: 1}, {get: (t, k) => t[k] ?? 7})", "{ x: 1, y: 7 }"},
                        {"{x: 1}", "TypeError: point.y: expected number, got undefined"},
                        {"1", "TypeError: point: expected Point, got number 1"},
                        {"null", "TypeError: point: expected Point, got null"}});
  CheckBothWays<Empty>({{"{a: 1}", "{}"}});
  CheckBothWays<Box<Box<int>>>(
      {{"{value: {value: 1}}", "{ value: { value: 1 } }"},
       {"{value: {value: ''}}", "TypeError: box.value.value: expected number, got string \"\""}});
}

TEST_CASE("an error names the path to what is wrong") {
  CheckBothWays<Track>(
      {{"{name: 'a', points: [{x: 1, y: 2}]}", "{ name: 'a', points: [ { x: 1, y: 2 } ] }"},
       {"{name: 'a', points: [{x: 1, y: 2}, {x: 1, y: 'x'}]}",
        "TypeError: track.points[1].y: expected number, got string \"x\""},
       {"{name: 'a', points: [], note: 1}",
        "TypeError: track.note: expected string, got number 1"}});
  CHECK(Written(Box<Numbers>{{1, std::int64_t{1} << 60}}) ==
        "RangeError: box.value.small: 1152921504606846976 is beyond what a number holds exactly, "
        "±(2^53 - 1)");
}

TEST_CASE("a struct of a lambda's has its own name in errors") {
  const auto error = [] {
    struct Local {
      double x = 0;
    };
    return test::NewEnvironment().Run([](nh::Js& js) {
      return test::ErrorOf([&] { test::Eval(js, "{x: ''}").As<Local>(); }).message();
    });
  };
  CHECK(error() == "local.x: expected number, got string \"\"");
}

TEST_CASE("attributes: another name, optional with a default, ignored") {
  CheckBothWays<Listed>(
      {{"{'content-sizes': [1]}", "{ name: 'none', 'content-sizes': [ 1 ], maxRetries: 3 }"},
       {"{name: 'x', 'content-sizes': [], maxRetries: 5, secret: 'no number'}",
        "{ name: 'x', 'content-sizes': [], maxRetries: 5 }"},
       {"{name: null, 'content-sizes': []}", "TypeError: listed.name: expected string, got null"},
       {"{'content-sizes': ['x']}",
        "TypeError: listed[\"content-sizes\"][0]: expected number, got string \"x\""}});
}

TEST_CASE("a type without default constructor goes out all the same") {
  CHECK(Written(OnlyOut(5)) == "{ value: 5 }");
  CHECK(Written(std::vector<OnlyOut>{OnlyOut(5)}) == "[ { value: 5 } ]");
}

TEST_CASE("optional is undefined when empty, and takes null") {
  CheckBothWays<std::optional<int>>(
      {{"1", "1"},
       {"undefined", "undefined"},
       {"null", "undefined"},
       {"'x'", "TypeError: value: expected number, got string \"x\""}});
  CHECK(Read<std::optional<std::string>>("''") == "");
}

TEST_CASE("an optional of an optional tells undefined from null") {
  CheckBothWays<std::optional<std::optional<int>>>(
      {{"1", "1"}, {"undefined", "undefined"}, {"null", "null"}});
  CHECK_FALSE(Read<std::optional<std::optional<int>>>("undefined").has_value());
  CHECK(Read<std::optional<std::optional<int>>>("null") ==
        std::make_optional(std::optional<int>()));
  CheckBothWays<Patch>({{"{}", "{}"}, {"{note: null}", "{ note: null }"}});
  CheckBothWays<std::optional<std::variant<std::monostate, int>>>(
      {{"null", "null"}, {"undefined", "undefined"}});
}

TEST_CASE("an empty optional field is left out, unless it is to be kept") {
  CHECK(Written(Options{}) == "{ kept: undefined, plain: undefined }");
  CHECK(Written(Options{.persistent = false, .kept = 1, .plain = {}}) ==
        "{ persistent: false, kept: 1, plain: undefined }");
  CHECK(Called("(o) => ({ persistent: true, ...o }).persistent", Options{}) == "true");
}

TEST_CASE("each combination of empty optionals makes the same objects, however often") {
  nh::Environment node = test::NewEnvironment();
  const std::string seen = node.Run([](nh::Js& js) {
    const nh::Value count =
        js.Eval("globalThis.seen = new Set(); (o) => seen.add(JSON.stringify(o)).size");
    double size = 0;
    for (int i = 0; i < 1024; ++i) {
      Flags flags;
      std::optional<int>* const fields[] = {&flags.a, &flags.b, &flags.c, &flags.d, &flags.e};
      for (int bit = 0; bit < 5; ++bit) {
        if ((i >> bit & 1) != 0) *fields[bit] = bit;
      }
      size = count(flags).As<double>();
    }
    CHECK(size == 32);
    return js.Eval("[...seen].sort().slice(-2).join()").As<std::string>();
  });
  CHECK(seen == "{\"e\":4},{}");
}

TEST_CASE("tuple and pair are arrays of fixed length") {
  using Tuple = std::tuple<int, std::string, std::optional<bool>>;
  CheckBothWays<Tuple>(
      {{"[1, 'a', true]", "[ 1, 'a', true ]"},
       {"[1, 'a', undefined]", "[ 1, 'a', undefined ]"},
       {"[1, 'a', 1]", "TypeError: value[2]: expected boolean, got number 1"},
       {"[1, 'a']", "[ 1, 'a', undefined ]"},
       {"[1]",
        "TypeError: value: expected [number, string, boolean?] of length 2 to 3, got length 1"},
       {"{0: 1}", "TypeError: value: expected [number, string, boolean?], got object"}});
  CheckBothWays<std::pair<double, double>>(
      {{"[1, 2]", "[ 1, 2 ]"}, {"new Float64Array([1, 2])", "[ 1, 2 ]"}});
  CheckBothWays<std::tuple<>>({{"[]", "[]"}});
  const int one = 1;
  CHECK(Written(std::tie(one)) == "[ 1 ]");
}

TEST_CASE("a union takes the alternative that fits best") {
  using Union = std::variant<std::int64_t, double, std::string, std::vector<int>, bool>;
  CHECK(Read<Union>("5n").index() == 0);
  CHECK(Read<Union>("5").index() == 1);  // a number is a double before it is a bigint
  CHECK(Read<Union>("'5'").index() == 2);
  CHECK(Read<Union>("[5]").index() == 3);
  CHECK(Read<Union>("true").index() == 4);
  CHECK(Read<std::variant<int, double>>("5").index() == 0);
  CHECK(Read<std::variant<int, double>>("5.5").index() == 1);
  CHECK(Read<std::variant<float, double>>("0.1").index() == 1);
  CHECK(Read<std::variant<std::int64_t, std::string>>("5").index() == 0);
  CHECK(Read<std::variant<std::set<int>, std::vector<int>>>("[1]").index() == 1);
  CHECK(Read<std::variant<std::vector<int>, std::vector<std::string>>>("['a']").index() == 1);
  CHECK(Read<std::variant<std::monostate, int>>("undefined").index() == 0);
  CHECK(Read<std::variant<int, std::optional<std::string>>>("null").index() == 1);
}

TEST_CASE("of structs, a union takes the one that leaves nothing out") {
  using Shape = std::variant<Circle, Square, Cube>;
  CHECK(Read<Shape>("{radius: 1}").index() == 0);
  CHECK(Read<Shape>("{side: 1}").index() == 1);
  CHECK(Read<Shape>("{side: 1, depth: 2}").index() == 2);
  CHECK(Read<Shape>("{side: 1, colour: 'red', name: 'x'}").index() == 1);
}

TEST_CASE("of structs with optional fields, a union takes the one that has them all") {
  using Either = std::variant<OnlyA, OnlyB>;
  CHECK(Read<Either>("{a: 1}").index() == 0);
  CHECK(Read<Either>("{b: 1}").index() == 1);
  CHECK(Read<Either>("{}").index() == 0);
  CHECK(Read<Either>("{b: 1, c: 2}").index() == 1);
  using Deep = std::variant<Box<OnlyA>, Box<OnlyB>>;
  CHECK(Read<Deep>("{value: {b: 1}}").index() == 1);
  CHECK(std::get<1>(Read<Deep>("{value: {b: 1}}")).value.b == 1);
  using Lists = std::variant<std::vector<OnlyA>, std::vector<OnlyB>>;
  CHECK(Read<Lists>("[{}, {b: 1}]").index() == 1);
  // What was left out within a try that was given up does not count.
  using Nested = std::variant<Box<Either>, Box<OnlyA>>;
  CHECK(Read<Nested>("{value: {b: 1}}").index() == 0);
}

TEST_CASE("a union says what was tried") {
  using Shape = std::variant<double, Circle, Square>;
  CheckBothWays<Shape>(
      {{"'x'", "TypeError: value: expected number | Circle | Square, got string \"x\""},
       {"{radius: 'x'}",
        "TypeError: value: expected number | Circle | Square, got object; radius: expected number, "
        "got string \"x\" (as Circle), side: expected number, got undefined (as Square)"}});
  CheckBothWays<std::variant<std::int8_t, bool>>(
      {{"300",
        "RangeError: value: expected number | boolean, got number 300; expected an integer from "
        "-128 to 127, got number 300 (as number)"}});
  CheckBothWays<Box<std::variant<int, double>>>(
      {{"{value: 'x'}", "TypeError: box.value: expected number, got string \"x\""}});
}

TEST_CASE("the values of a union go out as what they are") {
  CHECK(Written(std::variant<int, std::string>("a")) == "'a'");
  CHECK(Written(std::variant<Circle, std::monostate>(std::monostate())) == "null");
}

namespace {

struct Spot {
  double x = 0;
  double y = 0;
};
struct Line {
  Spot from;
  std::vector<Spot> through;
  std::string name;
};

}  // namespace

// After the first few objects a struct is read by JavaScript that is compiled for it.
TEST_CASE("a struct that is read often is read as at first") {
  nh::Environment node = test::NewEnvironment();
  node.Run([](nh::Js& js) {
    const auto read = [&](const char* code) {
      return test::TextOrError([&] {
        const Line line = test::Eval(js, code).As<Line>();
        return line.name + " " + std::to_string(line.from.x + line.through.at(0).y);
      });
    };
    for (int i = 0; i < 20; ++i) {
      INFO("time: ", i);
      CHECK(read("{ from: { x: 1, y: 2 }, through: [{ x: 3, y: 4 }], name: 'a' }") == "a 5.000000");
      CHECK(read("Object.create({ get from() { return { x: 1, y: 2 }; }, through: [{ x: 3, y: 4 }],"
                 " get name() { return 'b'; } })") == "b 5.000000");
      CHECK(read("new Proxy({}, { get: (_, key) => key === 'name' ? 'c' : key === 'from' ?"
                 " { x: 1, y: 0 } : [{ x: 1, y: 1 }] })") == "c 2.000000");
      CHECK(read("{ from: { x: 1, y: 2 }, through: [{ x: 3, y: '4' }], name: 'a' }") ==
            "TypeError: line.through[0].y: expected number, got string \"4\"");
      CHECK(read("{ from: { x: 1 }, through: [], name: 'a' }") ==
            "TypeError: line.from.y: expected number, got undefined");
      CHECK(
          read("{ from: { get x() { throw new RangeError('no x'); } }, through: [], name: 'a' }") ==
          "RangeError: no x");
      CHECK(
          read("{ from: { x: 1, y: 2 }, get through() { throw new Error('none'); }, name: 'a' }") ==
          "Error: none");
    }
  });
}
