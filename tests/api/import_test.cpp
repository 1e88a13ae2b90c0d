// Import: what can be imported, as what, and how a failure says so.
#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/host.hpp"
#include "support/temporary_folder.hpp"

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using test::ErrorOf;
using test::kModules;
using test::NewEnvironment;

namespace {

nh::JsError ImportError(nh::Environment& node, std::string_view module) {
  return ErrorOf([&] { node.Import<std::optional<int>>(module, "any"); });
}

bool Contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// A folder of modules whose names not every file system and tool takes.
class OddNames : public test::TemporaryFolder {
 public:
  static constexpr const char* kPaths[] = {"a b#c%20é.mjs", "a b#c%20é.js", "with space.cjs",
                                           "odd names/ünï.cjs", "what?.cjs"};

  OddNames() {
    fs::create_directory(path() + "/odd names");
    for (const char* name : kPaths) Write(name, "let nothing;");
  }
};

}  // namespace

TEST_CASE("a CommonJS file is imported") {
  struct Geo {
    nh::Method<double(std::vector<double>)> length;
  };
  nh::Environment node = NewEnvironment();
  CHECK(node.Import<int>("./geo.js", "runs") == 1);
  CHECK(node.Import<int>("./geo.js", "runs") == 1);
  CHECK(static_cast<bool>(node.Import<Geo>("./geo.js").length));
}

TEST_CASE("an ES module is imported, with live bindings") {
  struct Counter {
    nh::Method<int()> increment;
  };
  nh::Environment node = NewEnvironment();
  const auto counter = node.Import<Counter>("./counter.mjs");
  CHECK(counter.increment() == 1);
  CHECK(counter.increment() == 2);
  CHECK(node.Import<int>("./counter.mjs", "count") == 2);
}

TEST_CASE("a package's exports map is read with import conditions first") {
  nh::Environment node = NewEnvironment();
  CHECK(node.Import<std::string>("dual", "taken") == "import");
  CHECK(node.Import<std::string>("esm-only", "kind") == "esm-only");
  CHECK(node.Import<std::string>("require-only", "taken") == "require");
}

TEST_CASE("a package without exports map is found by its main, and its files by their paths") {
  nh::Environment node = NewEnvironment();
  CHECK(node.Import<nh::Method<std::string()>>("cjs-plain")() == "plain");
  CHECK(node.Import<bool>("cjs-plain/deep", "deep"));
  CHECK(node.Import<bool>("cjs-plain/deep.js", "deep"));
}

TEST_CASE("an exports map opens its sub-paths and hides the others") {
  nh::Environment node = NewEnvironment();
  CHECK(node.Import<bool>("subpaths", "main"));
  CHECK(node.Import<std::string>("subpaths/features/one", "feature") == "one");
  CHECK(ImportError(node, "subpaths/hidden.js").code() == "ERR_PACKAGE_PATH_NOT_EXPORTED");
}

TEST_CASE("a package imports itself by name, and by its imports map") {
  nh::Environment node = NewEnvironment();
  CHECK(node.Import<int>("fixture-app/self", "runs") == 1);
  CHECK(node.Import<int>("#geo", "runs") == 1);
  CHECK(node.Import<std::string>("#path", "sep") == "/");
}

TEST_CASE("JSON is imported as data") {
  struct Data {
    int answer = 0;
    std::string name;
  };
  nh::Environment node = NewEnvironment();
  const Data data = node.Import<Data>("./data.json");
  CHECK(data.answer == 42);
  CHECK(data.name == "dätä");
  CHECK(node.Import<std::vector<int>>("subpaths/data") == std::vector{1, 2, 3});
}

TEST_CASE("built-in modules are imported with and without node:") {
  nh::Environment node = NewEnvironment();
  CHECK(node.Import<std::string>("path", "sep") == "/");
  CHECK(node.Import<std::string>("node:path", "sep") == "/");
  CHECK(node.Import<std::string>("node:os", "EOL") == "\n");
  CHECK(node.Import<nh::Method<std::string(std::string)>>("path/posix", "basename")("/a/b") == "b");
}

