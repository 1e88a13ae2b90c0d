// TaskJob: a coroutine as a job for a JS thread. The callable is kept until the coroutine has
// ended, for its captures are the callable's.
#pragma once

#include <exception>
#include <memory>
#include <utility>

#include "nodehost/detail/callable.hpp"
#include "nodehost/detail/job.hpp"
#include "nodehost/task.hpp"
#include "nodehost/task_combinators.hpp"

namespace nodehost::detail {

template <class F, class T>
class TaskJob final : public Job {
 public:
  explicit TaskJob(F function) : function_(MakePooled<F>(std::move(function))) {}

  Task<T> task() const { return source_.task(); }

  void Run(Js& js) noexcept override {
    try {
      const Task<T> task = InvokeCallable(*function_, js);
      task.state()->OnSettled([function = function_, source = source_, state = task.state().get()] {
        Forward(*state, source);
      });
    } catch (...) {
      source_.Reject(std::current_exception());
    }
  }

  void Cancel(const std::exception_ptr& reason) noexcept override { source_.Reject(reason); }

 private:
  const std::shared_ptr<F> function_;
  const PromiseSource<T> source_;
};

/// Run's result: that of the coroutine, if it is one.
template <class R>
struct RunResult {
  using Type = R;
};
template <class T>
struct RunResult<Task<T>> {
  using Type = T;
};

/// RunAsync's.
template <class R>
struct RunAsyncResult {
  using Type = typename FutureOf<R>::Type;
};
template <class T>
struct RunAsyncResult<Task<T>> {
  using Type = Task<T>;
};

}  // namespace nodehost::detail
