// Typed interfaces from JavaScript: properties, classes, nested and optional members, identity.
#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/host.hpp"

using test::ErrorOf;
using test::NewEnvironment;

namespace {

bool Contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

struct Document {
  nh::Property<std::string> title;
  nh::Property<int> readOnly;
  nh::Method<std::string()> describe;
};
struct Window {
  Document document;
  nh::Method<Document(std::string)> open;
  nh::Method<std::optional<Document>(std::string)> find;
  nh::Method<std::vector<Document>()> all;
  nh::Method<std::map<std::string, Document>()> byTitle;
  nh::Method<bool(Document)> isMain;
  int width = 0;
};
struct Dom {
  Window window;
};
struct JsDom {
  nh::Constructor<Dom(std::string)> JSDOM;
  std::string version;
};

JsDom ImportDom(nh::Environment& node) { return node.Import<JsDom>("./dom.cjs"); }

}  // namespace

TEST_CASE("a Constructor makes an instance, whose members are reached by their path") {
  nh::Environment node = NewEnvironment();
  const JsDom module = ImportDom(node);
  const Dom dom = module.JSDOM("first");
  CHECK(module.version == "1.2.3");
  CHECK(dom.window.width == 80);
  CHECK(dom.window.document.title.Get() == "first");
  CHECK(dom.window.document.describe() == "document first");
  CHECK(module.JSDOM("second").window.document.title.Get() == "second");
}

TEST_CASE("a Property is read and written live, from any thread") {
  nh::Environment node = NewEnvironment();
  Document document = ImportDom(node).JSDOM("one").window.document;
  document.title = "two";
  CHECK(document.describe() == "document two");
  const Document& constant = document;
  constant.title = "another";
  CHECK(document.describe() == "document another");
  std::thread([&] {
    document.title = std::string("three");
    const std::string read = document.title;
    CHECK(read == "three");
  }).join();
  CHECK(node.Run([&](nh::Js&) { return document.title.Get(); }) == "three");
}

TEST_CASE("a Property that cannot be written, or no longer fits, says so") {
  nh::Environment node = NewEnvironment();
  const Document document = ImportDom(node).JSDOM("one").window.document;
  CHECK(document.readOnly == 7);
  const nh::JsError error = ErrorOf([&] { document.readOnly = 8; });
  CHECK(error.name() == "TypeError");
  CHECK(Contains(error.message(), "readOnly"));
  node.Run([&](nh::Js& js) { js.Eval("(d) => { d.title = 1; }")(document); });
  CHECK(ErrorOf([&] { static_cast<void>(document.title.Get()); }).message() ==
        "title: expected string, got number 1");
}

TEST_CASE("a Property and a Constructor after Stop throw EnvironmentStopped") {
  nh::Environment node = NewEnvironment();
  const JsDom module = ImportDom(node);
  const Document document = module.JSDOM("one").window.document;
  node.Stop();
  CHECK_THROWS_AS(module.JSDOM("two"), nh::EnvironmentStopped);
  CHECK_THROWS_AS(static_cast<void>(document.title.Get()), nh::EnvironmentStopped);
  CHECK_THROWS_AS(document.title = "x", nh::EnvironmentStopped);
}

TEST_CASE("a result is an interface again, alone, optional, in a vector and in a map") {
  nh::Environment node = NewEnvironment();
  const Window window = ImportDom(node).JSDOM("main").window;
  const Document other = window.open("other");
  other.title = "renamed";
  CHECK(window.all().size() == 2);
  CHECK(window.all()[1].title.Get() == "renamed");
  CHECK(window.byTitle().at("renamed").describe() == "document renamed");
  REQUIRE(window.find("main").has_value());
  CHECK(window.find("main")->describe() == "document main");
  CHECK_FALSE(window.find("nothing").has_value());
}

TEST_CASE("an interface passed back is the same object") {
  nh::Environment node = NewEnvironment();
  const Window window = ImportDom(node).JSDOM("main").window;
  CHECK(window.isMain(window.document));
  CHECK(window.isMain(*window.find("main")));
  CHECK_FALSE(window.isMain(window.open("other")));
  CHECK(node.Run([&](nh::Js& js) {
    return js.Eval("(a, b) => a === b")(window.document, *window.find("main")).As<bool>();
  }));
}

TEST_CASE("a Method passed back is the same function") {
  nh::Environment node = NewEnvironment();
  CHECK(node.Run([](nh::Js& js) {
    const nh::Value function = js.Eval("globalThis.f = () => 1; f");
    const auto method = function.As<nh::Method<int()>>();
    const auto callable = function.As<std::function<int()>>();
    CHECK(callable() == 1);
    return js.Eval("(...all) => all.every((g) => g === f)")(method, callable).As<bool>();
  }));
}

TEST_CASE("an interface may contain itself by its methods") {
  struct TreeNode {
    nh::Property<std::string> name;
    nh::Method<std::vector<TreeNode>()> children;
    nh::Method<std::optional<TreeNode>()> parent;
    nh::Method<void(TreeNode)> append;
  };
  nh::Environment node = NewEnvironment();
  struct Tree {
    nh::Constructor<TreeNode(std::string)> Node;
  };
  const auto tree = node.Import<Tree>("./tree.mjs");
  const TreeNode root = tree.Node("root");
  root.append(tree.Node("leaf"));
  REQUIRE(root.children().size() == 1);
  CHECK(root.children()[0].name.Get() == "leaf");
  CHECK(root.children()[0].parent()->name.Get() == "root");
  CHECK_FALSE(root.parent().has_value());
}