TEST_CASE("globalThis is imported, whole and by name") {
  struct Globals {
    nh::Method<double(std::string)> parseFloat;
    nh::Method<std::string(std::string)> encodeURIComponent;
  };
  nh::Environment node = NewEnvironment();
  const auto globals = node.Import<Globals>("globalThis");
  CHECK(globals.parseFloat("2.5x") == 2.5);
  CHECK(globals.encodeURIComponent("ä") == "%C3%A4");
  CHECK(node.Import<nh::Method<double(std::string)>>("globalThis", "parseFloat")("1") == 1);
}

TEST_CASE("absolute paths and file: URLs are imported") {
  nh::Environment node = NewEnvironment();
  CHECK(node.Import<int>(kModules + "/geo.js", "runs") == 1);
  CHECK(node.Import<int>("file://" + kModules + "/geo.js", "runs") == 1);
  CHECK(node.Import<std::string>("file://" + kModules + "/query.mjs?a=b", "query") == "?a=b");
}

TEST_CASE("paths with spaces, %, # and letters beyond ASCII are imported") {
  const OddNames odd;
  nh::Environment node = test::Platform().CreateEnvironment({.base_dir = odd.path()});
  for (const std::string path : OddNames::kPaths) {
    CAPTURE(path);
    CHECK_NOTHROW(node.Run([&](nh::Js& js) { js.Import("./" + path); }));
    CHECK_NOTHROW(node.Run([&](nh::Js& js) { js.Import(odd.path() + "/" + path); }));
  }
}

TEST_CASE("base_dir may have spaces, %, # and letters beyond ASCII") {
  const OddNames odd;
  nh::Environment node =
      test::Platform().CreateEnvironment({.base_dir = odd.path() + "/odd names"});
  CHECK_NOTHROW(node.Run([](nh::Js& js) { js.Import("./ünï.cjs"); }));
}

TEST_CASE("a module that a timeout stopped is loaded anew, and so is what it required") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) { js.Eval("globalThis.slow = true"); });
  CHECK_THROWS_AS(node.Run([](nh::Js& js) { js.Import("./slow-outer.cjs"); }, {.timeout = 50ms}),
                  nh::DeadlineExceeded);
  node.Run([](nh::Js& js) { js.Eval("globalThis.slow = false"); });
  CHECK(node.Import<int>("./slow-outer.cjs", "value") == 2);
  CHECK(node.Run([](nh::Js& js) {
    return js.Eval("require('./slow-inner.cjs').value").As<int>();
  }) == 1);
}

TEST_CASE("modules that are being linked are left alone when a timeout stops another job") {
  // The loader of ES modules finds what is imported file by file, and puts CommonJS modules into
  // require's cache as it does.
  const test::TemporaryFolder folder;
  constexpr int kDepth = 40;
  for (int i = 0; i < kDepth; ++i) {
    const std::string number = std::to_string(i);
    folder.Write("c" + number + ".cjs", "exports.value = 1;");
    folder.Write("m" + number + ".mjs",
                 "import { value } from './c" + number + ".cjs';" +
                     (i + 1 < kDepth ? "import { sum as rest } from './m" + std::to_string(i + 1) +
                                           ".mjs'; export const sum = rest + value;"
                                     : "export const sum = value;"));
  }
  nh::Environment node = test::Platform().CreateEnvironment({.base_dir = folder.path()});
  const nh::Task<int> sum = node.RunAsync([&](nh::Js& js) {
    return js.Eval("import('" + folder.path() + "/m0.mjs').then((m) => m.sum)").As<nh::Task<int>>();
  });
  while (!sum.done()) {
    CHECK_THROWS_AS(node.Run([](nh::Js& js) { js.Eval("for (;;);"); }, {.timeout = 1ms}),
                    nh::DeadlineExceeded);
  }
  CHECK(sum.Get() == kDepth);
}

TEST_CASE("a module of Node's own that a timeout stopped is loaded anew") {
  for (int microseconds = 600; microseconds < 3600; microseconds += 600) {
    nh::Environment node = NewEnvironment();
    std::stop_source stop;
    std::thread stopper([&] {
      std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
      stop.request_stop();
    });
    try {
      node.Run([](nh::Js& js) { js.Eval("require('http2'); require('repl'); for (;;);"); },
               {.stop = stop.get_token()});
    } catch (const nh::Cancelled&) {
    }
    stopper.join();
    CHECK(node.Run([](nh::Js& js) {
      return js.Eval("typeof require('http2').connect + typeof require('repl').start")
          .As<std::string>();
    }) == "functionfunction");
  }
}

