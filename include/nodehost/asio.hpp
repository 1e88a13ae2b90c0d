// Tasks and Asio. Opt-in: it is for programs that have Asio (without Boost), and the library itself
// has none.
//
//     std::string html = co_await nh::AsyncWait(page.render(path), asio::use_awaitable);
#pragma once

#include <asio/associated_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "nodehost/executor.hpp"
#include "nodehost/task.hpp"

namespace nodehost {

namespace detail {

template <class T>
struct AsioSignature {
  using Type = void(std::exception_ptr, T);
};
template <>
struct AsioSignature<void> {
  using Type = void(std::exception_ptr);
};

// Waits for a Task and completes an Asio operation where its handler belongs.
template <class T, class Handler>
class AsioWait {
 public:
  AsioWait(Handler handler, Task<T> task)
      : task_(std::move(task)),
        work_(asio::get_associated_executor(handler)),
        handler_(std::move(handler)) {}

  static void Start(std::shared_ptr<AsioWait> self) {
    TaskStateBase& state = *self->task_.state();
    state.OnSettled([self = std::move(self)]() mutable {
      const auto executor = self->work_.get_executor();
      asio::post(executor, [self = std::move(self)] { self->Complete(); });
    });
  }

 private:
  void Complete() {
    std::exception_ptr error = task_.state()->error();
    Handler handler = std::move(handler_);
    if constexpr (std::is_void_v<T>) {
      handler(std::move(error));
    } else {
      T result{};
      try {
        if (!error) result = task_.state()->Take();
      } catch (...) {
        error = std::current_exception();
      }
      handler(std::move(error), std::move(result));
    }
  }

  Task<T> task_;
  // The context does not run out of work while JavaScript has it.
  asio::executor_work_guard<asio::associated_executor_t<Handler>> work_;
  Handler handler_;
};

}  // namespace detail

/// `task` as an Asio asynchronous operation with the signature `void(std::exception_ptr, T)`, or
/// `void(std::exception_ptr)`, for any completion token: `asio::use_awaitable`, `asio::use_future`,
/// a handler. The handler is called through its executor, never within this call. `T` is
/// default-constructible. To give a Task up, make it `With` limits. Any thread; throws `HostError`
/// for an empty Task.
template <class T, class Token>
auto AsyncWait(Task<T> task, Token&& token) {
  if (!task) detail::ThrowEmptyTask();
  return asio::async_initiate<Token, typename detail::AsioSignature<T>::Type>(
      [](auto handler, Task<T> waited) {
        using Wait = detail::AsioWait<T, decltype(handler)>;
        Wait::Start(std::make_shared<Wait>(std::move(handler), std::move(waited)));
      },
      token, std::move(task));
}

/// An Asio executor as an Executor of Tasks: `co_await
/// task.On(nh::AsioExecutor(io.get_executor()))` goes on in `io.run()`.
template <class E>
Executor AsioExecutor(const E& executor) {
  return Executor(
      [executor](std::function<void()> function) { asio::post(executor, std::move(function)); });
}

}  // namespace nodehost
