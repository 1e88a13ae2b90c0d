// Scripts that replace what JavaScript itself is made of: the host's own JavaScript does not mind.
#include <doctest/doctest.h>

#include <map>
#include <string>
#include <system_error>
#include <vector>

#include "support/host.hpp"
#include "support/lacks.hpp"

using test::NewEnvironment;

namespace {

// Runs `test` in an environment of its own and in a pumped one, after `script`.
template <class F>
void After(const std::string& script, F&& test) {
  nh::Environment node = NewEnvironment();
  nh::PumpedEnvironment pumped =
      test::Platform().CreatePumpedEnvironment({.base_dir = test::kModules});
  const auto body = [&](nh::Js& js) {
    js.Eval(script);
    test(js);
  };
  node.Run(body);
  pumped.Run(body);
}

nh::JsError ErrorOf(nh::Js& js, const std::string& expression) {
  return test::ErrorOf([&] { js.Eval("throw " + expression); });
}

}  // namespace

TEST_CASE("an error is described without the iterators of a script") {
  for (const std::string value : {"undefined", "() => ({ next: () => ({ value: 1 }) })",
                                  "function* () { yield null; yield 7; }"}) {
    After("Array.prototype[Symbol.iterator] = " + value, [](nh::Js& js) {
      const nh::JsError error = ErrorOf(js, "Object.assign(new Error('own'), { own: 1 })");
      CHECK(error.message() == "own");
      CHECK(error.property("own") == "1");
    });
  }
}

TEST_CASE("an AggregateError is described and made past accessors on Array.prototype") {
  for (const std::string accessor :
       {"{ get() { throw 1 } }", "{ set() { throw 2 } }", "{ get() { return 3 }, set() {} }"}) {
    After(
        "for (let i = 0; i < 4; i++) Object.defineProperty(Array.prototype, i, " + accessor + ")",
        [](nh::Js& js) {
          const nh::JsError error =
              ErrorOf(js, "Object.assign(new AggregateError([new Error('a')], 'all'), { x: 1 })");
          CHECK(error.message() == "all");
          CHECK(error.property("x") == "1");
          REQUIRE(error.errors().size() == 1);
          js.Global().Set("made", error);
          CHECK(js.Eval("made.errors.length + made.errors[0].message + made.x").As<std::string>() ==
                "1a1");
        });
  }
}

TEST_CASE("what the host loads late uses nothing that a script has replaced") {
  std::vector<std::string> scripts = {
      "delete Map.prototype.size; delete Set.prototype.size",
      "globalThis.Reflect = undefined; globalThis.Symbol = undefined; globalThis.Object = 1",
      "Reflect.has = 42; Reflect.apply = null; Object.defineProperty = null",
      "for (const name of ['startsWith', 'includes', 'indexOf', 'slice']) {"
      "  String.prototype[name] = () => { throw new Error(name) } }",
      "for (const type of [Map, Set, Array, Function, WeakMap]) {"
      "  for (const name of Object.getOwnPropertyNames(type.prototype)) {"
      "    try { type.prototype[name] = () => { throw new Error(name) } } catch {} } }",
      "Object.defineProperty(globalThis, 'process', { get() { throw new Error('process') } })",
      "const { prototype: p } = require('vm').Script; p.runInThisContext = () => 'replaced';"
      "require('vm').compileFunction = () => () => ({}); require('fs').statSync = () => null"};
  // Node's own pathToFileURL calls it for ever up to 20.
  if (test::NodeMajor() >= 22) {
    scripts.emplace_back("RegExp.prototype.exec = () => ({}); RegExp.prototype.test = () => true");
  }
  for (const std::string& script : scripts) {
    CAPTURE(script);
    After(script, [](nh::Js& js) {
      nh::Map map = nh::Map::New(js);
      map.Set("a", 1);
      CHECK(map.size() == 1);
      CHECK(js.Eval("6 * 7").As<int>() == 42);
      CHECK(js.Eval("'import' + 1", "a.js").As<std::string>() == "import1");
      CHECK(js.Import("./geo.js")["runs"].As<int>() == 1);
      CHECK(js.Import("./counter.mjs").Is<nh::Object>());
      CHECK(ErrorOf(js, "new RangeError('late')").name() == "RangeError");
      js.Global().Set("numbers", std::vector<double>(100, 0.5));
      CHECK(js.Global()["numbers"].As<std::vector<double>>().size() == 100);
    });
  }
}

TEST_CASE("the numbers of errors are those of the system") {
  After("try { require('os').constants.errno.ENOENT = 'two' } catch {}", [](nh::Js& js) {
    const auto code = js.Eval("Object.assign(new Error('x'), { code: 'ENOENT' })");
    CHECK(code.As<std::error_code>() == std::errc::no_such_file_or_directory);
  });
}
