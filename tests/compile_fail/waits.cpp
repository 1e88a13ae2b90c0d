// What waits: what must not compile, with the sentence that says what to do.
#include "nodehost/nodehost.hpp"  // first, so that a precompiled one is used

#include <future>
#include <span>
#include <string>
#include <vector>

namespace nh = nodehost;

struct Functions {
  nh::Method<int(std::span<double>)> sum;
  nh::Method<int(std::vector<double>)> add;
};

void Use(nh::Environment& node, nh::Js& js, const nh::Value& value, const Functions& functions) {
  std::vector<double> numbers;

#if CASE_a_future_for_javascript  // says: to hand JavaScript a result that comes later use
                                  // nodehost::Task
  value(std::future<int>());
#else
  value(nh::Task<int>::Of(1));
#endif

#if CASE_a_span_in_a_call_with_limits  // says: a call with a limit may go on after it has returned
  static_cast<void>(functions.sum.With({})(numbers));
#else
  static_cast<void>(functions.add.With({})(numbers));
#endif

#if CASE_a_listener_of_other_arguments  // says: function takes the arguments A
  static_cast<void>(nh::On<std::string>(value, "all", [](int) {}));
#else
  static_cast<void>(nh::On<std::string>(value, "all", [](const std::string&) {}));
#endif

#if CASE_events_of_data  // says: What has events is a Value, an EventEmitter, or a typed interface
  static_cast<void>(nh::Once<>(1, "all"));
#else
  static_cast<void>(nh::Once<>(value, "all"));
#endif

#if CASE_a_coroutine_that_refers_to_its_arguments  // says: it takes its arguments by value
  js.Global().Set("f", [](const std::string&) -> nh::Task<int> { co_return 1; });
#else
  js.Global().Set("f", [](std::string) -> nh::Task<int> { co_return 1; });
#endif

#if CASE_a_coroutine_that_writes_to_a_span  // says: what it writes to a std::span would be lost
  js.Global().Set("f", [](std::span<int>) -> nh::Task<int> { co_return 1; });
#else
  js.Global().Set("f", [](std::span<const int>) -> nh::Task<int> { co_return 1; });
#endif

#if CASE_a_coroutine_in_run_with_limits  // says: A coroutine outlives a Run that is given up
  node.Run([](nh::Js&) -> nh::Task<int> { co_return 1; }, {.stop = {}});
#else
  static_cast<void>(node.RunAsync([](nh::Js&) -> nh::Task<int> { co_return 1; }, {.stop = {}}));
#endif
}