TEST_CASE("an addon is imported") {
  struct Addon {
    nh::Method<double(double, double)> add;
    int loaded = 0;
  };
  nh::Environment node = NewEnvironment();
  const auto addon = node.Import<Addon>(NODEHOST_TEST_ADDON);
  CHECK(addon.add(1.5, 2) == 3.5);
  CHECK(addon.loaded == 1);
}

TEST_CASE("an addon is imported by several environments, and its errors arrive") {
  nh::Environment one = NewEnvironment();
  nh::Environment two = NewEnvironment();
  CHECK(one.Import<int>(NODEHOST_TEST_ADDON, "loaded") == 1);
  CHECK(two.Import<int>(NODEHOST_TEST_ADDON, "loaded") == 2);
  const auto add = two.Import<nh::Method<double(std::string)>>(NODEHOST_TEST_ADDON, "add");
  const nh::JsError error = ErrorOf([&] { add("x"); });
  CHECK(error.code() == "E_ADDON");
  CHECK(error.name() == "TypeError");
}

TEST_CASE("a module with top-level await is waited for, from another thread") {
  nh::Environment node = NewEnvironment();
  CHECK(node.Import<std::string>("./waits.mjs", "value") == "waited");
  CHECK(node.Import<std::string>("./waits-indirectly.mjs", "value") == "waited");
  CHECK(node.Import<std::string>("./typeless-waits.js", "typeless") == "waited");
}

TEST_CASE("a module with top-level await is waited for, on the JS thread") {
  nh::Environment node = NewEnvironment();
  CHECK(node.Run([](nh::Js& js) { return js.Import("./waits.mjs", "value").As<std::string>(); }) ==
        "waited");
  CHECK(node.Run([](nh::Js& js) {
    return js
        .Import("data:text/javascript,export default await new Promise(r => setTimeout(r, 20, 7))",
                "default")
        .As<int>();
  }) == 7);
}

TEST_CASE("while a thread waits for an import the JS thread does other jobs") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    js.Eval("globalThis.gate = new Promise((open) => { globalThis.open = open; })");
  });
  auto imported = std::async(std::launch::async, [&] {
    return node.Import<int>("data:text/javascript,export default await gate", "default");
  });
  // Whether the import has begun by now or not, the open gate lets it finish.
  node.Run([](nh::Js& js) { js.Global()["open"](5); });
  CHECK(imported.get() == 5);
}

TEST_CASE("on the JS thread, an await that nothing is left to settle is an error") {
  nh::Environment node = NewEnvironment();
  const nh::JsError error =
      ErrorOf([&] { node.Run([](nh::Js& js) { js.Import("./never.mjs"); }); });
  CHECK(error.code() == "ERR_UNSETTLED_TOP_LEVEL_AWAIT");
  CHECK(Contains(error.message(), "./never.mjs"));
  CHECK(node.Run([](nh::Js& js) { return js.Eval("1 + 1").As<int>(); }) == 2);
}

TEST_CASE("a module that throws: its own error, each time, and it ran once") {
  nh::Environment node = NewEnvironment();
  const nh::JsError error = ImportError(node, "./throws.mjs");
  CHECK(error.name() == "RangeError");
  CHECK(error.message() == "thrown by the ES module");
  CHECK(Contains(error.stack(), "throws.mjs:1:7"));
  CHECK(ImportError(node, "./throws.mjs").message() == error.message());
}

TEST_CASE("a CommonJS module that throws: its own error with code and place") {
  nh::Environment node = NewEnvironment();
  const nh::JsError error = ImportError(node, "./throws.cjs");
  CHECK(error.name() == "RangeError");
  CHECK(error.code() == "E_FIXTURE");
  CHECK(Contains(error.stack(), "throws.cjs:2"));
}

TEST_CASE("a syntax error in a module names the file") {
  nh::Environment node = NewEnvironment();
  for (const std::string file : {"syntax-error.cjs", "syntax-error.mjs"}) {
    CAPTURE(file);
    const nh::JsError error = ImportError(node, "./" + file);
    CHECK(error.name() == "SyntaxError");
    CHECK(Contains(error.what(), file + ":3"));
  }
}

