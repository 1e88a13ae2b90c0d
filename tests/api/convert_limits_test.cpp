// What data from JavaScript may do to C++: be endless, claim to be huge, throw, change meanwhile.
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "support/convert.hpp"

using test::CheckBothWays;
using test::Eval;
using test::NewEnvironment;

namespace {

struct Tree {
  std::vector<Tree> children;
};
struct Json {
  std::variant<double, std::vector<Json>> value;
};
struct Node {
  std::map<std::string, Node> next;
};

// Two alternatives that a value can only be told apart by at its end.
struct Left;
struct Right;
using Either = std::variant<Left, Right>;
struct Left {
  std::vector<Either> next;
  double tag = 0;
};
struct Right {
  std::vector<Either> next;
  std::string tag;
};

template <class T>
std::string ErrorFrom(std::string_view code) {
  return NewEnvironment().Run([&](nh::Js& js) { return test::BothWays<T>(js, code); });
}

}  // namespace

TEST_CASE("a ring is an error") {
  const std::string error = ErrorFrom<Tree>(
      "(() => { const t = {children: []};"
      " t.children.push(t); return t; })()");
  CHECK(error.starts_with("RangeError: tree.children[0].children[0]"));
  CHECK(error.ends_with(": nested more than 500 deep; is it a ring?"));
  CHECK(error.size() < 400);
  CHECK(ErrorFrom<Node>("(() => { const n = {next: {}}; n.next.n = n; return n; })()")
            .ends_with(": nested more than 500 deep; is it a ring?"));
}

TEST_CASE("an array nested 100,000 deep is an error") {
  const std::string code =
      "(() => { let a = {value: 1};"
      " for (let i = 0; i < 100000; i++) a = {value: [a]};"
      " return a; })()";
  CHECK(ErrorFrom<Json>(code).find("nested more than 500 deep") != std::string::npos);
}

TEST_CASE("a union of recursive alternatives takes no exponential time") {
  const std::string code =
      "((end) => { let a = {next: [], tag: end};"
      " for (let i = 0; i < 200; i++) a = {next: [a], tag: end};"
      " return a; })";
  CHECK(test::Read<Either>(code + "('text')").index() == 1);
  CHECK(test::Read<Either>(code + "(1)").index() == 0);
  const std::string error = ErrorFrom<Either>(code + "(true)");
  CHECK(error.starts_with("TypeError: value: expected Left | Right, got object; "));
  CHECK(error.size() < 100'000);
}

TEST_CASE("C++ data nested too deep is an error, and at the limit it goes both ways") {
  nh::Environment node = NewEnvironment();
  const auto deep = [](int levels) {
    Tree tree;
    for (int i = 1; i < levels; ++i) {
      Tree outer;
      outer.children.push_back(std::move(tree));
      tree = std::move(outer);
    }
    return tree;
  };
  const auto depth_of = [](const Tree& tree) {
    int depth = 1;
    for (const Tree* at = &tree; !at->children.empty(); at = &at->children[0]) ++depth;
    return depth;
  };
  // A Tree counts twice: the struct and its vector.
  node.Run([&](nh::Js& js) {
    CHECK(depth_of(nh::Value::From(js, deep(250)).As<Tree>()) == 250);
    const nh::JsError error = test::ErrorOf([&] { nh::Value::From(js, deep(251)); });
    CHECK(error.name() == "RangeError");
    CHECK(error.message().ends_with("nested more than 500 deep; is it a ring?"));
  });
}

TEST_CASE("depth is counted anew after each part") {
  CheckBothWays<std::vector<std::vector<int>>>(
      {{"Array.from({length: 1000}, () => [1]).slice(-1)", "[ [ 1 ] ]"}});
  const auto many = NewEnvironment().Run([](nh::Js& js) {
    return Eval(js, "Array.from({length: 1000}, () => ({children: [{children: []}]}))")
        .As<std::vector<Tree>>();
  });
  CHECK(many.size() == 1000);
}

TEST_CASE("a sparse array that claims 4,294,967,295 elements is refused at the first hole") {
  CheckBothWays<std::vector<double>>(
      {{"new Array(4294967295)", "TypeError: value[0]: expected number, got undefined"},
       {"Object.assign([1, 2], {length: 4294967295})",
        "TypeError: value[2]: expected number, got undefined"}});
}

TEST_CASE("what a getter or a proxy throws comes out as it is") {
  CheckBothWays<Tree>(
      {{"{get children() { throw new RangeError('mine'); }}", "RangeError: mine"},
       {"new Proxy({}, {get() { throw new Error('trap'); }})", "Error: trap"},
       {"(() => { const p = Proxy.revocable({}, {}); p.revoke(); return p.proxy; })()",
        "TypeError: Cannot perform 'get' on a proxy that has been revoked"}});
  CheckBothWays<std::map<std::string, int>>(
      {{"new Proxy({}, {ownKeys() { throw new Error('keys'); }})", "Error: keys"},
       {"{get a() { throw new Error('getter'); }}", "Error: getter"}});
  CheckBothWays<std::vector<int>>(
      {{"new Proxy([1], {get(t, k) { if (k === '0') throw new Error('item'); return t[k]; }})",
        "Error: item"},
       {"Object.defineProperty([], 0, {get() { throw new Error('element'); }})",
        "Error: element"}});
}

TEST_CASE("a getter that shrinks the array meanwhile leaves holes, not stale memory") {
  CheckBothWays<std::vector<int>>(
      {{"(() => { const a = [1, 2, 3];"
        " Object.defineProperty(a, 0, {get() { a.length = 1; return 1; }}); return a; })()",
        "TypeError: value[1]: expected number, got undefined"}});
}

TEST_CASE("a proxy may lie about its length") {
  CheckBothWays<std::vector<int>>(
      {{"new Proxy([1], {get: (t, k) => k === 'length' ? -1 : 1})",
        "TypeError: value: expected number[], got object"},
       {"new Proxy([1], {get: (t, k) => k === 'length' ? 2 : 7})", "[ 7, 7 ]"}});
}

TEST_CASE("data of an iframe-like other context is data") {
  CheckBothWays<std::vector<int>>({{"require('vm').runInNewContext('[1, 2]')", "[ 1, 2 ]"}});
  CheckBothWays<Tree>({{"require('vm').runInNewContext('({children: []})')", "{ children: [] }"}});
}
