#include "nodehost/environment.hpp"

#include <memory>
#include <utility>

#include "node_thread.hpp"
#include "thread/fork_guard.hpp"

namespace nodehost {

namespace {

// Every JsThread behind an Environment was made by NodejsPlatform::CreateEnvironment.
host::NodeThread& AsNodeThread(detail::JsThread& thread) {
  return static_cast<host::NodeThread&>(thread);
}

}  // namespace

Environment::Environment(std::shared_ptr<detail::JsThread> thread) noexcept
    : thread_(std::move(thread)) {}

Environment::Environment(Environment&&) noexcept = default;

Environment& Environment::operator=(Environment&& other) noexcept {
  Environment taken = std::move(other);
  std::swap(thread_, taken.thread_);
  return *this;
}

Environment::~Environment() {
  if (thread_) Stop();
}

bool Environment::OnJsThread() const noexcept { return thread_ && thread_->IsCurrent(); }

detail::JsThread& Environment::Thread() const {
  if (!thread_) {
    throw HostError(
        "An Environment was used after it was moved from. Use the one it was moved to.");
  }
  return *thread_;
}

Js& Environment::CurrentJs() const { return thread_->js(); }

void Environment::RunBlocking(detail::Job& job) const {
  static_cast<void>(Thread());
  const auto keep = thread_;  // the job may destroy this Environment
  keep->RunBlocking(job);
}

void Environment::Enqueue(std::unique_ptr<detail::Job> job, bool must_accept) const {
  Thread().Enqueue(std::move(job), must_accept);
}

void Environment::RunTimed(detail::Job& job, std::chrono::milliseconds deadline) const {
  AsNodeThread(*thread_).RunTimed(job, deadline);
}

void Environment::EnqueueTimed(std::unique_ptr<detail::Job> job,
                               std::chrono::milliseconds deadline) const {
  AsNodeThread(*thread_).EnqueueTimed(std::move(job), deadline);
}

Statistics Environment::Statistics(std::chrono::milliseconds patience) const {
  return AsNodeThread(*thread_).ReadStatistics(patience);
}

StopResult Environment::Stop() { return Stop(AsNodeThread(Thread()).options().stop_deadline); }

StopResult Environment::Stop(std::chrono::milliseconds deadline) {
  return AsNodeThread(Thread()).Stop(deadline);
}

int Environment::WaitForExit() { return AsNodeThread(Thread()).WaitForExit(); }

std::optional<int> Environment::exit_code() const {
  detail::JsThread& thread = Thread();
  if (detail::InForkedChild()) return std::nullopt;
  return thread.life().end().exit_code;
}

}  // namespace nodehost
