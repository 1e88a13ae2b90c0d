#include "nodehost/pumped_environment.hpp"

#include <memory>
#include <utility>

#include "nodehost/platform.hpp"
#include "platform_state.hpp"
#include "pump_driver.hpp"
#include "thread/fork_guard.hpp"

namespace nodehost {

namespace {

// Every JsThread behind a PumpedEnvironment was made below.
host::PumpDriver& AsPumpDriver(detail::JsThread& thread) {
  return static_cast<host::PumpDriver&>(thread);
}

}  // namespace

PumpedEnvironment::PumpedEnvironment(std::shared_ptr<detail::JsThread> thread) noexcept
    : AnyEnvironment(std::move(thread)) {}

bool PumpedEnvironment::Poll() { return AsPumpDriver(Thread()).Poll(); }

int PumpedEnvironment::fd() const { return AsPumpDriver(Thread()).fd(); }

std::optional<std::chrono::milliseconds> PumpedEnvironment::timeout() const {
  return AsPumpDriver(Thread()).Timeout();
}

PumpedEnvironment NodejsPlatform::CreatePumpedEnvironment(EnvironmentOptions options,
                                                          PumpOptions pump) {
  detail::CheckNotForked();
  auto driver = std::make_shared<host::PumpDriver>(*impl_, std::move(options), std::move(pump));
  impl_->Start(driver);
  return PumpedEnvironment(std::move(driver));
}

}  // namespace nodehost
