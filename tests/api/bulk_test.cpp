// Structs from the ninth conversion on, and arrays of sixteen numbers and more, are converted by
// faster code. JavaScript must see no difference.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

#include "support/host.hpp"

namespace {

struct Oddly {
  int first = 1;
  std::string second = "two";
  std::vector<int> third = {3};
  NODEHOST_FIELDS(Oddly, (first, nh::JsName("__proto__")),
                  (second, nh::JsName("a \"b\" \\ \n\x01")), (third, nh::JsName("7")))
};

struct Inner {
  double value = 0;
};
struct Outer {
  std::vector<Inner> inner;
};

// Whether `check(array)` holds in JavaScript for each of these lengths, with element i being i +
// 0.5 or, for integers, i % 100.
template <class T>
void CheckLengths(nh::Js& js, const char* check) {
  const nh::Value function = js.Eval(check);
  for (const std::size_t length :
       std::initializer_list<std::size_t>{0, 1, 15, 16, 17, 4095, 4096, 4097, 10'000}) {
    std::vector<T> numbers(length);
    for (std::size_t i = 0; i < length; ++i) {
      if constexpr (std::is_floating_point_v<T>) {
        numbers[i] = static_cast<T>(i) + static_cast<T>(0.5);
      } else {
        numbers[i] = static_cast<T>(i % 100);
      }
    }
    CAPTURE(length);
    const nh::Value holds = function(numbers, static_cast<double>(length));
    CHECK(holds.As<bool>());
  }
}

}  // namespace

TEST_CASE("bulk: the hundredth object of a struct is like the first") {
  auto node = test::NewEnvironment();
  node.Run([](nh::Js& js) {
    const nh::Value check = js.Eval(R"(
      (object) => JSON.stringify(Reflect.ownKeys(object)) ===
            JSON.stringify(['7', '__proto__', 'a "b" \\ \n\x01']) &&
        Object.getPrototypeOf(object) === Object.prototype &&
        Object.getOwnPropertyDescriptor(object, '__proto__').value === 1 &&
        object['a "b" \\ \n\x01'] === 'two' && object[7][0] === 3 &&
        Object.values(Object.getOwnPropertyDescriptors(object))
          .every(({ writable, enumerable, configurable }) =>
            writable && enumerable && configurable))");
    for (int i = 0; i < 100; ++i) CHECK(check(Oddly{}).As<bool>());
  });
}

TEST_CASE("bulk: objects of a struct are objects of their own") {
  auto node = test::NewEnvironment();
  node.Run([](nh::Js& js) {
    const nh::Value count = js.Eval(
        "(outer) => { outer.inner.forEach((o, i) => { o.extra = i; }); "
        "return new Set(outer.inner).size + outer.inner.reduce((s, o) => s + o.value, 0); }");
    Outer outer;
    for (int i = 0; i < 50; ++i) outer.inner.push_back({static_cast<double>(i)});
    CHECK(count(outer).As<double>() == 50 + 49 * 50 / 2);
  });
}

TEST_CASE("bulk: arrays of numbers of every length are whole") {
  auto node = test::NewEnvironment();
  node.Run([](nh::Js& js) {
    const char* const fractions =
        "(a, n) => Array.isArray(a) && a.length === n && a.every((x, i) => x === i + 0.5) && "
        "Object.keys(a).length === n";
    const char* const integers =
        "(a, n) => Array.isArray(a) && a.length === n && a.every((x, i) => x === i % 100) && "
        "Object.keys(a).length === n";
    CheckLengths<double>(js, fractions);
    CheckLengths<float>(js, fractions);
    CheckLengths<std::int8_t>(js, integers);
    CheckLengths<std::int16_t>(js, integers);
    CheckLengths<std::uint16_t>(js, integers);
    CheckLengths<std::int32_t>(js, integers);
    CheckLengths<std::uint32_t>(js, integers);
  });
}

TEST_CASE("bulk: numbers at the edges of their types keep their values") {
  auto node = test::NewEnvironment();
  node.Run([](nh::Js& js) {
    const nh::Value echo = js.Eval("(array) => array");
    std::vector<double> doubles(20, -0.0);
    doubles[1] = std::numeric_limits<double>::quiet_NaN();
    doubles[2] = std::numeric_limits<double>::infinity();
    doubles[3] = std::numeric_limits<double>::denorm_min();
    const nh::Value echoed = echo(doubles);
    CHECK(
        js.Eval("(a) => Object.is(a[0], -0) && Object.is(a[1], NaN) && 1 in a")(echoed).As<bool>());
    CHECK(echoed.As<std::vector<double>>()[3] == doubles[3]);
    CHECK(std::signbit(echoed.As<std::vector<double>>()[19]));
    const std::vector<std::int32_t> low(20, std::numeric_limits<std::int32_t>::min());
    CHECK(echo(low).As<std::vector<std::int32_t>>() == low);
    const std::vector<std::uint32_t> high(20, std::numeric_limits<std::uint32_t>::max());
    CHECK(echo(high).As<std::vector<std::uint32_t>>() == high);
  });
}

TEST_CASE("bulk: arrays do not share what C++ fills them from") {
  auto node = test::NewEnvironment();
  node.Run([](nh::Js& js) {
    const nh::Value keep = js.Eval("globalThis.kept = []; (array) => kept.push(array)");
    for (int i = 0; i < 3; ++i) keep(std::vector<double>(100, i + 0.5));
    CHECK(js.Eval("kept.map((a) => a[99]).join()").As<std::string>() == "0.5,1.5,2.5");
  });
}

TEST_CASE("bulk: a full stack is a RangeError in JavaScript, and the next call works") {
  auto node = test::NewEnvironment();
  node.Run([](nh::Js& js) {
    const nh::Value deep = js.Eval("(outer) => (function f() { f(); })()");
    for (int i = 0; i < 20; ++i) {
      CHECK(test::ErrorOf([&] { deep(Outer{{{1}, {2}}}); }).name() == "RangeError");
    }
    CHECK(js.Eval("(outer) => outer.inner[1].value")(Outer{{{1}, {2}}}).As<double>() == 2);
  });
}
