// What the engine does for Tasks: this layer knows no V8, and is told here.
#pragma once

#include <exception>
#include <memory>

#include "nodehost/detail/task_state.hpp"

namespace nodehost::detail {

class JsThread;

struct TaskHooks {
  /// On the JS thread: resumes once `state` is settled, in the async context of now.
  void (*resume)(JsThread& thread, const std::shared_ptr<TaskStateBase>& state,
                 const std::shared_ptr<Resumption>& resumption) = nullptr;
  /// Any thread: makes `error` an uncaught one of that environment; false if it is ending.
  bool (*report)(JsThread& thread, const std::exception_ptr& error) = nullptr;
};

/// Before the first Task of an environment. `hooks` must live for ever.
void SetTaskHooks(const TaskHooks& hooks) noexcept;

}  // namespace nodehost::detail