TEST_CASE("a missing module has Node's code and names what was looked for") {
  nh::Environment node = NewEnvironment();
  const nh::JsError file = ImportError(node, "./missing.js");
  CHECK(file.code() == "ERR_MODULE_NOT_FOUND");
  CHECK(Contains(file.message(), "missing.js"));
  const nh::JsError package = ImportError(node, "no-such-package");
  CHECK(package.code() == "ERR_MODULE_NOT_FOUND");
  CHECK(Contains(package.message(), "no-such-package"));
  CHECK(ImportError(node, "node:no-such").code() == "ERR_UNKNOWN_BUILTIN_MODULE");
  CHECK(ImportError(node, "./missing-inside.cjs").code() == "MODULE_NOT_FOUND");
  CHECK(ImportError(node, "./missing-inside.mjs").code() == "ERR_MODULE_NOT_FOUND");
}

TEST_CASE("Import gives the very objects that JavaScript's own import gives") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    js.Eval("globalThis.own = import('./counter.mjs')");
    js.Import("./counter.mjs", "increment")();
  });
  CHECK(node.Import<int>("data:text/javascript,export default (await own).count", "default") == 1);
  CHECK(node.Run([](nh::Js& js) {
    return js.Eval("(geo) => geo === require('./geo.js')")(js.Import("./geo.js")).As<bool>();
  }));
}

TEST_CASE("Import on the JS thread through the environment is inline") {
  nh::Environment node = NewEnvironment();
  CHECK(node.Run([&](nh::Js&) { return node.Import<std::string>("./waits.mjs", "value"); }) ==
        "waited");
}

TEST_CASE("threads import the same module at once") {
  nh::Environment node = NewEnvironment();
  std::vector<std::future<std::string>> results;
  for (int i = 0; i < 8; ++i) {
    results.push_back(std::async(std::launch::async,
                                 [&] { return node.Import<std::string>("./waits.mjs", "value"); }));
  }
  for (auto& result : results) CHECK(result.get() == "waited");
}

TEST_CASE("jobs wait while a job waits for its import") {
  nh::Environment node = NewEnvironment();
  std::vector<std::string> order;
  node.Run([&](nh::Js& js) {
    node.Post([&](nh::Js&) { order.push_back("job"); });
    js.Import("data:text/javascript,await new Promise((done) => setTimeout(done, 20))");
    order.push_back("import");
  });
  node.Run([](nh::Js&) {});
  CHECK(order == std::vector<std::string>{"import", "job"});
}

TEST_CASE("a module that has a then, or is a promise or a catch-all Proxy, is not adopted") {
  auto node = NewEnvironment();
  struct Proxy {
    nh::Method<std::string()> anything;
  };
  CHECK(node.Import<Proxy>("./thenables/proxy.cjs").anything() == "anything");
  CHECK(node.Import<Proxy>("./thenables/proxy-default.mjs", "default").anything() == "anything");
  CHECK(node.Import<std::string>("./thenables/then.mjs", "name") == "the module");
  CHECK(node.Import<std::string>("./thenables/promise.cjs", "name") == "the promise");
}

TEST_CASE("setImmediate comes while a job waits for a module with top-level await") {
  nh::Environment node = NewEnvironment();
  const int done = node.Run([](nh::Js& js) {
    return js
        .Import(
            "data:text/javascript,await new Promise(setImmediate); export const done = 1")["done"]
        .As<int>();
  });
  CHECK(done == 1);
}

TEST_CASE("a module with top-level await that has a then is not adopted, on either thread") {
  auto node = NewEnvironment();
  CHECK(node.Import<std::string>("./thenables/then-waits.mjs", "value") == "itself");
  auto other = NewEnvironment();
  CHECK(other.Run([](nh::Js& js) {
    return js.Import("./thenables/then-waits.mjs", "value").As<std::string>();
  }) == "itself");
}

TEST_CASE("the default of a module that is no ES module is module.exports") {
  auto node = NewEnvironment();
  CHECK(node.Import<std::optional<int>>("./geo.js", "none") == std::nullopt);
  node.Run([](nh::Js& js) {
    CHECK(js.Import("./geo.js", "default").StrictEquals(js.Import("./geo.js")));
    CHECK(js.Import("./data.json", "default").StrictEquals(js.Import("./data.json")));
    CHECK(js.Import("data:text/javascript,export const a = 1", "default").IsUndefined());
    // As `import x from` has it, also where module.exports has a `default` of its own.
    CHECK(js.Import("./own-default.cjs", "default")["name"].As<std::string>() == "module.exports");
  });
}
