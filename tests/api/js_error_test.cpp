// JsError: what it keeps of what JavaScript threw, and what it is when thrown back.
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>

#include "support/convert.hpp"

using test::NewEnvironment;

namespace {

nh::JsError Thrown(const std::string& expression) {
  nh::Environment node = NewEnvironment();
  return node.Run(
      [&](nh::Js& js) { return test::ErrorOf([&] { js.Eval("throw " + expression); }); });
}

}  // namespace

TEST_CASE("a thrown error keeps name, message, code and stack") {
  const nh::JsError error =
      Thrown("Object.assign(new TypeError('bad'), {code: 'ERR_BAD', name: 'MyError'})");
  CHECK(error.is_error());
  CHECK(error.name() == "MyError");
  CHECK(error.message() == "bad");
  CHECK(error.code() == "ERR_BAD");
  CHECK(error.stack().find("eval.js:1") != std::string::npos);
  CHECK(error.thrown_json().empty());
}

TEST_CASE("what() is the head line and the frames") {
  const std::string what = Thrown("new TypeError('bad')").what();
  CHECK(what.starts_with("TypeError: bad\n    at eval.js:1"));
}

TEST_CASE("what a system call adds to its error is kept") {
  const nh::JsError error = Thrown(
      "(() => { try { require('fs').openSync('/none/x'); }"
      " catch (e) { return e; } })()");
  CHECK(error.code() == "ENOENT");
  CHECK(error.property("errno") == "-2");
  CHECK(error.property("syscall") == "open");
  CHECK(error.property("path") == "/none/x");
  CHECK(error.properties().size() == 3);
}

TEST_CASE("properties without JSON are kept as text, and none of them can break it") {
  const nh::JsError error = Thrown(
      "Object.defineProperty(Object.assign(new Error('x'), {big: 5n, f() {}, ring: globalThis,"
      " nothing: undefined}), 'evil', {enumerable: true, get() { throw 1; }})");
  CHECK(error.property("big") == "5n");
  CHECK(error.property("nothing") == "undefined");
  CHECK(error.property("evil") == "undefined");
  CHECK(error.property("f") == "[Function: f]");
  REQUIRE(error.property("ring"));
  CHECK(error.property("ring")->starts_with("<ref *1> Object [global]"));
}

TEST_CASE("a chain of causes is kept, and may end in what is no error") {
  const nh::JsError error =
      Thrown("new Error('a', {cause: new TypeError('b', {cause: 'the end'})})");
  CHECK(error.cause()->name() == "TypeError");
  CHECK(error.cause()->cause()->message() == "the end");
  CHECK(!error.cause()->cause()->is_error());
  CHECK(!error.cause()->cause()->cause());
}

TEST_CASE("a ring of causes ends") {
  int length = 0;
  std::optional<nh::JsError> at =
      Thrown("(() => { const e = new Error('ring'); e.cause = e; return e; })()");
  for (; at; at = at->cause()) ++length;
  CHECK(length == 17);
}

TEST_CASE("the errors of an AggregateError are kept") {
  const nh::JsError error = Thrown("new AggregateError([new TypeError('a'), 5], 'both')");
  CHECK(error.name() == "AggregateError");
  REQUIRE(error.errors().size() == 2);
  CHECK(error.errors()[0].name() == "TypeError");
  CHECK(error.errors()[1].message() == "5");
}

TEST_CASE("aggregates in rings end") {
  const nh::JsError error = Thrown(
      "(() => { const e = new AggregateError([], 'ring');"
      " e.errors.push(e, e, e); return e; })()");
  CHECK(!error.errors().empty());
}

TEST_CASE("what is thrown without being an error is kept") {
  struct Case {
    const char* thrown;
    const char* message;
    const char* json;
  };
  for (const Case& one :
       {Case{"42", "42", "42"}, Case{"'text'", "text", "\"text\""}, Case{"null", "null", "null"},
        Case{"undefined", "undefined", ""}, Case{"{a: 1}", "{ a: 1 }", "{\"a\":1}"},
        Case{"Symbol('s')", "Symbol(s)", ""}, Case{"NaN", "NaN", ""}, Case{"5n", "5n", ""}}) {
    INFO("throw ", one.thrown);
    const nh::JsError error = Thrown(one.thrown);
    CHECK(!error.is_error());
    CHECK(error.name().empty());
    CHECK(error.message() == one.message);
    CHECK(error.thrown_json() == one.json);
  }
}

