#include "nodehost/environment.hpp"

#include <memory>
#include <utility>

#include "node_thread.hpp"

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

bool Environment::OnJsThread() const noexcept { return thread_->IsCurrent(); }

Js& Environment::CurrentJs() const { return thread_->js(); }

void Environment::RunBlocking(detail::Job& job) const { thread_->RunBlocking(job); }

void Environment::Enqueue(std::unique_ptr<detail::Job> job, bool must_accept) const {
  thread_->Enqueue(std::move(job), must_accept);
}

StopResult Environment::Stop() { return Stop(AsNodeThread(*thread_).options().stop_deadline); }

StopResult Environment::Stop(std::chrono::milliseconds deadline) {
  return AsNodeThread(*thread_).Stop(deadline);
}

int Environment::WaitForExit() { return AsNodeThread(*thread_).WaitForExit(); }

std::optional<int> Environment::exit_code() const { return thread_->exit_code(); }

}  // namespace nodehost
