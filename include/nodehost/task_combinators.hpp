// Several Tasks as one: All, Any, Race; and Timeout, a Task that is given up after a while. None of
// them stops what the Tasks wait for.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "nodehost/detail/chrono.hpp"
#include "nodehost/task.hpp"

namespace nodehost {

namespace detail {

/// A JsError with the name AggregateError.
NODEHOST_API std::exception_ptr AllFailed(const std::vector<std::exception_ptr>& errors);

// Passes the outcome of a settled task on; the first that does counts.
template <class T>
void Forward(TaskState<T>& from, const PromiseSource<T>& to) {
  if (from.failed()) {
    to.Reject(from.error());
  } else if constexpr (std::is_void_v<T>) {
    to.Resolve();
  } else {
    to.Resolve(from.Take());
  }
}

template <class... T>
Task<std::tuple<TaskValue<T>...>> AwaitAll(Task<void> all, Task<T>... tasks) {
  co_await all;
  co_return std::tuple<TaskValue<T>...>(tasks.state()->value()...);
}
template <class T>
Task<std::vector<T>> AwaitAll(Task<void> all, std::vector<Task<T>> tasks) {
  co_await all;
  std::vector<T> results;
  results.reserve(tasks.size());
  for (const Task<T>& task : tasks) results.push_back(task.Get());
  co_return results;
}

// Counts settled tasks.
class AllCounter {
 public:
  explicit AllCounter(std::size_t count) : left_(count) {
    if (count == 0) source_.Resolve();
  }
  template <class T>
  static void Watch(const std::shared_ptr<AllCounter>& self, const Task<T>& task) {
    task.state()->OnSettled([self, state = task.state().get()] {
      if (state->failed()) self->source_.Reject(state->error());
      if (--self->left_ == 0) self->source_.Resolve();
    });
  }
  Task<void> task() const { return source_.task(); }

 private:
  PromiseSource<void> source_;
  std::atomic<std::size_t> left_;
};

}  // namespace detail

/// All results in order, as soon as the last is there; the first failure instead, as soon as that
/// is. Of no tasks: done.
template <class T>
auto All(std::vector<Task<T>> tasks) {
  const auto counter = std::make_shared<detail::AllCounter>(tasks.size());
  for (const Task<T>& task : tasks) detail::AllCounter::Watch(counter, task);
  if constexpr (std::is_void_v<T>) {
    return counter->task();
  } else {
    return detail::AwaitAll(counter->task(), std::move(tasks));
  }
}

/// As `All`, for tasks of different types: a std::tuple of results, with std::monostate for `void`.
template <class... T>
Task<std::tuple<detail::TaskValue<T>...>> All(Task<T>... tasks) {
  const auto counter = std::make_shared<detail::AllCounter>(sizeof...(T));
  (detail::AllCounter::Watch(counter, tasks), ...);
  return detail::AwaitAll(counter->task(), std::move(tasks)...);
}

/// The outcome of the first task that is done, a failure too. Of no tasks: never done, which the
/// Task says by failing with `HostError`.
template <class T>
Task<T> Race(const std::vector<Task<T>>& tasks) {
  const PromiseSource<T> source;
  for (const Task<T>& task : tasks) {
    task.state()->OnSettled(
        [source, state = task.state().get()] { detail::Forward(*state, source); });
  }
  return source.task();
}

/// The first result; when all fail, a `JsError` with the name AggregateError and all their errors.
template <class T>
Task<T> Any(const std::vector<Task<T>>& tasks) {
  struct Failures {
    std::mutex mutex;
    std::vector<std::exception_ptr> errors;
    std::size_t left;
  };
  const PromiseSource<T> source;
  const auto failures = std::make_shared<Failures>();
  failures->errors.resize(tasks.size());
  failures->left = tasks.size();
  if (tasks.empty()) source.Reject(detail::AllFailed({}));
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    tasks[i].state()->OnSettled([source, failures, i, state = tasks[i].state().get()] {
      if (!state->failed()) {
        detail::Forward(*state, source);
        return;
      }
      const std::lock_guard lock(failures->mutex);
      failures->errors[i] = state->error();
      if (--failures->left == 0) source.Reject(detail::AllFailed(failures->errors));
    });
  }
  return source.task();
}

/// `task`, or after `timeout` a failure with `DeadlineExceeded`. What it waits for goes on; what
/// comes of it then is dropped.
template <class T>
Task<T> Timeout(const Task<T>& task, std::chrono::nanoseconds timeout) {
  const auto state = detail::MakePooled<detail::TaskState<T>>();
  task.state()->OnSettled([state, from = task.state().get()] {
    if (from->failed()) {
      state->Fail(from->error());
    } else if constexpr (std::is_void_v<T>) {
      state->Fulfil(std::monostate());
    } else if (!state->settled()) {
      state->Fulfil(from->Take());
    }
  });
  detail::CallAt(std::chrono::steady_clock::now() + timeout,
                 [timeout, weak = std::weak_ptr(state)] {
                   const auto pending = weak.lock();
                   if (!pending || pending->settled()) return;
                   try {
                     detail::ThrowNotSettledIn(timeout);
                   } catch (...) {
                     pending->Fail(std::current_exception());
                   }
                 });
  return Task<T>(state);
}

}  // namespace nodehost