TEST_CASE("a TypeError of a conversion is a JsError") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    const nh::JsError error = test::ErrorOf([&] { js.Eval("'x'").As<int>(); });
    CHECK(error.name() == "TypeError");
    CHECK(error.is_error());
    CHECK(std::string(error.what()) == "TypeError: value: expected number, got string \"x\"");
  });
}

TEST_CASE("in another environment it is a copy of what it was") {
  nh::Environment node = NewEnvironment();
  nh::Environment other = NewEnvironment();
  const auto back = [&](const char* thrown, const char* look) {
    const nh::JsError error = node.Run([&](nh::Js& js) {
      return test::ErrorOf([&] { js.Eval(std::string("throw ") + thrown); });
    });
    return other.Run([&](nh::Js& js) { return test::Show(js, test::Eval(js, look)(error)); });
  };
  CHECK(back("42", "(e) => e") == "42");
  CHECK(back("undefined", "(e) => e") == "undefined");
  CHECK(back("'text'", "(e) => e") == "'text'");
  CHECK(back("'NaN'", "(e) => e") == "'NaN'");
  CHECK(back("NaN", "(e) => e") == "NaN");
  CHECK(back("-Infinity", "(e) => e") == "-Infinity");
  CHECK(back("-0", "(e) => e") == "-0");
  CHECK(back("-12345678901234567890n", "(e) => e") == "-12345678901234567890n");
  CHECK(back("{a: [1]}", "(e) => e") == "{ a: [ 1 ] }");
  CHECK(back("new SyntaxError('x')", "(e) => [e instanceof SyntaxError, e.message]") ==
        "[ true, 'x' ]");
  CHECK(back("Object.assign(new Error('x'), {name: 'Mine'})", "(e) => [e.name, Object.keys(e)]") ==
        "[ 'Mine', [] ]");
  CHECK(back("new AggregateError([new TypeError('a')], 'all')",
             "(e) => [e instanceof AggregateError, e.errors[0] instanceof TypeError]") ==
        "[ true, true ]");
  CHECK(back("new Error('x', {cause: 5})", "(e) => e.cause") == "5");
  CHECK(back("JSON.parse('{\"__proto__\": 1}')", "(e) => Object.keys(e)") == "[ '__proto__' ]");
}

TEST_CASE("a nested C++ exception is the cause") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    const std::function<void()> fail = [] {
      try {
        try {
          throw std::out_of_range("innermost");
        } catch (...) {
          std::throw_with_nested(std::invalid_argument("inner"));
        }
      } catch (...) {
        std::throw_with_nested(std::runtime_error("outer"));
      }
    };
    const nh::Value seen = js.Eval(
        "(f) => { try { f() } catch (e) { return [e.message, e.cause.message, e.cause.name,"
        " e.cause.cause.message, e.cause.cause.name, 'cause' in e.cause.cause,"
        " Object.keys(e).length].join() } }")(fail);
    CHECK(seen.As<std::string>() == "outer,inner,TypeError,innermost,RangeError,false,0");
  });
}

TEST_CASE("a JsError that C++ made has the JavaScript frames it was thrown through") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    const std::function<void()> fail = [] {
      throw nh::JsError(nh::JsErrorData{.name = "TypeError", .message = "mine", .code = "E_MINE"});
    };
    const nh::JsError error = test::ErrorOf(
        [&] { js.Eval("(f) => { (function through() { f() })() }", "app.js")(fail); });
    CHECK(error.name() == "TypeError");
    CHECK(error.message() == "mine");
    CHECK(error.code() == "E_MINE");
    CHECK(error.stack().find("at through (app.js") != std::string::npos);
  });
}
