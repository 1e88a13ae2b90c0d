// What a function is handed beside JavaScript's arguments: where it cannot be.
#include "nodehost/nodehost.hpp"  // first, so that a precompiled one is used

#include <functional>
#include <memory>
#include <string>

namespace nh = nodehost;

class Counter {
 public:
  explicit Counter(nh::Js&, int) {}
  explicit Counter(nh::This) {}
  int Increment(int by) { return value_ += by; }
  int IncrementIn(nh::Js&, int by) { return Increment(by); }

 private:
  int value_ = 0;
};
std::unique_ptr<Counter> Make(nh::EnvironmentRef, nh::Js& js) {
  return std::make_unique<Counter>(js, 1);
}
std::unique_ptr<Counter> MakeOf(const nh::This& self) { return std::make_unique<Counter>(self); }
double Half(double number) { return number / 2; }
double HalfIn(nh::EnvironmentRef, double number) { return number / 2; }

template <>
struct nodehost::Describe<Counter> {
  static void To(nh::Class<Counter>& c) {
#if CASE_this_in_a_constructor  // says: a constructor takes no This
    c.Constructor<nh::This>();
#else
    c.Constructor<nh::Js&, int>();
#endif

#if CASE_this_in_a_function_that_constructs  // says: a constructor takes no This
    c.ConstructedBy<&MakeOf>();
#else
    c.ConstructedBy<&Make>();
#endif

#if CASE_a_leaf_that_takes_js  // says: a Leaf calls no JavaScript, and takes no Js&, This or
    c.Method<nh::Leaf<&Counter::IncrementIn>>();
#else
    c.Method<nh::Leaf<&Counter::Increment>>();
#endif

#if CASE_a_leaf_that_takes_the_environment  // says: a Leaf calls no JavaScript, and takes no Js&
    c.StaticMethod<nh::Leaf<&HalfIn>>();
#else
    c.StaticMethod<nh::Leaf<&Half>>();
#endif
  }
};

void Use(nh::Js& js) {
#if CASE_js_behind_an_argument  // says: stand in front of JavaScript's arguments
  js.Global().Set("f", [](int, nh::Js&) {});
#else
  js.Global().Set("f", [](nh::Js&, int) {});
#endif

#if CASE_this_behind_an_argument  // says: stand in front of JavaScript's arguments
  js.Global().Set("f", [](nh::Js&, int, nh::This) {});
#else
  js.Global().Set("f", [](nh::Js&, nh::This, int) {});
#endif

#if CASE_a_coroutine_that_refers_to_this  // says: takes a This or an EnvironmentRef by value
  js.Global().Set("f", [](const nh::This&) -> nh::Task<int> { co_return 1; });
#else
  js.Global().Set("f", [](nh::This) -> nh::Task<int> { co_return 1; });
#endif

#if CASE_a_method_that_takes_the_environment  // says: is a std::function of the struct
  nh::Method<void(nh::EnvironmentRef)> method;
#else
  std::function<void(nh::EnvironmentRef)> method;
#endif
  static_cast<void>(method);
  static_cast<void>(nh::Class<Counter>());

#if CASE_such_a_function_from_javascript  // says: is C++'s, and cannot come from JavaScript
  static_cast<void>(js.Global()["f"].As<std::function<void(nh::This)>>());
#else
  static_cast<void>(js.Global()["f"].As<std::function<void()>>());
#endif
}
