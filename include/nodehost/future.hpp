// std::future as a result: of RunAsync and CallAsync, of a Method, and of Task::ToFuture. Not in
// nodehost.hpp, because <future> takes a fifth of a second to compile: a program that uses one of
// them includes this, too.
#pragma once

#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <type_traits>
#include <utility>

#include "nodehost/convert/tasks.hpp"
#include "nodehost/detail/job.hpp"
#include "nodehost/detail/task_job.hpp"
#include "nodehost/task.hpp"

namespace nodehost::detail {

/// Completes a future.
template <class F>
class AsyncJob final : public Job {
 public:
  using Result = std::invoke_result_t<F&, Js&>;

  explicit AsyncJob(F function) : function_(std::move(function)) {}

  std::future<Result> GetFuture() { return promise_.get_future(); }

  void Run(Js& js) noexcept override {
    try {
      if constexpr (std::is_void_v<Result>) {
        std::invoke(function_, js);
        ThrowIfStopped(js);
        promise_.set_value();
      } else {
        Result result = std::invoke(function_, js);
        ThrowIfStopped(js);
        promise_.set_value(std::forward<Result>(result));
      }
    } catch (...) {
      promise_.set_exception(std::current_exception());
    }
  }

  void Cancel(const std::exception_ptr& reason) noexcept override {
    promise_.set_exception(reason);
  }

 private:
  F function_;
  std::promise<Result> promise_;
};

template <class R>
struct FutureOf<R, void> {
  using Type = std::future<R>;

  template <class F>
  static std::unique_ptr<AsyncJob<std::decay_t<F>>> MakeJob(F&& function) {
    return std::make_unique<AsyncJob<std::decay_t<F>>>(std::forward<F>(function));
  }

  static Type Of(const std::shared_ptr<TaskState<R>>& state) {
    auto promise = std::make_shared<std::promise<R>>();
    Type future = promise->get_future();
    state->OnSettled([promise, state = state.get()] {
      try {
        if constexpr (std::is_void_v<R>) {
          state->Take();
          promise->set_value();
        } else {
          promise->set_value(state->Take());
        }
      } catch (...) {
        promise->set_exception(std::current_exception());
      }
    });
    return future;
  }
};

template <class T>
struct TaskResult<std::future<T>> {
  using Type = T;
};

template <class T>
inline constexpr bool kComesLater<std::future<T>> = true;

template <class T>
struct GivenResult<std::future<T>> {
  using Type = Task<T>;
};

}  // namespace nodehost::detail
