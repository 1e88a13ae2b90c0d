// Enum<E>: a C++ enum as an export of a module.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "support/convert.hpp"
#include "support/host.hpp"

using test::ErrorOf;
using test::NewEnvironment;

namespace {

enum class Level { kLow, kHigh };
enum class Access : std::uint64_t { kRead = 1, kWrite = 2, kAll = 3 };
enum Shift : std::int8_t { kLeft = -1, kRight = 1 };

}  // namespace

template <>
struct nodehost::EnumNames<Level> {
  static constexpr nodehost::EnumName<Level> kNames[] = {
      {Level::kLow, "low"}, {Level::kHigh, "high"}, {Level::kHigh, "very-high"}};
};
template <>
struct nodehost::EnumNames<Access> {
  static constexpr bool kNumbers = true;
  static constexpr nodehost::EnumName<Access> kNames[] = {
      {Access::kRead, "read"}, {Access::kWrite, "write"}, {Access::kAll, "all"}};
};
template <>
struct nodehost::EnumNames<Shift> {
  static constexpr bool kNumbers = true;
  static constexpr nodehost::EnumName<Shift> kNames[] = {{kLeft, "left"}, {kRight, "right"}};
};

namespace {

struct Inner {
  nh::Enum<::Shift> Shift;
};
struct Log {
  nh::Enum<::Level> Level;
  nh::Enum<::Access> Access;
  nh::Method<std::string(::Level)> write;
  nh::Method<::Level()> level;
  nh::Method<::Access(::Access)> open;
  Inner inner;
};

Log MakeLog() {
  return {.Level = {},
          .Access = {},
          .write = [](Level level) { return level == Level::kHigh ? "loud" : "quiet"; },
          .level = [] { return Level::kHigh; },
          .open = [](Access access) { return access; },
          .inner = {}};
}

}  // namespace

TEST_CASE("a module has an enum as an object of its names") {
  nh::Environment node = NewEnvironment();
  node.AddModule({"app:log", MakeLog()});
  const auto text = [&](const std::string& code) {
    return node.Run([&](nh::Js& js) {
      return js
          .Eval("JSON.stringify((({ Level, Access, write, level, open, inner }) => " + code +
                ")(require('app:log')))")
          .As<std::string>();
    });
  };
  CHECK(text("Level") == R"({"low":"low","high":"high","very-high":"high"})");
  CHECK(text("Access") == R"({"read":1,"write":2,"all":3})");
  CHECK(text("inner") == R"({"Shift":{"left":-1,"right":1}})");
  CHECK(text("[write(Level.low), write(Level['very-high']), level() === Level.high]") ==
        R"(["quiet","loud",true])");
  CHECK(text("[open(Access.read | Access.write) === Access.all, open(64)]") == "[true,64]");
  CHECK(text("require('app:log').Level === Level") == "true");
}

TEST_CASE("the object of an enum is frozen") {
  nh::Environment node = NewEnvironment();
  node.AddModule({"app:log", MakeLog()});
  node.Run([](nh::Js& js) {
    CHECK(js.Eval("Object.isFrozen(require('app:log').Level)").As<bool>());
    CHECK(ErrorOf([&] { js.Eval("'use strict'; require('app:log').Level.low = 'high'"); }).name() ==
          "TypeError");
  });
}

TEST_CASE("an enum is imported by name") {
  nh::Environment node = NewEnvironment();
  node.AddModule({"app:log", MakeLog()});
  const std::string seen = node.Run([](nh::Js& js) -> nh::Task<std::string> {
    const nh::Value module = co_await js.Eval(
        "import('data:text/javascript,import { Level, write } from \"app:log\"; "
        "export default write(Level.high)')");
    co_return module["default"].As<std::string>();
  });
  CHECK(seen == "loud");
}

TEST_CASE("a struct with an enum is imported where JavaScript has the same names and values") {
  nh::Environment node = NewEnvironment();
  node.AddModule({"app:log", MakeLog()});
  CHECK(node.Import<Log>("app:log").write(Level::kHigh) == "loud");
  const auto refused = [&](const std::string& code) {
    return node.Run([&](nh::Js& js) {
      return ErrorOf([&] { js.Eval("(" + code + ")").As<Inner>(); }).message();
    });
  };
  node.Run([](nh::Js& js) { js.Eval("({ Shift: { left: -1, right: 1, up: 2 } })").As<Inner>(); });
  CHECK(refused("{ Shift: { left: -1, right: 2 } }") ==
        "inner.Shift.right: expected 1, got number 2");
  CHECK(refused("{ Shift: { right: 1 } }") == "inner.Shift.left: expected -1, got undefined");
  CHECK(refused("{ Shift: 1 }") == "inner.Shift: expected the enum Shift, got number 1");
  CHECK(refused("{}") == "inner.Shift: expected the enum Shift, got undefined");
}
