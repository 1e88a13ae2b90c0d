#include "nodehost/any_environment.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "driver.hpp"
#include "engine/realm.hpp"
#include "thread/fork_guard.hpp"

namespace nodehost {

using host::Driver;

AnyEnvironment::AnyEnvironment(std::shared_ptr<detail::JsThread> thread) noexcept
    : EnvironmentVerbs(std::move(thread)) {}

AnyEnvironment::AnyEnvironment(AnyEnvironment&&) noexcept = default;

AnyEnvironment& AnyEnvironment::operator=(AnyEnvironment&& other) noexcept {
  AnyEnvironment taken(std::move(other));
  std::swap(thread_, taken.thread_);
  return *this;
}

AnyEnvironment::~AnyEnvironment() {
  if (thread_) Stop();
}

Statistics AnyEnvironment::ReadStatistics(std::chrono::milliseconds timeout) const {
  return Driver::Of(Thread()).instance().ReadStatistics(timeout);
}

void AnyEnvironment::CollectGarbage() {
  Run([this](Js&) {
    detail::Realm& realm = detail::Realm::Of(*thread_);
    realm.references().Collect();  // what other threads have released is garbage, too
    realm.isolate()->LowMemoryNotification();
  });
}

StopResult AnyEnvironment::Stop() {
  return Stop(Driver::Of(Thread()).instance().options().stop_timeout);
}

StopResult AnyEnvironment::Stop(std::chrono::milliseconds timeout) {
  return Driver::Of(Thread()).Stop(timeout);
}

int AnyEnvironment::WaitForExit() {
  detail::JsThread& thread = Thread();
  detail::CheckNotForked();
  if (thread.IsOwnedHere()) {
    throw HostError(fmt::format(
        "WaitForExit was called on the JS thread of environment \"{}\", which would wait "
        "for itself. Call it on another thread.",
        thread.name()));
  }
  thread.life().WaitUntilEnded();
  Driver::Of(thread).TryJoin();
  return thread.life().end().exit_code.value_or(1);
}

std::optional<int> AnyEnvironment::exit_code() const {
  detail::JsThread& thread = Thread();
  if (detail::InForkedChild()) return std::nullopt;
  return thread.life().end().exit_code;
}

}  // namespace nodehost
