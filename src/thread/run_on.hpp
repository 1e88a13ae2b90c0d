// RunOn: a call on a JS thread from another one, which waits for it.
#pragma once

#include <type_traits>

#include "js_thread.hpp"
#include "nodehost/detail/job.hpp"

namespace nodehost::detail {

/// Calls `function(js)` as a job of `thread` and returns its result, or throws what it throws. Not
/// on the JS thread itself while it is in JavaScript: there, call the function.
template <class F>
std::invoke_result_t<F&, Js&> RunOn(JsThread& thread, F&& function) {
  RunJob job(function);
  thread.RunBlocking(job);
  return job.Take();
}

}  // namespace nodehost::detail
