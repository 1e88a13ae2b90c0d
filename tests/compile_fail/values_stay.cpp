// I1 and I2: values stay on the JS thread. What would carry one away does not compile.
#include "nodehost/nodehost.hpp"  // first, so that a precompiled one is used

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nodehost/future.hpp"

namespace nh = nodehost;

struct Plain {
  int number;
  std::string text;
};
struct HoldsOne {
  int number;
  nh::Value value;
};
struct Nested {
  std::vector<HoldsOne> list;
};

// What cannot be taken apart into its fields.
struct HoldsArray {
  int number;
  nh::Value values[2];
};
struct Derived : Plain {
  int more;
};
struct DerivedFromHolder : HoldsOne {
  int more;
};
struct DerivedHolder : Plain {
  nh::Value more;
};
struct Refers {
  int& first;
  int second;
};
// A line is ten fields.
// clang-format off
#define TEN(p) int p##0, p##1, p##2, p##3, p##4, p##5, p##6, p##7, p##8, p##9;
template <class T>
struct Many { TEN(a) TEN(b) TEN(c) TEN(d) TEN(e) TEN(f) TEN(g) T last; };
// clang-format on
template <class T>
struct WithUnion {
  union {
    int number;
    float real;
  };
  T value;
};

void Run(nh::Environment& node) {
#if CASE_run_returns_a_value  // says: A Value cannot leave Run
  node.Run([](nh::Js& js) { return js.Global(); });
#else
  node.Run([](nh::Js& js) { return js.Global().As<double>(); });
#endif

#if CASE_run_returns_a_vector_of_values  // says: A Value cannot leave Run
  node.Run([](nh::Js& js) { return std::vector<nh::Value>{js.Global()}; });
#else
  node.Run([](nh::Js& js) { return std::vector<double>{js.Global().As<double>()}; });
#endif

#if CASE_run_returns_an_optional_value  // says: A Value cannot leave Run
  node.Run([](nh::Js& js) { return std::optional<nh::Value>(js.Global()); });
#else
  node.Run([](nh::Js&) { return std::optional<Plain>(); });
#endif

#if CASE_run_returns_a_shared_value  // says: A Value cannot leave Run
  node.Run([](nh::Js& js) { return std::make_shared<nh::Value>(js.Global()); });
#else
  node.Run([](nh::Js&) { return std::make_shared<Plain>(); });
#endif

#if CASE_run_returns_a_pair_with_a_value  // says: A Value cannot leave Run
  node.Run([](nh::Js& js) { return std::pair(1, js.Global()); });
#else
  node.Run([](nh::Js&) { return std::pair(1, std::string("x")); });
#endif

#if CASE_run_returns_a_struct_with_a_value  // says: A Value cannot leave Run
  node.Run([](nh::Js& js) { return HoldsOne{1, js.Global()}; });
#else
  node.Run([](nh::Js&) { return Plain{1, "x"}; });
#endif

#if CASE_run_returns_a_value_two_structs_deep  // says: A Value cannot leave Run
  node.Run([](nh::Js&) { return Nested{}; });
#else
  node.Run([](nh::Js&) { return std::vector<Plain>{}; });
#endif

#if CASE_run_returns_a_pointer_to_a_value  // says: A Value cannot leave Run
  node.Run([](nh::Js&) -> nh::Value* { return nullptr; });
#else
  node.Run([](nh::Js&) -> Plain* { return nullptr; });
#endif

#if CASE_run_returns_an_object  // says: A Value cannot leave Run
  node.Run([](nh::Js& js) { return js.Global().As<nh::Object>(); });
#else
  node.Run([](nh::Js& js) { return js.Global().As<nh::Object>().Is<double>(); });
#endif

#if CASE_run_returns_a_weak_reference  // says: A Value cannot leave Run
  node.Run([](nh::Js&) { return nh::WeakRef<nh::Object>(); });
#else
  node.Run([](nh::Js&) { nh::WeakRef<nh::Object>(); });
#endif

#if CASE_run_returns_an_array_of_values  // says: A Value cannot leave Run
  node.Run([](nh::Js& js) { return std::array{js.Global()}; });
#else
  node.Run([](nh::Js&) { return std::array{Plain{1, "x"}}; });
#endif

#if CASE_run_returns_a_span_of_values  // says: A Value cannot leave Run
  node.Run([](nh::Js&) { return std::span<nh::Value>(); });
#else
  node.Run([](nh::Js&) { return std::span<Plain>(); });
#endif

// A case is a line.
// clang-format off
#if CASE_run_returns_a_struct_with_an_array_of_values  // says: A Value cannot leave Run
  node.Run([](nh::Js&) { return HoldsArray{}; });
#elif CASE_run_returns_a_struct_whose_base_has_a_value  // says: A Value cannot leave Run
  node.Run([](nh::Js&) { return DerivedFromHolder{}; });
#elif CASE_run_returns_a_struct_with_a_base_and_a_value  // says: A Value cannot leave Run
  node.Run([](nh::Js&) { return DerivedHolder{}; });
#elif CASE_run_returns_seventy_fields_and_a_value  // says: A Value cannot leave Run
  node.Run([](nh::Js&) { return Many<nh::Value>{}; });
#elif CASE_run_returns_an_anonymous_union_and_a_value  // says: A Value cannot leave Run
  node.Run([](nh::Js&) { return WithUnion<nh::Value>{}; });
#else
  // They never cross into JavaScript, and need not.
  static int number = 1;
  node.Run([](nh::Js&) { return Derived{}; });
  node.Run([](nh::Js&) { return Many<int>{}; });
  node.Run([](nh::Js&) { return WithUnion<int>{}; });
  node.Run([](nh::Js&) { return Refers{number, 1}; });
  static_cast<void>(node.RunAsync([](nh::Js&) { return Derived{}; }));
#endif
  // clang-format on

#if CASE_run_returns_the_js  // says: A Value cannot leave Run
  node.Run([](nh::Js& js) -> nh::Js& { return js; });
#else
  node.Run([](nh::Js&) {});
#endif
}

