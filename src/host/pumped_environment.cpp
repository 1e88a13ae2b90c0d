#include "nodehost/pumped_environment.hpp"

#include <memory>
#include <utility>

#include "nodehost/platform.hpp"
#include "platform_state.hpp"
#include "pumped_thread.hpp"
#include "thread/fork_guard.hpp"

namespace nodehost {

namespace {

// Every JsThread behind a PumpedEnvironment was made below.
host::PumpedThread& AsPumpedThread(detail::JsThread& thread) {
  return static_cast<host::PumpedThread&>(thread);
}

}  // namespace

PumpedEnvironment::PumpedEnvironment(std::shared_ptr<detail::JsThread> thread) noexcept
    : Environment(std::move(thread)) {}

bool PumpedEnvironment::Poll() { return AsPumpedThread(Thread()).Poll(); }

int PumpedEnvironment::fd() const { return AsPumpedThread(Thread()).fd(); }

std::optional<std::chrono::milliseconds> PumpedEnvironment::timeout() const {
  return AsPumpedThread(Thread()).Timeout();
}

PumpedEnvironment NodejsPlatform::CreatePumpedEnvironment(EnvironmentOptions options,
                                                          PumpOptions pump) {
  detail::CheckNotForked();
  auto thread = std::make_shared<host::PumpedThread>(*impl_, std::move(options), std::move(pump));
  thread->Start();
  impl_->Add(thread);
  return PumpedEnvironment(std::move(thread));
}

}  // namespace nodehost
