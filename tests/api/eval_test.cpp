// js.Eval: results, file names, errors, and what the code has at hand.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>

#include "support/host.hpp"

using test::ErrorOf;
using test::NewEnvironment;

namespace {

template <class T>
T Eval(nh::Environment& node, std::string_view code) {
  return node.Run([&](nh::Js& js) { return js.Eval(code).As<T>(); });
}

nh::JsError EvalError(nh::Environment& node, std::string_view code, std::string_view filename) {
  return ErrorOf([&] { node.Run([&](nh::Js& js) { js.Eval(code, filename); }); });
}

bool Contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("Eval returns the value of the last expression") {
  nh::Environment node = NewEnvironment();
  CHECK(Eval<int>(node, "const a = 6; a * 7") == 42);
  CHECK(Eval<std::string>(node, "`${[1, 2]}`") == "1,2");
}

TEST_CASE("Eval of nothing gives undefined") {
  nh::Environment node = NewEnvironment();
  CHECK_FALSE(Eval<std::optional<int>>(node, "").has_value());
  CHECK_FALSE(Eval<std::optional<int>>(node, "// only a comment").has_value());
}

TEST_CASE("Eval declares globals, as a script does") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) { js.Eval("var declared = 1; let scoped = 2;"); });
  CHECK(Eval<int>(node, "declared + scoped + globalThis.declared") == 4);
}

TEST_CASE("an error in Eval has the file name, line and column in its stack") {
  nh::Environment node = NewEnvironment();
  const nh::JsError error = EvalError(node, "\n\n  throw new Error('here')", "my script.js");
  CHECK(error.name() == "Error");
  CHECK(error.message() == "here");
  CHECK(Contains(error.stack(), "my script.js:3:9"));
}

TEST_CASE("the file name is right in code that uses import()") {
  nh::Environment node = NewEnvironment();
  const nh::JsError error =
      EvalError(node, "const f = () => import('fs');\nthrow new Error('here')", "init.js");
  CHECK(Contains(error.stack(), "init.js:2:7"));
}

TEST_CASE("a syntax error in Eval is a SyntaxError that names the file") {
  nh::Environment node = NewEnvironment();
  const nh::JsError error = EvalError(node, "fine();\nconst = 2;", "broken.js");
  CHECK(error.name() == "SyntaxError");
  CHECK(Contains(error.stack(), "broken.js:2"));
  CHECK(Eval<int>(node, "1 + 1") == 2);
}

TEST_CASE("import() in Eval resolves from base_dir") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    js.Eval("globalThis.imported = import('./es/both.js').then((m) => m.named)");
  });
  CHECK(node.Import<std::string>("data:text/javascript,export default await globalThis.imported",
                                 "default") == "named");
}

TEST_CASE("import() in Eval causes no warning") {
  nh::Environment node = NewEnvironment();
  CHECK(node.Run([](nh::Js& js) -> nh::Task<std::string> {
    const nh::Value warnings = js.Eval(
        "const warnings = [];"
        "process.on('warning', ({ message }) => warnings.push(message));"
        "import('node:path').then(() => new Promise(setImmediate)).then(() => warnings.join())");
    co_return (co_await warnings).As<std::string>();
  }) == "");
}

TEST_CASE("require in Eval resolves from base_dir") {
  nh::Environment node = NewEnvironment();
  CHECK(Eval<std::string>(node, "require('cjs-plain')()") == "plain");
  CHECK(Eval<std::string>(node, "require('node:path').basename('/a/b')") == "b");
}

TEST_CASE("Eval takes NUL in source, and gives it back") {
  using namespace std::literals;
  nh::Environment node = NewEnvironment();
  CHECK(Eval<std::string>(node, "'a\0b' + 'c\\0d'"sv) == "a\0bc\0d"s);
}

TEST_CASE("Eval takes source of several megabytes") {
  nh::Environment node = NewEnvironment();
  std::string source = "let sum = 0;\n";
  while (source.size() < 4'000'000) source += "sum += 1; // some text to fill the line up with\n";
  source += "sum";
  CHECK(Eval<int>(node, source) > 50'000);
}

TEST_CASE("Eval takes source beyond ASCII") {
  nh::Environment node = NewEnvironment();
  CHECK(Eval<std::string>(node, "const grüße = 'schön 😀'; grüße") == "schön 😀");
  CHECK(Eval<int>(node, "'😀'.length") == 2);
}

TEST_CASE("what is thrown need not be an Error") {
  nh::Environment node = NewEnvironment();
  const nh::JsError text = EvalError(node, "throw 'just text'", "a.js");
  CHECK(text.name() == "");
  CHECK(text.message() == "just text");
  CHECK(EvalError(node, "throw undefined", "a.js").message() == "undefined");
  CHECK(EvalError(node, "throw { a: 1 }", "a.js").message() == "{ a: 1 }");
}

TEST_CASE("endless recursion in Eval is a RangeError") {
  nh::Environment node = NewEnvironment();
  CHECK(EvalError(node, "(function f() { f(); })()", "deep.js").name() == "RangeError");
  CHECK(Eval<int>(node, "1 + 1") == 2);
}
