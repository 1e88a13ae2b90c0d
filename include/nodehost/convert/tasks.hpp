// Task<T> in JavaScript: a Promise, both ways.
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include "nodehost/detail/export.hpp"
#include "nodehost/detail/type_info_of.hpp"
#include "nodehost/posted.hpp"
#include "nodehost/task.hpp"

namespace nodehost::detail {

/// std::future and std::shared_future, by what they can do: <future> may not be there.
template <class T>
concept FutureLike = requires(T& future) {
  future.get();
  future.valid();
  future.wait();
};

class TaskStateBase;

/// Of a Task. `element` of its TypeInfo is the type of the result.
struct TaskOps {
  /// Makes `task` a pending one, for what comes from JavaScript.
  std::shared_ptr<TaskStateBase> (*start)(void* task);
  std::shared_ptr<TaskStateBase> (*state)(const void* task);  ///< null when empty
  /// Calls `filler` with a result to be filled in and, if it returns true, settles with that.
  bool (*fulfil)(TaskStateBase& state, Filler filler);
  /// Calls `visitor` with the result of one that is fulfilled; null for void.
  void (*visit)(const TaskStateBase& state, Visitor visitor);
};

namespace conversions {
extern NODEHOST_API const Conversion kTask;  // TaskOps
}  // namespace conversions

template <class T>
struct TaskOf;
template <class T>
struct TaskOf<Task<T>> {
  using State = TaskState<T>;

  static constexpr TaskOps kOps{
      [](void* task) -> std::shared_ptr<TaskStateBase> {
        auto& made = *static_cast<Task<T>*>(task);
        if (!made || !made.state()->TakeVacant()) made = Task<T>(MakePooled<State>());
        return made.state();
      },
      [](const void* task) -> std::shared_ptr<TaskStateBase> {
        return static_cast<const Task<T>*>(task)->state();
      },
      [](TaskStateBase& state, Filler filler) {
        if constexpr (std::is_void_v<T>) {
          return static_cast<State&>(state).Fulfil(std::monostate());
        } else if constexpr (std::default_initializable<T>) {
          T value{};
          if (!filler.fill(filler.context, std::addressof(value), nullptr)) return false;
          return static_cast<State&>(state).Fulfil(std::move(value));
        } else {
          return false;  // it goes to JavaScript only
        }
      },
      [](const TaskStateBase& state, Visitor visitor) {
        if constexpr (std::is_void_v<T>) {
          visitor.visit(visitor.context, nullptr, nullptr);
        } else {
          visitor.visit(visitor.context, std::addressof(static_cast<const State&>(state).value()),
                        nullptr);
        }
      }};
};

template <class T>
struct InfoOf<Task<T>> {
  static constexpr TypeInfo Make() {
    return MakeInfo<Task<T>>(conversions::kTask, &TaskOf<Task<T>>::kOps, &kTypeInfo<T>);
  }
};

template <class T>
struct TaskResult;
template <class T>
struct TaskResult<Task<T>> {
  using Type = T;
};
template <>
struct TaskResult<Posted> {
  using Type = void;
};

/// The result of a call that does not wait: a Task, or the std::future that stands for one.
/// nodehost/future.hpp has the latter.
template <class R>
inline constexpr bool kComesLater = kIsTask<R>;
template <>
inline constexpr bool kComesLater<Posted> = true;

/// A Method's result as JavaScript gives it.
template <class R>
struct GivenResult {
  using Type = R;
};
template <>
struct GivenResult<Posted> {
  using Type = Task<void>;
};

/// The Task of a call that comes later, as the result that the signature asks for.
template <class R, class T>
R ResultOf(const Task<T>& task) {
  if constexpr (kIsTask<R>) {
    return task;
  } else if constexpr (std::is_same_v<R, Posted>) {
    task.state()->ThrowIfStopped();
    return {};
  } else {
    return FutureOf<T>::Of(task.state());
  }
}

}  // namespace nodehost::detail
