// C++ virtual functions that JavaScript overrides.
#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "support/host.hpp"

using test::NewEnvironment;

namespace {

class Shape {
 public:
  explicit Shape(std::string name) : name_(std::move(name)) { ++alive; }
  Shape(const Shape&) = delete;
  virtual ~Shape() { --alive; }
  virtual double Area() const = 0;
  virtual std::string GetName() const { return name_; }
  virtual int Sides(int least) { return least; }
  virtual void Draw(const std::string&) {}
  // What calls them.
  std::string ToString() const { return GetName() + " of " + std::to_string(int(Area())); }

  static inline int alive = 0;

 private:
  std::string name_;
};

class ShapeInJs final : public Shape, public nh::Overridable {
 public:
  using Shape::Shape;
  double Area() const override { return Override<&Shape::Area>(); }
  std::string GetName() const override {
    return OverrideOr<&Shape::GetName, "name">([this] { return Shape::GetName(); });
  }
  int Sides(int least) override {
    return OverrideOr<&Shape::Sides>([&] { return Shape::Sides(least); }, least);
  }
  void Draw(const std::string& on) override {
    OverrideOr<&Shape::Draw>([&] { Shape::Draw(on); }, on);
  }
};

struct Shapes {
  nh::Class<::Shape> Shape{};
  nh::Method<double(const ::Shape&)> areaOf = [](const ::Shape& shape) { return shape.Area(); };
  nh::Method<int(::Shape&, int)> sidesOf = [](::Shape& s, int least) { return s.Sides(least); };
  nh::Method<void(::Shape&)> draw = [](::Shape& shape) { shape.Draw("paper"); };
  nh::Method<void(std::unique_ptr<::Shape>)> take = [](const std::unique_ptr<::Shape>&) {};
  nh::Method<void(std::shared_ptr<::Shape>)> keep{};
  nh::Method<std::shared_ptr<::Shape>()> kept{};
};

// An environment with the module `m`, and the shape that JavaScript has given to keep().
struct Drawing {
  Drawing() {
    Shapes shapes;
    shapes.keep = [kept = kept](const std::shared_ptr<Shape>& shape) { *kept = shape; };
    shapes.kept = [kept = kept] { return *kept; };
    node.AddModule({"app:shapes", std::move(shapes)});
    Eval(R"js(
      globalThis.m = require('app:shapes');
      globalThis.Circle = class Circle extends m.Shape {
        constructor(radius) { super('circle'); this.radius = radius; }
        area() { return 3 * this.radius ** 2; }
      };
      globalThis.Named = class Named extends Circle {
        get name() { return `a ${super.name}`; }
        sides(least) { return 1 + super.sides(least + 10); }
        draw(on) { this.drawn = on; }
      };
      globalThis.ErrorOf = (f) => { try { f(); } catch (e) { return `${e}`; } };)js");
  }
  std::string Eval(const std::string& code) {
    return node.Run([&](nh::Js& js) { return js.Eval(code).ToString(); });
  }

  std::shared_ptr<std::shared_ptr<Shape>> kept = std::make_shared<std::shared_ptr<Shape>>();
  nh::Environment node = NewEnvironment();
};

// One that keeps itself, and asks JavaScript as it goes.
struct Plug : std::enable_shared_from_this<Plug> {
  virtual ~Plug() = default;
  virtual int Number() const { return 1; }
  virtual std::string ToString() const { return "a plug"; }
};
struct PlugInJs final : Plug, nh::Overridable {
  ~PlugInJs() override { last = PlugInJs::Number(); }
  int Number() const override {
    return OverrideOr<&Plug::Number>([this] { return Plug::Number(); });
  }
  std::string ToString() const override {
    return OverrideOr<&Plug::ToString>([this] { return Plug::ToString(); });
  }
  static inline int last = 0;
};
struct Plugs {
  nh::Class<::Plug> Plug{};
  nh::Method<std::string(const ::Plug&)> textOf = [](const ::Plug& plug) {
    return plug.ToString();
  };
  nh::Method<void(::Plug&)> keep{};
  nh::Method<int()> number{};
  nh::Method<void(std::shared_ptr<::Plug>)> watch{};
};

}  // namespace

template <>
struct nodehost::Describe<Plug> {
  static void To(nh::Class<Plug>& c) { c.ExtendedAs<PlugInJs>().Method<&Plug::Number>(); }
};
template <>
struct nodehost::Describe<Shape> {
  static void To(nh::Class<Shape>& c) {
    c.ExtendedAs<ShapeInJs, std::string>()
        .Method<&Shape::Area>()
        .Property<&Shape::GetName>()
        .Method<&Shape::Sides>()
        .Method<&Shape::ToString>();
  }
};

TEST_CASE("C++ calls what JavaScript overrides by a reference to the base") {
  Drawing d;
  CHECK(d.Eval("m.areaOf(new Circle(2))") == "12");
  CHECK(d.Eval("new Circle(2).toString()") == "circle of 12");
  CHECK(d.Eval("new Named(2).toString()") == "a circle of 12");
  CHECK(d.Eval("m.sidesOf(new Circle(1), 3)") == "3");
  CHECK(d.Eval("m.sidesOf(new Named(1), 3)") == "14");
  CHECK(d.Eval("new Named(1).sides(3)") == "14");
  // One that C++ has not exported.
  CHECK(d.Eval("const named = new Named(1); m.draw(new Circle(1)); m.draw(named); named.drawn") ==
        "paper");
}