void RunAsync(nh::Environment& node) {
#if CASE_run_async_returns_a_value  // says: A Value cannot leave RunAsync
  static_cast<void>(node.RunAsync([](nh::Js& js) { return js.Global(); }));
#else
  static_cast<void>(node.RunAsync([](nh::Js&) { return 1; }));
#endif

#if CASE_run_async_returns_a_struct_with_a_value  // says: A Value cannot leave RunAsync
  static_cast<void>(node.RunAsync([](nh::Js& js) { return HoldsOne{1, js.Global()}; }));
#else
  static_cast<void>(node.RunAsync([](nh::Js&) { return Plain{1, "x"}; }));
#endif
}

void Import(nh::Environment& node) {
#if CASE_import_of_a_value  // says: A Value cannot leave Environment::Import
  static_cast<void>(node.Import<nh::Value>("fs"));
#else
  static_cast<void>(node.Import<Plain>("fs"));
#endif
}

#if CASE_method_returns_a_value  // says: A Method moves only data
nh::Method<nh::Value()> returns_value;
#else
nh::Method<Plain()> returns_value;
#endif

#if CASE_method_takes_a_value  // says: A Method moves only data
nh::Method<void(nh::Value)> takes_value;
#else
nh::Method<void(Plain)> takes_value;
#endif

#if CASE_method_takes_a_vector_of_values  // says: A Method moves only data
nh::Method<void(std::vector<nh::Value>)> takes_values;
#else
nh::Method<void(std::vector<Plain>)> takes_values;
#endif

#if CASE_method_of_a_lambda_that_takes_something_else  // says: constraints not satisfied
nh::Method<void(std::string)> takes_text([](std::vector<int>) {});
#else
nh::Method<void(std::string)> takes_text([](std::string_view) {});
#endif

#if CASE_property_of_a_value  // says: A Property moves only data
nh::Property<nh::Value> property_of_value;
#else
nh::Property<Plain> property_of_value;
#endif

#if CASE_constructor_makes_a_value  // says: A Constructor moves only data
nh::Constructor<nh::Value()> constructor_of_value;
#else
nh::Constructor<Plain()> constructor_of_value;
#endif

#if CASE_constructor_makes_a_pointer  // says: A Constructor's result is an interface or data
nh::Constructor<Plain*()> constructor_of_pointer;
#else
nh::Constructor<Plain()> constructor_of_pointer;
#endif

#if CASE_method_returns_a_pointer  // says: A Method's result is a copy: return it by value
nh::Method<int*()> returns_pointer;
#else
nh::Method<int()> returns_pointer;
#endif

#if CASE_method_returns_a_reference  // says: A Method's result is a copy: return it by value
nh::Method<std::string&()> returns_reference;
#else
nh::Method<std::string()> returns_reference;
#endif
