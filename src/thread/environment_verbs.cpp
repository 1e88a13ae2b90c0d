#include "nodehost/environment_verbs.hpp"

#include <memory>
#include <utility>

#include "js_thread.hpp"
#include "nodehost/environment_ref.hpp"

namespace nodehost {

EnvironmentVerbs::EnvironmentVerbs(std::shared_ptr<detail::JsThread> thread) noexcept
    : thread_(std::move(thread)) {}

EnvironmentRef::EnvironmentRef(const Js& js) noexcept
    : EnvironmentVerbs(js.thread().shared_from_this()) {}

bool EnvironmentVerbs::OnJsThread() const noexcept { return thread_ && thread_->IsCurrent(); }

detail::JsThread& EnvironmentVerbs::Thread() const {
  if (!thread_) {
    throw HostError(
        "An Environment was used after it was moved from. Use the one it was moved to.");
  }
  return *thread_;
}

Js& EnvironmentVerbs::CurrentJs() const { return thread_->js(); }

void EnvironmentVerbs::RunBlocking(detail::Job& job) const {
  static_cast<void>(Thread());
  const auto keep = thread_;  // the job may destroy this Environment
  keep->RunBlocking(job);
}

void EnvironmentVerbs::Enqueue(std::unique_ptr<detail::Job> job, bool must_accept) const {
  Thread().Enqueue(std::move(job), must_accept);
}

void EnvironmentVerbs::RunLimited(detail::Job& job, const RunOptions& limits) const {
  Thread().RunLimited(job, limits);
}

void EnvironmentVerbs::EnqueueLimited(std::unique_ptr<detail::Job> job,
                                      const RunOptions& limits) const {
  Thread().EnqueueLimited(std::move(job), limits);
}

}  // namespace nodehost
