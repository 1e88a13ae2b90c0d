// A row of a page's table of conversions, checked: see blocks.cmake for what makes them.
#pragma once

#include <nodehost/nodehost.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

/// One value in C++ and the code of the same value in JavaScript.
template <class T>
class Row {
 public:
  /// Checks that `value` becomes what `js` is.
  Row(nodehost::Environment& node, const T& value, std::string_view js) : node_(node), js_(js) {
    node_.Run([&](nodehost::Js& run) {
      Expect(Text(run, nodehost::Value::From(run, value)), Text(run, Eval(run, js_)));
    });
  }

  /// Checks that the JavaScript becomes the C++ value.
  void ComesBack() const {
    node_.Run([&](nodehost::Js& run) {
      const nodehost::Value code = Eval(run, js_);
      Expect(Text(run, nodehost::Value::From(run, code.As<T>())), Text(run, code));
    });
  }

  void Takes(std::string_view code) const {
    const bool taken = node_.Run([&](nodehost::Js& run) { return Eval(run, code).Is<T>(); });
    Expect(std::string(code) + (taken ? " is taken" : " is refused"),
           std::string(code) + " is taken");
  }

  void Refuses(std::string_view code) const {
    const bool taken = node_.Run([&](nodehost::Js& run) { return Eval(run, code).Is<T>(); });
    Expect(std::string(code) + (taken ? " is taken" : " is refused"),
           std::string(code) + " is refused");
  }

 private:
  static nodehost::Value Eval(nodehost::Js& js, std::string_view code) {
    return js.Eval("(" + std::string(code) + ")");
  }

  /// What tells one value from another: of errors not the stack, of functions what they return.
  static std::string Text(nodehost::Js& js, const nodehost::Value& value) {
    return js
        .Eval(
            "(v) => require('util').inspect(v instanceof Error ? [v.name, v.message, { ...v }]"
            " : typeof v === 'function' ? v(1) : v)")(value)
        .As<std::string>();
  }

  void Expect(const std::string& found, const std::string& expected) const {
    if (found == expected) return;
    std::fprintf(stderr, "The row of %s: it was %s, and not %s\n", std::string(js_).c_str(),
                 found.c_str(), expected.c_str());
    std::exit(1);
  }

  nodehost::Environment& node_;
  std::string_view js_;
};
