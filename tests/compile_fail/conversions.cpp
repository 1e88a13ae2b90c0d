// A C++ type without a counterpart in JavaScript does not compile.
#include "nodehost/nodehost.hpp"  // first, so that a precompiled one is used

#include <string>
#include <thread>
#include <vector>

namespace nh = nodehost;

struct Plain {
  int number;
};
struct WithThread {
  int number;
  std::thread thread;
};

void Convert(const nh::Value& value) {
#if CASE_as_a_type_without_convert  // says: does not cross into JavaScript
  static_cast<void>(value.As<std::thread>());
#else
  static_cast<void>(value.As<double>());
#endif

#if CASE_as_a_vector_of_them  // says: does not cross into JavaScript
  static_cast<void>(value.As<std::vector<std::thread>>());
#else
  static_cast<void>(value.As<std::vector<double>>());
#endif

#if CASE_as_a_struct_with_one  // says: does not cross into JavaScript
  static_cast<void>(value.As<WithThread>());
#else
  static_cast<void>(value.As<Plain>());
#endif

#if CASE_an_argument_without_convert  // says: does not cross into JavaScript
  value(std::thread());
#else
  value(1, "text", std::string("text"), Plain{1});
#endif

#if CASE_a_rest_that_is_not_last  // says: Rest is the last parameter
  value.Set("join", [](const nh::Rest<std::string>&, int) {});
#else
  value.Set("join", [](int, const nh::Rest<std::string>&) {});
#endif

#if CASE_arguments_that_are_not_last  // says: Rest is the last parameter, and so is Arguments
  value.Set("join", [](nh::Arguments, int) {});
#else
  value.Set("join", [](int, nh::Arguments) {});
#endif

#if CASE_a_reader_of_js_errors  // says: a JsError is what JavaScript sees of it already
  nh::RegisterException<nh::JsError>([](const nh::JsError& e) { return *e.data(); });
#else
  nh::RegisterException<Plain>([](const Plain&) { return nh::JsErrorData(); });
#endif

#if CASE_an_assignment_to_a_property  // says: discards qualifiers | no viable overloaded '='
  value["a"] = value;
#else
  value.Set("a", value);
#endif
}

#if CASE_a_method_argument_without_convert  // says: does not cross into JavaScript
auto& kept = nh::Method<void(std::thread*)>::kSignature;
#else
auto& kept = nh::Method<void(Plain)>::kSignature;
#endif
