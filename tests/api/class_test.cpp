// C++ classes in JavaScript: what a described class looks like there, and what misuse says.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "support/host.hpp"
#include "support/lacks.hpp"

using test::ErrorOf;
using test::NewEnvironment;

namespace {

class Counter {
 public:
  Counter() = default;
  explicit Counter(int start) : value_(start) {
    if (start < 0) throw std::invalid_argument("start must not be negative");
  }
  Counter(std::string called, std::optional<int> start)
      : name(std::move(called)), value_(start.value_or(7)) {}

  int Increment(int by) { return value_ += by; }
  Counter& Add(int by) {
    value_ += by;
    return *this;
  }
  int value() const noexcept { return value_; }
  int GetStep() const { return step_; }
  void SetStep(int step) {
    if (step == 0) throw std::out_of_range("a step of 0");
    step_ = step;
  }
  bool SameAs(const Counter& other) const { return &other == this; }
  void Absorb(Counter& other) { value_ += std::exchange(other.value_, 0); }
  std::string Describe() const { return "number"; }
  std::string DescribeText(const std::string& text) const { return "string " + text; }
  std::string Call(nh::Js& js, const std::string& code) const {
    return js.Eval(code).As<std::string>();
  }
  int Sum(const nh::Rest<int>& numbers) const {
    return std::accumulate(numbers.begin(), numbers.end(), value_);
  }
  int Clamp(int most, std::optional<int> least) const {
    return std::clamp(value_, least.value_or(0), most);
  }
  void Open() const {
    throw std::system_error(std::make_error_code(std::errc::permission_denied), "open");
  }
  void Later(int by, const std::function<void(std::nullptr_t, int)>& callback) const {
    callback(nullptr, value_ + by);
  }
  static int Twice(int number) { return 2 * number; }
  static inline int made = 0;

  std::string name;
  const int version = 3;

 private:
  int value_ = 0;
  int step_ = 1;
};

int DescribeNumber(const Counter& counter, double number) {
  return counter.value() + static_cast<int>(number);
}

class Shape {
 public:
  virtual ~Shape() = default;
  virtual double Area() const { return 0; }
  std::string ToString() const { return "shape of " + std::to_string(static_cast<int>(Area())); }
  static std::string Kind() { return "shape"; }
};
class Square : public Shape {
 public:
  explicit Square(double length) : side(length) {}
  double Area() const override { return side * side; }
  double side;
};
class Words {
 public:
  explicit Words(std::vector<std::string> words) : words_(std::move(words)) {}
  auto begin() const { return words_.begin(); }
  auto end() const { return words_.end(); }
  void Close() { words_.clear(); }
  std::vector<std::string> ToJSON() const { return words_; }

 private:
  std::vector<std::string> words_;
};
class NoConstructor {
 public:
  int one() const { return 1; }
};
// Described with two members of one name.
enum class Clash { kProperties, kPropertyAndMethod, kMethodAndProperty, kStaticAndOwn };
template <Clash kClash>
struct Clashing {
  int value = 1;
  int other = 2;
  int Read() const { return other; }
  static int Make() { return 3; }
};

}  // namespace

