// Enter: a coroutine goes on on the JS thread of an environment.
#pragma once

#include <coroutine>
#include <exception>
#include <memory>
#include <utility>

#include "nodehost/detail/job.hpp"
#include "nodehost/detail/task_state.hpp"
#include "nodehost/environment_ref.hpp"

namespace nodehost {

namespace detail {

class EnterAwaiter {
 public:
  explicit EnterAwaiter(EnvironmentRef node) noexcept : node_(std::move(node)) {}
  EnterAwaiter(EnterAwaiter&&) noexcept = default;
  EnterAwaiter& operator=(EnterAwaiter&&) = delete;
  ~EnterAwaiter() {
    if (resumption_) resumption_->Abandon();
  }

  bool await_ready() const noexcept { return node_.OnJsThread(); }
  // The coroutine may go on, and end, before this returns.
  void await_suspend(std::coroutine_handle<> coroutine) {
    const auto resumption = std::make_shared<Resumption>(coroutine);
    resumption_ = resumption;
    node_.Enqueue(std::make_unique<EnterJob>(resumption), /*must_accept=*/false);
  }
  Js& await_resume() const {
    if (resumption_) resumption_->Check();
    return node_.CurrentJs();
  }

 private:
  class EnterJob final : public Job {
   public:
    explicit EnterJob(std::shared_ptr<Resumption> resumption)
        : resumption_(std::move(resumption)) {}
    void Run(Js&) noexcept override { resumption_->Resume(); }
    void Cancel(const std::exception_ptr& reason) noexcept override { resumption_->Resume(reason); }

   private:
    const std::shared_ptr<Resumption> resumption_;
  };

  EnvironmentRef node_;
  std::shared_ptr<Resumption> resumption_;
};

}  // namespace detail

/// `nh::Js& js = co_await nh::Enter(node);`: the coroutine goes on on the JS thread of `node`, and
/// comes back there after each Task and promise that it awaits. On that thread already, it goes on
/// at once. Throws `EnvironmentStopped` where the environment takes no more; the coroutine then
/// goes on on the thread that says so. To leave again, `co_await SwitchTo(executor)`.
inline detail::EnterAwaiter Enter(EnvironmentRef node) {
  return detail::EnterAwaiter(std::move(node));
}

}  // namespace nodehost
