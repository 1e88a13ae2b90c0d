#include <doctest/doctest.h>
#include <nodehost/nodehost.hpp>

#include <string>

#include "../support/lacks.hpp"

namespace nh = nodehost;

namespace {

struct App {
  nh::Method<int(std::string)> major;
  nh::Method<std::string(std::string)> greet;
  nh::Method<nh::Task<std::string>()> lazily;
  nh::Method<void()> fail;
  std::string hash;
  NODEHOST_FIELDS(App, major, greet, lazily, fail, hash)
};

// Where no package can be found.
nh::Environment Environment(nh::NodejsPlatform& platform) {
  return platform.CreateEnvironment({.base_dir = "/"});
}

}  // namespace

TEST_CASE("A bundled app is imported by its name, with its packages and its top-level await") {
  nh::NodejsPlatform platform;
  nh::Environment node = Environment(platform);
  const auto app = node.Import<App>("app:app");
  CHECK(app.major("3.14.15") == 3);
  CHECK(app.greet("C++") == "Hello, C++ ✓");
  CHECK(app.lazily().Get() == "4/2");
  CHECK(app.hash.substr(0, 8) == "a172cedc");
}

TEST_CASE("An app is there in each environment, and small when it is minified") {
  nh::NodejsPlatform platform;
  nh::Environment first = Environment(platform);
  nh::Environment second = Environment(platform);
  CHECK(first.Import<App>("app:small").major("1.0.0") == 1);
  CHECK(second.Import<App>("app:small").major("2.0.0") == 2);
}

TEST_CASE("JavaScript imports a bundled app, and gets the one that C++ has") {
  if (test::Lacks(test::NodeMajor() < 22, "Module.registerHooks, by which import finds it")) return;
  nh::NodejsPlatform platform;
  nh::Environment node = Environment(platform);
  const bool same = node.Run([](nh::Js& js) -> nh::Task<bool> {
    const nh::Value greet = js.Import("app:app")["greet"];
    const nh::Value imported = co_await js.Eval("import('app:app')");
    co_return imported["greet"].StrictEquals(greet);
  });
  CHECK(same);
}

TEST_CASE("What an app throws names the app and its function") {
  if (test::Lacks(test::NodeMajor() < 22, "Module.registerHooks, which gives an app its name")) {
    return;
  }
  nh::NodejsPlatform platform;
  nh::Environment node = Environment(platform);
  const auto app = node.Import<App>("app:app");
  try {
    app.fail();
    FAIL("nothing was thrown");
  } catch (const nh::JsError& error) {
    CHECK(std::string(error.message()) == "as the app says");
    CHECK(std::string(error.stack()).find("app:app") != std::string::npos);
  }
}

TEST_CASE("A module of C++'s cannot take the name of a bundled app") {
  struct Mine {
    int x;
    NODEHOST_FIELDS(Mine, x)
  };
  nh::NodejsPlatform platform;
  nh::Environment node = Environment(platform);
  try {
    node.AddModule({"app:app", Mine{1}});
    FAIL("nothing was thrown");
  } catch (const nh::JsError& error) {
    CHECK(std::string(error.message()) == "There is a module 'app:app' already");
  }
}