template <Clash kClash>
struct nodehost::Describe<Clashing<kClash>> {
  using T = Clashing<kClash>;
  static void To(nh::Class<T>& c) {
    c.Name("Clashing").template Constructor<>();
    if constexpr (kClash == Clash::kProperties) {
      c.template Property<&T::value>().template Property<&T::other>("value");
    } else if constexpr (kClash == Clash::kPropertyAndMethod) {
      c.template Property<&T::value>().template Method<&T::Read>("value");
    } else if constexpr (kClash == Clash::kMethodAndProperty) {
      c.template Method<&T::Read>("value").template Property<&T::value>();
    } else {
      c.template Property<&T::value>().template StaticMethod<&T::Make>("value");
    }
  }
};
template <>
struct nodehost::Describe<Counter> {
  static void To(nh::Class<Counter>& c) {
    c.Constructor<>()
        .Constructor<int>()
        .Constructor<std::string, std::optional<int>>()
        .Method<&Counter::Increment>()
        .Method<&Counter::Add>()
        .Method<&Counter::SameAs>()
        .Method<&Counter::Absorb>()
        .Method<&Counter::Call>("evaluate")
        .Method<&Counter::Sum>()
        .Method<&Counter::Clamp>()
        .Method<&Counter::Open>()
        .Method<&Counter::Later>()
        .Method<&Counter::DescribeText>("describe")
        .Method<&DescribeNumber>("describe")
        .Method<&Counter::Describe>("describe")
        .Method("twice", [](const Counter& counter) { return 2 * counter.value(); })
        .StaticMethod<&Counter::Twice>()
        .StaticProperty<&Counter::made>()
        .Property<&Counter::value>()
        .Property<&Counter::name>()
        .Property<&Counter::version>()
        .Property<&Counter::GetStep, &Counter::SetStep>()
        .Constant("max", 100)
        .Constant("names", std::vector<std::string>{"a", "b"});
  }
};
template <>
struct nodehost::Describe<Shape> {
  static void To(nh::Class<Shape>& c) {
    c.Constructor<>()
        .Method<&Shape::Area>()
        .Method<&Shape::ToString>()
        .StaticMethod<&Shape::Kind>();
  }
};
template <>
struct nodehost::Describe<Square> {
  static void To(nh::Class<Square>& c) {
    c.Base<Shape>().Constructor<double>().Property<&Square::side>();
  }
};
template <>
struct nodehost::Describe<Words> {
  static void To(nh::Class<Words>& c) {
    c.Constructor<std::vector<std::string>>()
        .Iterable()
        .Method<&Words::Close>("Symbol.dispose")
        .Method("Symbol.asyncDispose",
                [](Words& words) -> nh::Task<void> {
                  words.Close();
                  co_return;
                })
        .Method<&Words::ToJSON>();
  }
};
template <>
struct nodehost::Describe<NoConstructor> {
  static void To(nh::Class<NoConstructor>& c) {
    c.Name("Abstract").Property<&NoConstructor::one>();
  }
};

namespace {

struct Module {
  nh::Class<::Counter> Counter{};
  nh::Class<::Shape> Shape{};
  nh::Class<::Square> Square{};
  nh::Class<::Words> Words{};
  nh::Class<::NoConstructor> Abstract{};
  nh::Method<double(const ::Shape&)> areaOf;
  nh::Method<std::shared_ptr<::Shape>(std::shared_ptr<::Shape>)> sameShape;
  nh::Method<double(const ::Square&)> sideOf;
};

Module NewModule() {
  return {.areaOf = [](const Shape& shape) { return shape.Area(); },
          .sameShape = [](std::shared_ptr<Shape> shape) { return shape; },
          .sideOf = [](const Square& square) { return square.side; }};
}

// `body` of a function of the module's classes, as text; what it throws as "Name: message".
std::string Eval(nh::Environment& node, std::string_view body) {
  const std::string code =
      "(m) => { 'use strict'; const {Counter, Shape, Square, Words, Abstract} = m; try { return "
      "String((() => {" +
      std::string(body) + "})()) } catch (e) { return `${e.name}: ${e.message}` } }";
  return node.Run([&](nh::Js& js) { return js.Eval(code)(NewModule()).As<std::string>(); });
}

}  // namespace

TEST_CASE("a described class is a JavaScript class") {
  nh::Environment node = NewEnvironment();
  CHECK(Eval(node, "const c = new Counter(5); c.increment(2); return c.value") == "7");
  CHECK(Eval(node, "return new Counter(1) instanceof Counter") == "true");
  CHECK(Eval(node, "return Object.prototype.toString.call(new Counter())") == "[object Counter]");
  CHECK(Eval(node, "return Counter.name + Counter.length") == "Counter0");
  CHECK(Eval(node, "return new Counter().constructor === Counter") == "true");
  CHECK(Eval(node, "return Object.keys(new Counter()).length") == "0");
  CHECK(Eval(node, "return new Counter().twice()") == "0");
}

TEST_CASE("a method that returns the object returns the same JavaScript object") {
  nh::Environment node = NewEnvironment();
  CHECK(Eval(node, "const c = new Counter(1); return c.add(1) === c && c.add(1).add(1).value") ==
        "4");
}

TEST_CASE("properties are read-only or read-write, of the object or of the class") {
  nh::Environment node = NewEnvironment();
  CHECK(Eval(node, "const c = new Counter(); c.name = 'x'; c.step = 4; return c.name + c.step") ==
        "x4");
  CHECK(Eval(node, "new Counter().value = 1").starts_with("TypeError: "));
  CHECK(Eval(node, "new Counter().version = 1").starts_with("TypeError: "));
  CHECK(Eval(node, "new Counter().name = 1") ==
        "TypeError: Counter.name: argument 1: expected string, got number 1");
  CHECK(Eval(node, "new Counter().step = 0") == "RangeError: a step of 0");
  CHECK(Eval(node, "Counter.made = 12; return Counter.made") == "12");
  CHECK(Counter::made == 12);
  CHECK(Eval(node, "return Counter.max + Counter.names[1] + Counter.twice(4)") == "100b8");
  CHECK(Eval(node, "Counter.max = 1").starts_with("TypeError: "));
}