TEST_CASE("a class that has virtual functions for JavaScript alone is abstract") {
  Drawing d;
  CHECK(d.Eval("ErrorOf(() => new m.Shape('x'))") ==
        "TypeError: Shape is abstract: only a class that extends it can be made");
  CHECK(
      d.Eval("class Nothing extends m.Shape {}; globalThis.nothing = new Nothing('none');"
             "ErrorOf(() => m.areaOf(nothing))") ==
      "TypeError: area: C++ has no such function, and the JavaScript class has none, or its object "
      "is gone");
  CHECK(
      d.Eval("ErrorOf(() => nothing.area())") ==
      "TypeError: area: C++ has no such function, and the JavaScript class has none, or its object "
      "is gone");
  CHECK(d.Eval("nothing.name") == "none");
  CHECK(d.Eval("ErrorOf(() => new Nothing(1))").find("expected string") != std::string::npos);
  CHECK(nh::TypeScript<Shapes>("app:shapes")
            .find("export abstract class Shape {\n"
                  "    constructor(a: string);\n") != std::string::npos);
}

TEST_CASE("what an override throws, and what does not fit, is an error of C++ and JavaScript") {
  Drawing d;
  CHECK(d.Eval(R"js(
    class Broken extends m.Shape { area() { throw new RangeError('no area'); } }
    class Wrong extends m.Shape { area() { return 'wide'; } }
    class Plain extends m.Shape { sides = 4; }
    [ErrorOf(() => m.areaOf(new Broken('b'))), ErrorOf(() => m.areaOf(new Wrong('w'))),
     ErrorOf(() => m.sidesOf(new Plain('p'), 1))].join())js") ==
        "RangeError: no area,TypeError: area: expected number, got string \"wide\","
        "TypeError: sides is not a function");
}

TEST_CASE(
    "any thread calls an override, and the share that C++ keeps keeps the JavaScript object") {
  Drawing d;
  d.Eval("m.keep(new Named(2)); m.kept().mark = 'mine'");
  d.node.CollectGarbage();
  CHECK(d.node.Run([](nh::Js& js) { return js.CppObjects(); }) == 1);
  CHECK((*d.kept)->Area() == 12);
  CHECK((*d.kept)->ToString() == "a circle of 12");
  CHECK(d.Eval("m.kept().mark") == "mine");
  const std::shared_ptr<Shape> shape = std::exchange(*d.kept, nullptr);
  d.node.Stop();
  CHECK_THROWS_AS(static_cast<void>(shape->Area()), nh::EnvironmentStopped);
  CHECK(Shape::alive == 1);
}

TEST_CASE("an overriding object goes when neither side can reach it") {
  Drawing d;
  d.Eval("m.keep(new Named(2))");
  *d.kept = nullptr;
  for (int i = 0; i < 3 && Shape::alive > 0; ++i) {
    d.Eval("0");
    d.node.CollectGarbage();
  }
  CHECK(Shape::alive == 0);
  CHECK(d.Eval("ErrorOf(() => m.take(new Circle(1)))") ==
        "TypeError: Shape cannot be handed over to C++ as a std::unique_ptr, because its methods "
        "are JavaScript's; C++ can take it as a std::shared_ptr");
}

TEST_CASE("an override ends with the JavaScript object, also in the job that collects it") {
  std::shared_ptr<Plug> kept;
  std::weak_ptr<Plug> watched;
  Plugs plugs;
  plugs.keep = [&](Plug& plug) { kept = plug.shared_from_this(); };
  plugs.number = [&] { return kept->Number(); };
  plugs.watch = [&](const std::shared_ptr<Plug>& plug) { watched = plug; };
  nh::Environment node = NewEnvironment();
  node.AddModule({"app:plugs", plugs});
  const auto eval = [&](const char* code) {
    return node.Run([&](nh::Js& js) { return js.Eval(code).ToString(); });
  };
  eval(
      "globalThis.m = require('app:plugs');"
      "globalThis.Seven = class extends m.Plug { number() { return 7; } }");
  // That of all objects is no override, one of a class is.
  CHECK(eval("m.textOf(new Seven())") == "a plug");
  CHECK(eval("m.textOf(new (class extends m.Plug { toString() { return 'mine'; } })())") == "mine");
  // The object is collected before its holder goes.
  CHECK(eval("m.keep(new Seven()); const garbage = []; let i = 0;"
             "for (; i < 1e6 && m.number() === 7; i++) garbage[i % 2000] = new Array(1000).fill(i);"
             "`${m.number()} ${i < 1e6}`") == "1 true");
  kept = nullptr;
  // A share that is kept has one control block with all others.
  eval("globalThis.seven = new Seven(); m.watch(seven)");
  CHECK(watched.expired());
  const auto take = [&] {
    return node.Run([](nh::Js& js) { return js.Global()["seven"].As<std::shared_ptr<Plug>>(); });
  };
  {
    const std::shared_ptr<Plug> first = take();
    const std::shared_ptr<Plug> second = take();
    CHECK((!first.owner_before(second) && !second.owner_before(first)));
    CHECK(first->Number() == 7);
  }
  PlugInJs::last = 0;
  eval("globalThis.at_the_end = new Seven()");
  node.Stop();
  CHECK(PlugInJs::last == 1);  // C++'s own
}

TEST_CASE("an object that C++ has made itself has no override") {
  ShapeInJs shape("made by C++");
  CHECK(shape.GetName() == "made by C++");
  CHECK_THROWS_WITH_AS(static_cast<void>(shape.Area()),
                       "TypeError: area is a virtual function that only JavaScript implements, and "
                       "JavaScript has not made this object, or its constructor has not returned",
                       nh::JsError);
}
