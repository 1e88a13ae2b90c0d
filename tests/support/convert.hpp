// Conversions as tables: JavaScript code, and the text of what comes of it.
#pragma once

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <string_view>

#include "support/host.hpp"

namespace test {

/// What util.inspect shows of a value, on one line.
inline std::string Show(nh::Js& js, const nh::Value& value) {
  return js.Eval("(v) => require('util').inspect(v, { breakLength: Infinity, depth: 9 })")(value)
      .As<std::string>();
}

/// `name: message` of what `function` throws, or what it returns.
template <class F>
std::string TextOrError(F&& function) {
  try {
    return function();
  } catch (const nh::JsError& error) {
    return error.name() + ": " + error.message();
  }
}

inline nh::Value Eval(nh::Js& js, std::string_view code) {
  return js.Eval("(" + std::string(code) + ")");
}

/// The code's value, converted to a T and back, as text; or the error.
template <class T>
std::string BothWays(nh::Js& js, std::string_view code) {
  return TextOrError([&] { return Show(js, nh::Value::From(js, Eval(js, code).As<T>())); });
}

struct Row {
  std::string_view code;
  std::string_view text;
};

/// Checks each row in one environment: `code` to T and back shows as `text`.
template <class T>
void CheckBothWays(std::initializer_list<Row> rows) {
  nh::Environment node = NewEnvironment();
  for (const Row& row : rows) {
    INFO("code: ", row.code);
    CHECK(node.Run([&](nh::Js& js) { return BothWays<T>(js, row.code); }) == row.text);
  }
}

/// The code's value as a T.
template <class T>
T Read(std::string_view code) {
  return NewEnvironment().Run([&](nh::Js& js) { return Eval(js, code).As<T>(); });
}

/// What JavaScript sees of `value`, or the error.
template <class T>
std::string Written(const T& value) {
  return NewEnvironment().Run([&](nh::Js& js) {
    return TextOrError([&] { return Show(js, nh::Value::From(js, value)); });
  });
}

/// What the function `code` returns for `value`, as text.
template <class T>
std::string Called(std::string_view code, const T& value) {
  return NewEnvironment().Run(
      [&](nh::Js& js) { return TextOrError([&] { return Show(js, Eval(js, code)(value)); }); });
}

}  // namespace test