TEST_CASE("all missing and wrong members are named at once, with the path to them") {
  struct Wrong {
    nh::Property<double> title;
    nh::Method<void()> describe;
    nh::Method<void()> close;
  };
  struct WrongWindow {
    Wrong document;
    nh::Constructor<Wrong()> width;
  };
  struct WrongDom {
    WrongWindow window;
  };
  struct WrongModule {
    nh::Method<WrongDom(std::string)> create;
    nh::Constructor<WrongDom(std::string)> JSDOM;
  };
  nh::Environment node = NewEnvironment();
  const auto module = node.Import<WrongModule>("./dom.cjs");
  const std::string message = ErrorOf([&] { module.JSDOM("a"); }).message();
  CHECK(message ==
        "wrongDom.window.document.title: expected number, got string \"a\"; "
        "wrongDom.window.document.close: expected function, got undefined; "
        "wrongDom.window.width: expected class, got number 80");
  CHECK(Contains(ErrorOf([&] { module.create("a"); }).message(),
                 "create: result.window.document.title: "));
}

TEST_CASE("a member that an import misses is named with its module") {
  struct Path {
    nh::Method<std::string(std::string)> prase;
    nh::Method<std::string(std::string)> basename;
  };
  nh::Environment node = NewEnvironment();
  CHECK(ErrorOf([&] { node.Import<Path>("node:path"); }).message() ==
        "node:path.prase: expected function, got undefined");
  CHECK(ErrorOf([&] { node.Import<Path>("node:path", "posix"); }).message() ==
        "node:path.posix.prase: expected function, got undefined");
}

TEST_CASE("a plain field that C++ has changed stays as it is in the object that goes back") {
  nh::Environment node = NewEnvironment();
  Window window = ImportDom(node).JSDOM("a").window;
  window.width = 7;
  node.Run([&](nh::Js& js) { CHECK(js.Eval("(window) => window.width")(window).As<int>() == 80); });
}

TEST_CASE("optional members may be missing, and say so when they are called") {
  struct Path {
    nh::Method<std::string(std::string)> basename;
    nh::Method<void()> nowhere;
    nh::Constructor<Document()> Nothing;
    std::optional<nh::Method<void()>> neither;
    std::optional<nh::Method<std::string(std::string)>> dirname;
    NODEHOST_FIELDS(Path, basename, (nowhere, nh::kOptional), (Nothing, nh::kOptional), neither,
                    dirname)
  };
  nh::Environment node = NewEnvironment();
  const Path path = node.Import<Path>("node:path");
  CHECK_FALSE(static_cast<bool>(path.nowhere));
  CHECK_THROWS_WITH_AS(path.nowhere(),
                       "The optional member 'nowhere' is missing: the object has none. Test it "
                       "with `if (object.nowhere)` first.",
                       nh::HostError);
  CHECK_THROWS_AS(path.Nothing(), nh::HostError);
  CHECK_FALSE(path.neither.has_value());
  REQUIRE(path.dirname.has_value());
  CHECK((*path.dirname)("/a/b") == "/a");
}

TEST_CASE("members are renamed, and the default export is one of them") {
  struct Tree {
    nh::Method<std::string()> standard;
    nh::Method<std::string()> klass;
    NODEHOST_FIELDS(Tree, (standard, nh::JsName("default")), (klass, nh::JsName("class")))
  };
  nh::Environment node = NewEnvironment();
  const Tree tree = node.Import<Tree>("./tree.mjs");
  CHECK(tree.standard() == "default");
  CHECK(tree.klass() == "class");
}

TEST_CASE("nested namespaces are imported as structs in structs") {
  struct Posix {
    nh::Method<std::string(std::string, std::string)> join;
    std::string sep;
  };
  struct Path {
    nh::Method<std::string(std::string)> basename;
    Posix posix;
    Posix win32;
  };
  nh::Environment node = NewEnvironment();
  const Path path = node.Import<Path>("node:path");
  CHECK(path.posix.join("a", "b") == "a/b");
  CHECK(path.win32.join("a", "b") == "a\\b");
  CHECK(path.win32.sep == "\\");
}

TEST_CASE("a package that is a class is imported as a Constructor") {
  struct Emitter {
    nh::Method<int(std::string)> listenerCount;
  };
  nh::Environment node = NewEnvironment();
  CHECK(node.Import<nh::Constructor<Emitter()>>("node:events")().listenerCount("x") == 0);
}

TEST_CASE("calls inside Run are made in one hop, others are a hop each") {
  nh::Environment node = NewEnvironment();
  const Document document = ImportDom(node).JSDOM("one").window.document;
  bool other_ran = false;  // used on the JS thread, or while that waits for this one
  node.Run([&](nh::Js&) {
    node.Post([&](nh::Js&) { other_ran = true; });
    for (int i = 0; i < 100; ++i) {
      document.title = std::to_string(i);
      static_cast<void>(document.describe());
    }
    CHECK_FALSE(other_ran);  // no other job ran in between
  });
  node.Post([&](nh::Js&) { other_ran = false; });
  CHECK(document.describe() == "document 99");  // queued behind the Post
  CHECK_FALSE(other_ran);
}
