// A user's program that touches each kind of template in the public headers. It is compiled as
// users compile: with their warnings, standards and flags, see CMakeLists.txt.
#include <nodehost/nodehost.hpp>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <variant>
#include <vector>

namespace nh = nodehost;

struct Point {
  double x = 0, y = 0;
  NODEHOST_FIELDS(Point, x, y)
};

struct Track {
  std::string name;
  std::vector<Point> points;
  std::optional<std::string> note;
  std::map<std::string, std::variant<std::int32_t, std::string>> tags;
  NODEHOST_FIELDS(Track, name, points, note, tags)
};

struct Path {
  nh::Method<std::string(std::string, std::string)> join;
  nh::Property<std::string> sep;
  NODEHOST_FIELDS(Path, join, sep)
};

struct Timers {
  nh::Method<nh::Task<std::string>(int, std::string)> setTimeout;
  NODEHOST_FIELDS(Timers, setTimeout)
};

class Shape {
 public:
  Shape() = default;
  Shape(const Shape&) = default;
  Shape& operator=(const Shape&) = default;
  virtual ~Shape() = default;
  virtual std::string Name() const { return "shape"; }
};

class Circle : public Shape {
 public:
  explicit Circle(double radius) : radius_(radius) {}
  std::string Name() const override { return "circle"; }
  double radius() const { return radius_; }

 private:
  double radius_;
};

struct Shapes {
  nh::Class<::Circle> Circle;
  nh::Method<std::shared_ptr<Shape>(double)> make;
  nh::Method<double(const std::vector<Point>&, std::function<double(double)>)> fold;
  NODEHOST_FIELDS(Shapes, Circle, make, fold)
};

template <>
struct nodehost::Describe<Shape> {
  static void To(nh::Class<Shape>& description) { description.Method<&Shape::Name>(); }
};

template <>
struct nodehost::Describe<Circle> {
  static void To(nh::Class<Circle>& description) {
    description.Base<Shape>().Constructor<double>().Property<&Circle::radius>();
  }
};

std::shared_ptr<Shape> MakeCircle(double radius) { return std::make_shared<Circle>(radius); }

double Fold(const std::vector<Point>& points, std::function<double(double)> f) {
  double sum = 0;
  for (const Point& point : points) sum += f(point.x * point.y);
  return sum;
}

class OutOfPaper : public nh::JsError {
 public:
  OutOfPaper() : JsError(nh::JsErrorData{.name = "OutOfPaper", .message = "none"}) {}
};

class DiskFull : public std::system_error {
 public:
  DiskFull() : system_error(ENOSPC, std::generic_category(), "write") {}
};

// Exceptions of classes whose vtables this program has, too.
void PassErrorsOn(nh::Environment& node) {
  const auto text = node.Run([](nh::Js& js) {
    js.Global().Set("attempt", [](const std::function<void()>& work) {
      try {
        work();
      } catch (const nh::JsError& error) {
        const nh::JsError copy = error;
        throw copy;
      }
    });
    js.Global().Set("derived", []() { throw OutOfPaper(); });
    js.Global().Set("system", []() { throw DiskFull(); });
    return js
        .Eval(R"(const thrown = new Error('first');
          const caught = (f) => { try { f() } catch (error) { return error } };
          [caught(() => attempt(() => { throw thrown })) === thrown, caught(derived).name,
           caught(() => attempt(derived)).message, caught(system).code].join())")
        .As<std::string>();
  });
  std::printf("%s\n", text.c_str());
}

#if defined(NODEHOST_SAMPLE_OF_A_WARNING)
int Narrowed(double value) { return value; }
#endif

int main() {
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment();
  const auto path = node.Import<Path>("node:path");
  const auto timers = node.Import<Timers>("node:timers/promises");
  node.AddModule({"app:shapes", Shapes{.Circle = {}, .make = MakeCircle, .fold = Fold}});

  const Track track{"t", {{1, 2}, {3, 4}}, std::nullopt, {{"a", 1}, {"b", "c"}}};
  const auto text = node.Run([&](nh::Js& js) {
    nh::Function f = js.Eval(R"((track, { Circle, make, fold }) => [
        track.name, track.points.length, track.note === undefined, track.tags.b, new Circle(2).radius,
        make(3).name(), fold(track.points, (x) => 2 * x)].join())")
                         .As<nh::Function>();
    return f(track, js.Import("app:shapes")).As<std::string>();
  });
  std::printf("%s %s\n", text.c_str(), path.join("a", "b").c_str());

  const auto later = node.Run([](nh::Js& js) -> nh::Task<int> {
    const nh::Value value = co_await js.Eval("Promise.resolve(42)");
    co_return value.As<int>();
  });
  std::printf("%d %s\n", later, timers.setTimeout(1, "done").Get().c_str());
  try {
    node.Run([](nh::Js& js) { js.Eval("null.member"); });
  } catch (const nh::JsError& error) {
    std::printf("%s\n", std::string(error.name()).c_str());
  }
  PassErrorsOn(node);
}
