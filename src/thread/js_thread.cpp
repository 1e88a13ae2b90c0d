#include "js_thread.hpp"

#include <condition_variable>
#include <utility>

#include "fork_guard.hpp"
#include "nodehost/errors.hpp"

namespace nodehost::detail {

namespace {

// A job whose owner waits for it. Signalled under the lock: the owner may destroy it as soon as it
// can see `done_`.
class WaitedJob final : public Job {
 public:
  explicit WaitedJob(Job& job) : job_(job) {}

  void Run(Js& js) noexcept override { job_.Run(js); }
  void Cancel(const std::exception_ptr& reason) noexcept override { job_.Cancel(reason); }
  void Finish() noexcept override {
    const std::lock_guard lock(mutex_);
    done_ = true;
    signal_.notify_one();
  }

  void Wait() {
    std::unique_lock lock(mutex_);
    signal_.wait(lock, [this] { return done_; });
  }

 private:
  Job& job_;
  std::mutex mutex_;
  std::condition_variable signal_;
  bool done_ = false;
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
    throw HostError("Environment \"" + thread.name() + "\" is waiting for environment \"" +
                    waiter_->name() +
                    "\", which now waits for it: neither would ever go on. Use RunAsync or Post "
                    "between environments.");
  }
  before_ = std::exchange(waiter_->waits_for_, &thread);
}

JsThread::WaitGuard::~WaitGuard() {
  if (!waiter_) return;
  const std::lock_guard lock(waits_mutex);
  waiter_->waits_for_ = before_;
}

void JsThread::RunBlocking(Job& job) {
  host::CheckNotForked();
  const WaitGuard guard(*this);
  WaitedJob waited(job);
  if (queue_.Push(waited)) {
    waited.Wait();
  } else {
    job.Cancel(StoppedError());
  }
}

void JsThread::Enqueue(std::unique_ptr<Job> job, bool must_accept) {
  host::CheckNotForked();
  if (queue_.Push(*job)) {
    static_cast<void>(job.release());  // The queue's now; Finish() deletes it.
    return;
  }
  const std::exception_ptr reason = StoppedError();
  job->Cancel(reason);
  if (must_accept) std::rethrow_exception(reason);
}

void JsThread::Refuse() { CancelAll(queue_.Close(), StoppedError()); }

void JsThread::CancelAll(Job* list, const std::exception_ptr& reason) noexcept {
  while (list) {
    Job* const job = std::exchange(list, list->next);
    job->Cancel(reason);
    job->Finish();
  }
}

std::exception_ptr JsThread::StoppedError() const {
  if (IsCurrent() && job_error_) return job_error_;
  const std::lock_guard lock(mutex_);
  std::string text = "Environment \"" + name_ + "\" has stopped";
  if (exit_code_) text += " with exit code " + std::to_string(*exit_code_);
  if (!end_text_.empty()) text += ", because " + end_text_;
  return std::make_exception_ptr(EnvironmentStopped(
      text + "; the call was not made or not finished.", exit_code_, end_reason_));
}

EndReason JsThread::end_reason() const {
  const std::lock_guard lock(mutex_);
  return end_reason_;
}

std::string JsThread::end_text() const {
  const std::lock_guard lock(mutex_);
  return end_text_;
}

void JsThread::SetEnd(EndReason reason, std::string text) {
  const std::lock_guard lock(mutex_);
  if (end_reason_ != EndReason::kNone) return;
  end_reason_ = reason;
  end_text_ = std::move(text);
}

std::optional<int> JsThread::exit_code() const {
  if (host::InForkedChild()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  return exit_code_;
}

void JsThread::set_exit_code(int code) {
  const std::lock_guard lock(mutex_);
  exit_code_ = code;
}

void JsThread::ThrowWrongThread() const {
  host::CheckNotForked();
  throw WrongThread("JavaScript of environment \"" + name_ +
                    "\" was touched from another thread. Use Run, RunAsync or Post to get to its "
                    "own thread.");
}

}  // namespace nodehost::detail
