// Errors as values: std::error_code, std::exception_ptr and JsError, both ways.
#include <atomic>
#include <filesystem>
#include <functional>
#include <future>
#include <stdexcept>
#include <string>
#include <system_error>

#include "support/convert.hpp"

using test::Called;
using test::CheckBothWays;
using test::NewEnvironment;
using test::Read;
using test::Written;

namespace {
const std::string kAbout = "(e) => [e instanceof Error, e.name, e.message, e.code, e.errno]";

std::string WhatOf(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const nh::JsError& js) {
    return js.name() + ": " + js.message();
  }
}
}  // namespace

TEST_CASE("an error_code of the system is an Error as Node's own are") {
  CHECK(Called(kAbout, std::make_error_code(std::errc::no_such_file_or_directory)) ==
        "[ true, 'Error', 'No such file or directory', 'ENOENT', -2 ]");
  CHECK(Called(kAbout, std::error_code(13, std::system_category())) ==
        "[ true, 'Error', 'Permission denied', 'EACCES', -13 ]");
  CHECK(Called(kAbout, std::make_error_code(std::future_errc::no_state)) ==
        "[ true, 'Error', 'No associated state', 'future:3', 3 ]");
  CHECK(Written(std::error_code()) == "null");
}

TEST_CASE("an error_code comes from the errors of Node's system calls") {
  CHECK(Read<std::error_code>("(() => { try { require('fs').readFileSync('/none'); }"
                              " catch (e) { return e; } })()") ==
        std::errc::no_such_file_or_directory);
  CHECK(Read<std::error_code>("Object.assign(new Error('x'), {code: 'EACCES'})") ==
        std::errc::permission_denied);
  CHECK(!Read<std::error_code>("null"));
  CheckBothWays<std::error_code>(
      {{"new Error('x')",
        "TypeError: value: expected Error of the operating system (with errno), got object Error"},
       {"Object.assign(new Error('x'), {code: 'toString'})",
        "TypeError: value: expected Error of the operating system (with errno), got object Error"},
       {"'ENOENT'",
        "TypeError: value: expected Error of the operating system (with errno), got string "
        "\"ENOENT\""}});
}

TEST_CASE("an exception_ptr is an Error, and comes back as JsError") {
  CHECK(Called(kAbout, std::make_exception_ptr(std::runtime_error("broken"))) ==
        "[ true, 'Error', 'broken', undefined, undefined ]");
  CHECK(Called(kAbout, std::make_exception_ptr(5)) ==
        "[ true, 'Error', 'A C++ exception of unknown type.', undefined, undefined ]");
  CHECK(Called("(e) => [e.code, e.message]",
               std::make_exception_ptr(std::system_error(
                   std::make_error_code(std::errc::permission_denied), "opening"))) ==
        "[ 'EACCES', 'opening: Permission denied' ]");
  constexpr auto kSystem = "(e) => [e.code, e.errno < 0, e.syscall, e.path, e.dest]";
  const auto denied = std::make_error_code(std::errc::permission_denied);
  CHECK(Called(kSystem, std::make_exception_ptr(std::system_error(denied, "open"))) ==
        "[ 'EACCES', true, 'open', undefined, undefined ]");
  CHECK(Called(kSystem, std::make_exception_ptr(std::system_error(denied, "while I read"))) ==
        "[ 'EACCES', true, undefined, undefined, undefined ]");
  CHECK(Called(kSystem, std::make_exception_ptr(
                            std::filesystem::filesystem_error("no", "/a", "/b", denied))) ==
        "[ 'EACCES', true, undefined, '/a', '/b' ]");
  CHECK(Written(std::exception_ptr()) == "null");
  CHECK(WhatOf(Read<std::exception_ptr>("new TypeError('x')")) == "TypeError: x");
  CHECK(Read<std::exception_ptr>("undefined") == nullptr);
  CheckBothWays<std::exception_ptr>({{"42", "TypeError: value: expected Error, got number 42"},
                                     {"{}", "TypeError: value: expected Error, got object"}});
}

TEST_CASE("an exception type of the program's own is the Error that it was registered as") {
  struct BankError : std::runtime_error {
    using std::runtime_error::runtime_error;
    int amount = 0;
  };
  struct Overdrawn : BankError {
    using BankError::BankError;
  };
  nh::RegisterException<BankError>([](const BankError& e) {
    return nh::JsErrorData{.name = "RangeError",
                           .message = e.what(),
                           .code = "ERR_BANK",
                           .properties = {{"amount", "", std::to_string(e.amount)}}};
  });
  constexpr auto kSaid = "(e) => [e instanceof RangeError, e.message, e.code, e.amount]";
  BankError thrown("no such account");
  thrown.amount = 7;
  CHECK(Called(kSaid, std::make_exception_ptr(thrown)) ==
        "[ true, 'no such account', 'ERR_BANK', 7 ]");
  CHECK(Called(kSaid, std::make_exception_ptr(Overdrawn("overdrawn"))) ==
        "[ true, 'overdrawn', 'ERR_BANK', 0 ]");
  nh::RegisterException<Overdrawn>([](const Overdrawn& e) {
    return nh::JsErrorData{.name = "Error", .message = e.what(), .code = "ERR_OVERDRAWN"};
  });
  CHECK(Called(kSaid, std::make_exception_ptr(Overdrawn("overdrawn"))) ==
        "[ false, 'overdrawn', 'ERR_OVERDRAWN', undefined ]");
  CHECK(Called(kSaid, std::make_exception_ptr(std::out_of_range("far"))) ==
        "[ true, 'far', undefined, undefined ]");
}

