#include "nodehost/keep_alive.hpp"

#include <exception>
#include <memory>
#include <utility>

#include "js_thread.hpp"
#include "nodehost/detail/job.hpp"
#include "nodehost/errors.hpp"

namespace nodehost {

namespace {

class ReleaseJob final : public detail::CallbackJob {
 public:
  explicit ReleaseJob(std::shared_ptr<detail::JsThread> thread) : thread_(std::move(thread)) {}
  void Run(Js&) noexcept override { thread_->HoldLoop(-1); }
  void Cancel(const std::exception_ptr&) noexcept override {}

 private:
  const std::shared_ptr<detail::JsThread> thread_;
};

}  // namespace

KeepAlive KeepAlive::Here() {
  detail::JsThread* const thread = detail::JsThread::Current();
  if (!thread) {
    throw WrongThread(
        "KeepAlive::Here was called on a thread that runs no JavaScript. Call it in Run, or in a "
        "function that JavaScript calls.");
  }
  KeepAlive made;
  made.thread_ = thread->shared_from_this();
  thread->HoldLoop(1);
  return made;
}

void KeepAlive::Release() noexcept {
  const auto thread = std::move(thread_);
  if (!thread) return;
  if (thread->IsCurrent()) {
    thread->HoldLoop(-1);
    return;
  }
  try {
    thread->Enqueue(std::make_unique<ReleaseJob>(thread), /*must_accept=*/false);
  } catch (...) {
    // A forked child, whose loop does not turn; or there is no memory.
  }
}

}  // namespace nodehost
