#include "js_thread.hpp"

#include <fmt/format.h>

#include <mutex>
#include <utility>

#include "fork_guard.hpp"
#include "nodehost/errors.hpp"
#include "wait_flag.hpp"

namespace nodehost::detail {

namespace {

// A job whose owner waits for it, and then destroys it.
class WaitedJob final : public BorrowedJob {
 public:
  using BorrowedJob::BorrowedJob;

  void Finish() noexcept override { done_.Set(); }
  void Wait() { done_.Wait(); }

 private:
  WaitFlag done_;
};

// Which JS thread waits for which. Taken only when a JS thread blocks on another one.
std::mutex waits_mutex;

}  // namespace

thread_local constinit JsThread* JsThread::current_ = nullptr;

JsThread::JsThread(std::string name) : name_(std::move(name)) {}

JsThread::~JsThread() = default;

JsThread::WaitGuard::WaitGuard(JsThread& thread) {
  if (!waiter_) return;
  const std::lock_guard lock(waits_mutex);
  for (const JsThread* at = &thread; at; at = at->waits_for_) {
    if (at != waiter_) continue;
    throw HostError(
        fmt::format("Environment \"{}\" is waiting for environment \"{}\", which now waits for it: "
                    "neither would "
                    "ever go on. Use RunAsync or Post between environments.",
                    thread.name(), waiter_->name()));
  }
  before_ = std::exchange(waiter_->waits_for_, &thread);
}

JsThread::WaitGuard::~WaitGuard() {
  if (!waiter_) return;
  const std::lock_guard lock(waits_mutex);
  waiter_->waits_for_ = before_;
}

void JsThread::RunBlocking(Job& job) {
  CheckNotForked();
  const WaitGuard guard(*this);
  WaitedJob waited(job);
  if (queue_.Push(waited)) {
    waited.Wait();
  } else {
    job.Cancel(StoppedError());
  }
}

void JsThread::Enqueue(std::unique_ptr<Job> job, bool must_accept) {
  CheckNotForked();
  if (queue_.Push(*job)) {
    static_cast<void>(job.release());  // The queue's now; Finish() deletes it.
    return;
  }
  const std::exception_ptr reason = StoppedError();
  job->Cancel(reason);
  if (must_accept) std::rethrow_exception(reason);
}

void JsThread::Refuse() { CancelAll(queue_.Close(), StoppedError()); }

std::exception_ptr JsThread::StoppedError() const {
  if (IsCurrent() && access_.reason()) return access_.reason();
  const End end = life_.end();
  return std::make_exception_ptr(EnvironmentStopped(
      fmt::format("Environment \"{}\" has stopped{}{}; the call was not made or not finished.",
                  name_, end.exit_code ? fmt::format(" with exit code {}", *end.exit_code) : "",
                  end.text.empty() ? "" : fmt::format(", because {}", end.text)),
      end.exit_code, end.reason));
}

bool JsThread::EndJavaScript(End end) {
  access_.Disable();
  return life_.EndJavaScript(std::move(end));
}

void ThrowNotOn(const JsThread& thread) {
  CheckNotForked();
  // No other thread would do.
  if (thread.life().over()) std::rethrow_exception(thread.StoppedError());
  throw WrongThread(fmt::format(
      "JavaScript of environment \"{}\" was touched from another thread. Use Run, RunAsync or Post "
      "to get to its own thread.",
      thread.name()));
}

void ThrowIfStopped(Js& js) {
  if (const std::exception_ptr& reason = js.thread().access().reason()) [[unlikely]]
    std::rethrow_exception(reason);
}

}  // namespace nodehost::detail
