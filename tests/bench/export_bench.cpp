// The rows `export` and `leaf` of js_to_cpp: C++ given to JavaScript by libnodehost.
#include <functional>
#include <optional>
#include <utility>

#include "js_to_cpp.hpp"

namespace bench {

namespace {

class Counter {
 public:
  explicit Counter(std::int32_t start) : value_(start) {}
  std::int32_t Increment(std::int32_t by) { return value_ += by; }
  std::int32_t value() const { return value_; }

 private:
  std::int32_t value_;
};

// The same class, described with leaves.
class LeafCounter : public Counter {
 public:
  using Counter::Counter;
  std::int32_t Increment(std::int32_t by) { return Counter::Increment(by); }
};

double Add(double a, double b) noexcept { return a + b; }
std::uint32_t Length(const std::string& text) { return static_cast<std::uint32_t>(text.size()); }
double Weigh(const Record& record) { return record.weight; }
void ForEach(std::int32_t count, const std::function<void(std::int32_t)>& callback) {
  for (std::int32_t i = 0; i < count; ++i) callback(i);
}
std::function<std::int32_t(std::int32_t)> MakeCallback() {
  return [](std::int32_t i) { return i; };
}

struct Api {
  nh::Class<bench::Counter> Counter;
  nh::Method<double(double, double)> add;
  nh::Method<std::uint32_t(std::string)> length;
  nh::Method<double(Record)> weigh;
  nh::Method<void(std::int32_t, std::function<void(std::int32_t)>)> forEach;
  nh::Method<std::function<std::int32_t(std::int32_t)>()> makeCallback;
};
struct LeafApi {
  nh::Class<LeafCounter> Counter;
  nh::Method<double(double, double)> add;
};

// A medium-sized object, in and out.
struct Names {
  std::string first;
  std::string last;
};
struct Medium {
  std::string text;
  std::int32_t id = 0;
  double weight = 0;
  bool valid = false;
  double ratio = 0;
  Names names;
  std::vector<std::uint8_t> buffer;
  std::vector<std::string> tags;
};
struct MediumApi {
  nh::Method<Medium(Medium)> work;
};
Medium Work(Medium medium) {
  ++medium.id;
  medium.names.first = "another";
  medium.tags[0] = "first of all";
  return medium;
}
constexpr const char* kMediumInJs =
    "({ work({ text, id, weight, valid, ratio, names, buffer, tags }) {"
    " const result = { text, id: id + 1, weight, valid, ratio, names: { ...names },"
    " buffer: Buffer.from(buffer), tags: [...tags] };"
    " result.names.first = 'another'; result.tags[0] = 'first of all'; return result; } })";

}  // namespace

}  // namespace bench

template <>
struct nodehost::Describe<bench::Counter> {
  static void To(nh::Class<bench::Counter>& c) {
    c.Constructor<std::int32_t>()
        .Method<&bench::Counter::Increment>()
        .Property<&bench::Counter::value>();
  }
};
template <>
struct nodehost::Describe<bench::LeafCounter> {
  static void To(nh::Class<bench::LeafCounter>& c) {
    c.Constructor<std::int32_t>().Method<nh::Leaf<&bench::LeafCounter::Increment>>();
  }
};

namespace bench {

void RegisterExport() {
  RegisterLoops(
      "export",
      [](nh::Js& js) {
        return nh::Value::From(js, Api{.Counter = {},
                                       .add = &Add,
                                       .length = &Length,
                                       .weigh = &Weigh,
                                       .forEach = &ForEach,
                                       .makeCallback = &MakeCallback});
      },
      true);
  RegisterLoops(
      "leaf",
      [](nh::Js& js) { return nh::Value::From(js, LeafApi{.Counter = {}, .add = nh::Leaf<&Add>}); },
      false);
  JsLoop("medium_object", "export",
         [](nh::Js& js) { return nh::Value::From(js, MediumApi{.work = &Work}); });
  JsLoop("medium_object", "js", [](nh::Js& js) { return js.Eval(kMediumInJs); });
}

}  // namespace bench