TEST_CASE("overloads are told apart by number and type of the arguments") {
  nh::Environment node = NewEnvironment();
  CHECK(Eval(node, "return new Counter('n').value + new Counter('n', 3).name") == "7n");
  CHECK(Eval(node,
             "const c = new Counter(2);"
             "return [c.describe(), c.describe('s'), c.describe(1.5)]") == "number,string s,3");
  CHECK(Eval(node, "new Counter(true)") ==
        "TypeError: Counter: expected () or (number) or (string, number?), got (boolean true)");
  CHECK(Eval(node, "new Counter(1, 2, 3)").starts_with("TypeError: Counter: expected () or "));
}

TEST_CASE("methods take optional arguments, and any number of them") {
  nh::Environment node = NewEnvironment();
  CHECK(Eval(node,
             "const c = new Counter(5);"
             "return [c.sum(), c.sum(1, 2, 3), c.clamp(3), c.clamp(20, 9), c.clamp(9, undefined)]"
             ".concat([c.sum.length, c.clamp.length])") == "5,11,3,9,5,0,1");
  CHECK(Eval(node, "new Counter().sum(1, 'x')") ==
        "TypeError: Counter.sum: argument 2: expected number, got string \"x\"");
}

TEST_CASE("a method with a Node callback as its last argument can be made one of promises") {
  nh::Environment node = NewEnvironment();
  const std::string text = node.Run([](nh::Js& js) -> nh::Task<std::string> {
    nh::Value sum = co_await js.Eval(
        "async ({ Counter }) => { const later = require('util').promisify("
        "Counter.prototype.later); return await later.call(new Counter(2), 3) }")(Module{});
    co_return sum.ToString();
  });
  CHECK(text == "5");
}

TEST_CASE("misuse is a TypeError that says what was wrong") {
  nh::Environment node = NewEnvironment();
  CHECK(Eval(node, "Counter(1)") ==
        "TypeError: Class constructor Counter cannot be invoked without 'new'");
  CHECK(Eval(node, "Counter.prototype.increment.call({}, 1)") ==
        "TypeError: Counter.increment: expected a Counter as `this`, got object");
  CHECK(Eval(node, "const { increment } = new Counter(); increment(1)") ==
        "TypeError: Counter.increment: expected a Counter as `this`, got none");
  CHECK(Eval(node, "Object.create(Counter.prototype).increment(1)")
            .starts_with("TypeError: Counter.increment: expected a Counter"));
  CHECK(Eval(node, "Counter.prototype.value").starts_with("TypeError: Counter.value: expected a"));
  CHECK(Eval(node, "new Proxy(new Counter(), {}).increment(1)").starts_with("TypeError: "));
  CHECK(Eval(node, "Counter.prototype.increment.call(new Shape(), 1)") ==
        "TypeError: Counter.increment: expected a Counter as `this`, got object Shape");
  CHECK(Eval(node, "new Counter().increment('x')") ==
        "TypeError: Counter.increment: argument 1: expected number, got string \"x\"");
  CHECK(Eval(node, "new Counter().absorb({})") ==
        "TypeError: Counter.absorb: argument 1: expected Counter, got object");
  CHECK(Eval(node, "new new Counter().increment(1)").starts_with("TypeError: "));
  CHECK(Eval(node, "Reflect.construct(Object, [], Counter).increment(1)")
            .starts_with("TypeError: Counter.increment: expected a Counter"));
  CHECK(Eval(node,
             "const odd = Reflect.construct(Counter, [3], Shape);"
             "return [odd instanceof Shape, Counter.prototype.increment.call(odd, 1)]") ==
        "true,4");
  CHECK(Eval(node, "return new (new Proxy(Counter, {}))(6).value") == "6");
  CHECK(Eval(node, "new Abstract()") ==
        "TypeError: Abstract cannot be made in JavaScript: it has no constructor");
}

TEST_CASE("what C++ throws is an Error of the fitting kind") {
  nh::Environment node = NewEnvironment();
  CHECK(Eval(node, "new Counter(-1)") == "TypeError: start must not be negative");
  CHECK(Eval(node,
             "let made; class Bad extends Counter { constructor() { try { super(-1) } catch {}"
             "made = () => this; } }; new Bad()")
            .starts_with("ReferenceError: "));
}

