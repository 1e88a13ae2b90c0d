// Executor: where a coroutine goes on. Anything that takes a function and calls it later is one: a
// thread pool, an event loop's post, a queue of the program's own.
#pragma once

#include <concepts>
#include <coroutine>
#include <memory>
#include <type_traits>
#include <utility>

#include "nodehost/detail/callable.hpp"
#include "nodehost/detail/export.hpp"
#include "nodehost/detail/task_state.hpp"

namespace nodehost {

namespace detail {

template <class E>
concept CallableExecutor = requires(E& executor, std::function<void()> function) {
  executor(std::move(function));
};
template <class E>
concept PostingExecutor = requires(E& executor, std::function<void()> function) {
  executor.Post(std::move(function));
};

}  // namespace detail

/// Where functions are called: made of anything that is called with a `std::function<void()>`, or
/// has a member `Post` that is, and calls each of them once, on a thread of its own choice.
///
///     nh::Executor pool = [&](std::function<void()> work) { threads.Submit(std::move(work)); };
///
/// Copies are the same executor. Any thread.
class Executor {
 public:
  template <class E>
  requires(!std::same_as<std::remove_cvref_t<E>, Executor> &&
           (detail::CallableExecutor<std::decay_t<E>> ||
            detail::PostingExecutor<std::remove_reference_t<E>>)) Executor(E&& executor) {
    if constexpr (detail::CallableExecutor<std::decay_t<E>>) {
      post_ = std::make_shared<PostFunction>(std::forward<E>(executor));
    } else {
      // By reference: what has a queue is not copied.
      static_assert(std::is_lvalue_reference_v<E>,
                    "An object with Post is an Executor by reference: it must outlive its use.");
      post_ = std::make_shared<PostFunction>(
          [&executor](std::function<void()> function) { executor.Post(std::move(function)); });
    }
  }

  /// Has `function` called there. A coroutine that it resumes and that then awaits a Task comes
  /// back there. Throws what the executor throws.
  NODEHOST_API void Post(std::function<void()> function) const;

  /// For the library's own templates.
  using PostFunction = std::function<void(std::function<void()>)>;

 private:
  friend NODEHOST_API void detail::ResumeHere(const std::shared_ptr<detail::TaskStateBase>& state,
                                              const std::shared_ptr<detail::Resumption>&);
  std::shared_ptr<const PostFunction> post_;
};

namespace detail {

class SwitchAwaiter {
 public:
  explicit SwitchAwaiter(Executor executor) : executor_(std::move(executor)) {}
  SwitchAwaiter(SwitchAwaiter&&) noexcept = default;
  SwitchAwaiter& operator=(SwitchAwaiter&&) = delete;
  ~SwitchAwaiter() {
    if (resumption_) resumption_->Abandon();
  }

  bool await_ready() const noexcept { return false; }
  NODEHOST_API void await_suspend(std::coroutine_handle<> coroutine);
  void await_resume() const { resumption_->Check(); }

 private:
  Executor executor_;
  std::shared_ptr<Resumption> resumption_;
};

}  // namespace detail

/// `co_await nh::SwitchTo(executor)`: the coroutine goes on there, and comes back there after each
/// Task it awaits.
inline detail::SwitchAwaiter SwitchTo(Executor executor) {
  return detail::SwitchAwaiter(std::move(executor));
}

}  // namespace nodehost
