// Calls whose result is a Task: they never wait. On the JS thread the call is made at once; from
// elsewhere it is queued with copies of its arguments.
#pragma once

#include <cstddef>
#include <memory>
#include <tuple>
#include <utility>

#include "nodehost/convert/tasks.hpp"
#include "nodehost/detail/engine.hpp"
#include "nodehost/detail/native.hpp"

namespace nodehost::detail {

/// What a queued call owns.
struct KeptCall : Pooled {
  virtual ~KeptCall() = default;
  const Signature* signature = nullptr;
  const void* const* arguments = nullptr;
  void* task = nullptr;  ///< a Task<T>
  std::shared_ptr<TaskStateBase> state;
};

template <class T, class... A>
struct KeptCallOf final : KeptCall {
  template <class... P>
  explicit KeptCallOf(Task<T> result, P&&... parameters)
      : KeptCallOf(std::index_sequence_for<A...>(), std::move(result),
                   std::forward<P>(parameters)...) {}

 private:
  template <std::size_t... I, class... P>
  KeptCallOf(std::index_sequence<I...>, Task<T> result, P&&... parameters)
      : values_(std::forward<P>(parameters)...),
        pointers_{std::addressof(std::get<I>(values_))..., nullptr},
        task_(std::move(result)) {
    signature = &SignatureOf<Task<T>, Stored<A>...>::kValue;
    arguments = pointers_;
    task = &task_;
    state = task_.state();
  }

  std::tuple<Stored<A>...> values_;
  const void* pointers_[sizeof...(A) + 1];
  Task<T> task_;
};

/// Whether the calling thread is the JS thread of `function`.
NODEHOST_API bool IsHere(const Ref& function) noexcept;

/// As Invoke on the JS thread, but what it throws is the failure of `state`, which `task` holds.
NODEHOST_API void InvokeLaterHere(const Ref& function, const Ref& receiver,
                                  const Signature& signature, const void* const* arguments,
                                  void* task, const std::shared_ptr<TaskStateBase>& state);

/// Queues it. Any thread.
NODEHOST_API void InvokeLater(const Ref& function, const Ref& receiver,
                              std::unique_ptr<KeptCall> call);

/// `function.call(receiver, ...parameters)`; every failure is the Task's.
template <class T, class... A, class... P>
Task<T> CallLater(const Ref& function, const Ref& receiver, P&&... parameters) {
  static_assert((!kIsSpan<std::remove_cvref_t<A>> && ...),
                "A std::span is lent for the length of a call, and this call goes on after it has "
                "returned. Take a std::vector or nodehost::Bytes.");
  static_assert((!std::is_pointer_v<std::remove_cvref_t<A>> && ...),
                "This call goes on after it has returned, and a C string may be gone by then. Take "
                "a std::string.");
  Task<T> task(MakePooled<TaskState<T>>());
  task.state()->set_vacant();
  if (IsHere(function)) {
    const void* const pointers[] = {std::addressof(parameters)..., nullptr};
    const auto state = task.state();
    InvokeLaterHere(function, receiver, SignatureOf<Task<T>, A...>::kValue, pointers, &task, state);
  } else {
    InvokeLater(function, receiver,
                std::make_unique<KeptCallOf<T, A...>>(task, std::forward<P>(parameters)...));
  }
  return task;
}

}  // namespace nodehost::detail