TEST_CASE("an error of the system has the fields that Node's own have") {
  nh::Environment node = NewEnvironment();
  CHECK(Eval(node,
             "try { new Counter().open() } catch (e) {"
             "return [e instanceof Error, e.code, e.errno, e.syscall] }") ==
        "true,EACCES,-13,open");
}

TEST_CASE("JavaScript classes extend a described one") {
  nh::Environment node = NewEnvironment();
  CHECK(Eval(node,
             "class Mine extends Counter { #own = 1; constructor() { super(10) }"
             " increment(by) { return super.increment(by) + this.#own } }"
             "const m = new Mine();"
             "return [m.increment(5), m.value, m instanceof Counter, m.absorb(new Mine())]") ==
        "16,15,true,");
  CHECK(Eval(node, "class Mine extends Counter { constructor() {} }; new Mine()")
            .starts_with("ReferenceError: "));
  CHECK(Eval(node, "class Mine extends Counter {}; return Mine.twice(2) + new Mine(3).value") ==
        "7");
}

TEST_CASE("described classes inherit from each other") {
  nh::Environment node = NewEnvironment();
  CHECK(Eval(node, "const s = new Square(3); return [s.area(), s instanceof Shape, `${s}`]") ==
        "9,true,shape of 9");
  CHECK(Eval(node, "return Object.getPrototypeOf(Square) === Shape && Square.kind()") == "shape");
  CHECK(
      Eval(node, "Object.getOwnPropertyDescriptor(Square.prototype, 'side').get.call(new Shape())")
          .starts_with("TypeError: Square.side: expected a Square"));
}

TEST_CASE("an object is given where its base is taken, and stays the same object") {
  nh::Environment node = NewEnvironment();
  CHECK(Eval(node,
             "const s = new Square(3); return [m.areaOf(s), m.areaOf(new (class extends Square {"
             "})(2)), m.sameShape(s) === s, m.sideOf(s)]") == "9,4,true,3");
  CHECK(Eval(node, "m.sideOf(new Shape())").ends_with("expected Square, got object Shape"));
  CHECK(Eval(node, "m.sideOf(m.sameShape(new Shape()))").starts_with("TypeError: "));
}

template <Clash kClash>
struct ClashModule {
  nh::Class<::Clashing<kClash>> Clashing;
};

TEST_CASE("two members of one name are refused, each time that the class is asked for") {
  nh::Environment node = NewEnvironment();
  const auto refuses = [&](auto module, const char* text) {
    for (int i = 0; i < 2; ++i) {
      CHECK_THROWS_WITH_AS(
          node.Run([&](nh::Js& js) { js.Eval("(m) => new m.Clashing().value")(module); }), text,
          nh::HostError);
    }
  };
  refuses(ClashModule<Clash::kProperties>{},
          "The property 'value' of the class Clashing is described twice; give one of them another "
          "name.");
  constexpr const char* kBoth =
      "'value' of the class Clashing is described as a method and as a property; give one of them "
      "another name.";
  refuses(ClashModule<Clash::kPropertyAndMethod>{}, kBoth);
  refuses(ClashModule<Clash::kMethodAndProperty>{}, kBoth);
  // One of the class and one of its objects are two.
  CHECK(node.Run([](nh::Js& js) {
    return js
        .Eval("(m) => new m.Clashing().value + m.Clashing.value()")(
            ClashModule<Clash::kStaticAndOwn>{})
        .As<int>();
  }) == 4);
}

TEST_CASE("an iterable class works in for-of, JSON and using") {
  nh::Environment node = NewEnvironment();
  CHECK(Eval(node, "return [...new Words(['a', 'b'])].join('-')") == "a-b");
  CHECK(Eval(node, "return JSON.stringify({ w: new Words(['a']) })") == R"({"w":["a"]})");
  CHECK(Eval(node, "const w = new Words(['a']); w[Symbol.dispose](); return [...w].length") == "0");
}

TEST_CASE("Symbol.asyncDispose is an async method") {
  nh::Environment node = NewEnvironment();
  const std::string text = node.Run([](nh::Js& js) -> nh::Task<std::string> {
    nh::Value left = co_await js.Eval(
        "async ({ Words }) => { const w = new Words(['a']);"
        " const closed = w[Symbol.asyncDispose]();"
        " return `${closed instanceof Promise} ${await closed} ${[...w].length}` }")(Module{});
    co_return left.As<std::string>();
  });
  CHECK(text == "true undefined 0");
}