TEST_CASE("an exception whose reader throws is an ordinary Error") {
  struct Torn : std::runtime_error {
    using std::runtime_error::runtime_error;
  };
  nh::RegisterException<Torn>(
      [](const Torn&) -> nh::JsErrorData { throw std::logic_error("no words for it"); });
  CHECK(Called("(e) => e.message", std::make_exception_ptr(Torn("torn"))) == "'torn'");
  nh::Environment node = NewEnvironment();
  const std::string text = node.Run([](nh::Js& js) -> nh::Task<std::string> {
    js.Global().Set("fail", []() -> int { throw Torn("at once"); });
    js.Global().Set("failLater", []() -> nh::Task<int> {
      throw Torn("later");
      co_return 0;
    });
    const nh::Value said = co_await js.Eval(R"js((async () => {
      const said = [];
      try { said.push(fail()) } catch (e) { said.push(e.message) }
      try { said.push(await failLater()) } catch (e) { said.push(e.message) }
      return said.join();
    })())js");
    co_return said.As<std::string>();
  });
  CHECK(text == "at once,later");
}

TEST_CASE("a reader of exceptions may register another") {
  struct Outer {};
  struct Inner {};
  nh::RegisterException<Outer>([](const Outer&) {
    nh::RegisterException<Inner>(
        [](const Inner&) { return nh::JsErrorData{.name = "Error", .message = "inner"}; });
    return nh::JsErrorData{.name = "Error", .message = "outer"};
  });
  CHECK(Called("(e) => e.message", std::make_exception_ptr(Outer())) == "'outer'");
  CHECK(Called("(e) => e.message", std::make_exception_ptr(Inner())) == "'inner'");
}

TEST_CASE("a JsError stays what it is, whatever is registered") {
  static std::atomic<bool> knows = true;  // a reader stays for good, also for the tests after this
  nh::RegisterException<std::exception>([](const std::exception&) {
    if (!knows) throw std::logic_error("the test is over");
    return nh::JsErrorData{.name = "Error", .message = "any exception", .code = "ERR_ANY"};
  });
  CHECK(Called("(e) => e.code", std::make_exception_ptr(std::bad_alloc())) == "'ERR_ANY'");
  nh::Environment node = NewEnvironment();
  const std::string text = node.Run([](nh::Js& js) {
    js.Global().Set("through", [](const nh::Value& function) { function(); });
    js.Global().Set("read", [](const nh::Value& value) { return value.As<double>(); });
    return js
        .Eval(R"js((() => {
      const thrown = Object.assign(new RangeError('far', { cause: new Error('why') }), { code: 'E_FAR' });
      const said = [];
      try { through(() => { throw thrown }) } catch (e) {
        said.push(e.name, e.message, e.code, e.cause?.message, e.stack.includes('RangeError: far'));
      }
      try { read('x') } catch (e) { said.push(e.name, e.message, e.code) }
      return said.join();
    })())js")
        .As<std::string>();
  });
  knows = false;
  CHECK(text ==
        "RangeError,far,E_FAR,why,true,TypeError,value: expected number, got string \"x\",");
}

TEST_CASE("a JsError is taken from an Error, and given back whole") {
  const auto error = Read<nh::JsError>(
      "Object.assign(new RangeError('far', {cause: new Error('why')}), {code: 'E_FAR', at: {x: 1}, "
      "unit: 'km'})");
  CHECK(error.name() == "RangeError");
  CHECK(error.code() == "E_FAR");
  CHECK(error.cause()->message() == "why");
  CHECK(error.property("at") == "{\"x\":1}");
  CHECK(error.property("unit") == "km");
  CHECK(!error.property("code"));
  CHECK(Called("(e) => [e instanceof RangeError, e.message, e.code, e.at, e.unit, e.cause.message, "
               "Object.keys(e), e.stack]",
               error) ==
        "[ true, 'far', 'E_FAR', { x: 1 }, 'km', 'why', [ 'code', 'at', 'unit' ], " +
            Written(error.stack()) + " ]");
  CheckBothWays<nh::JsError>({{"42", "TypeError: value: expected Error, got number 42"}});
}