TEST_CASE("an exported object is hidden by a Proxy, and shown by its handler") {
  nh::Environment node = NewEnvironment();
  CHECK(Eval(node, "new Counter().sameAs(new Proxy(new Counter(), {}))") ==
        "TypeError: Counter.sameAs: argument 1: expected Counter, got object");
  CHECK(Eval(node,
             "const c = new Counter(4);"
             "const p = new Proxy(c, { get: (t, k) => typeof t[k] === 'function' ? t[k].bind(t) :"
             " t[k] }); return [p.increment(1), p.value, p instanceof Counter]") == "5,5,true");
}

TEST_CASE("an exported object cannot be cloned, and takes elements as any object") {
  nh::Environment node = NewEnvironment();
  const std::string refused = std::string("DataCloneError: Cannot ") +
                              (test::NodeMajor() < 22 ? "transfer" : "clone") +
                              " object of unsupported type.";
  CHECK(Eval(node, "structuredClone(new Counter())") == refused);
  CHECK(Eval(node, "structuredClone({ list: [new (class extends Counter {})()] })") == refused);
  CHECK(Eval(node, "new MessageChannel().port1.postMessage(new Counter())") == refused);
  CHECK(Eval(node, R"js(
    const counter = new Counter();
    const before = 0 in counter || counter[0] !== undefined;
    counter[0] = 'a';
    counter.own = 1;
    return [before, counter[0], Object.keys(counter), delete counter[0], 0 in counter].join())js") ==
        "false,a,0,own,true,false");
  CHECK(Eval(node, R"js(
    const frozen = Object.freeze(Object.assign(new Counter(2), { own: 1 }));
    try { frozen.own = 2; } catch {}
    frozen.increment(1);
    const sealed = new (class extends Counter { constructor() { super(); Object.seal(this); } })();
    return [frozen.own, frozen.value, Object.isFrozen(frozen), Object.isSealed(sealed),
            Object.isExtensible(Object.preventExtensions(new Counter()))].join())js") ==
        "1,3,true,true,false");
}

TEST_CASE("garbage is collected while objects are constructed") {
  nh::Environment node = NewEnvironment();
  CHECK(Eval(node,
             "require('v8').setFlagsFromString('--expose-gc');"
             "globalThis.collect = require('vm').runInNewContext('gc');"
             "const name = { toString() { collect(); return 'n'; } };"
             "class Mine extends Counter { constructor(n) { collect(); super(n); collect(); } }"
             "let sum = 0; for (let i = 0; i < 5; i++) { const m = new Mine(i); collect();"
             " m.name = `${name}`; sum += m.value + m.name.length; } return sum") == "15");
}

TEST_CASE("an object of one environment is none in another") {
  nh::Environment one = NewEnvironment();
  nh::Environment two = NewEnvironment();
  const nh::Method<int(int)> increment = one.Run([](nh::Js& js) {
    return js
        .Eval("(m) => { const c = new m.Counter(1); return (by) => c.increment(by) }")(Module{})
        .As<nh::Method<int(int)>>();
  });
  CHECK(two.Run([&](nh::Js& js) {
    return js
        .Eval("(increment, m) => increment(2) + new m.Counter(1).value")(
            std::function<int(int)>([&](int by) { return increment(by); }), Module{})
        .As<int>();
  }) == 4);
}

TEST_CASE("the class is the same each time, and another in each environment") {
  nh::Environment one = NewEnvironment();
  nh::Environment two = NewEnvironment();
  for (nh::Environment* node : {&one, &two}) {
    CHECK(node->Run([](nh::Js& js) {
      return js.Eval("(a, b) => a.Counter === b.Counter")(Module{}, Module{}).As<bool>();
    }));
    CHECK(Eval(*node, "return new Counter(3).value") == "3");
  }
}

TEST_CASE("a method may be handed the Js") {
  nh::Environment node = NewEnvironment();
  CHECK(Eval(node, "return new Counter().evaluate('`${1 + 1}`')") == "2");
  CHECK(Eval(node, "return Counter.prototype.evaluate.length") == "1");
}

TEST_CASE("names are JavaScript's") {
  using nh::detail::CamelCase;
  using nh::detail::PropertyName;
  CHECK(CamelCase("Increment") == "increment");
  CHECK(CamelCase("ToJSON") == "toJSON");
  CHECK(CamelCase("URLOf") == "urlOf");
  CHECK(CamelCase("max_size") == "maxSize");
  CHECK(CamelCase("URL") == "url");
  CHECK(PropertyName("GetName") == "name");
  CHECK(PropertyName("get_name") == "name");
  CHECK(PropertyName("getter") == "getter");
}
