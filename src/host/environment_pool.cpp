#include "nodehost/environment_pool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "nodehost/errors.hpp"
#include "nodehost/platform.hpp"
#include "pool_state.hpp"

namespace nodehost {

namespace detail {

PoolLease::~PoolLease() {
  if (member_) member_->Leave();
}

Environment& PoolLease::environment() const noexcept { return member_->environment; }

void* PoolLease::imported(std::size_t number) const noexcept { return member_->Imported(number); }

PoolLease TakeLease(PoolState& state) { return PoolLease(state.Take()); }

}  // namespace detail

EnvironmentPool::EnvironmentPool(NodejsPlatform& platform, PoolOptions options) {
  if (options.environment.run_command_line) {
    throw HostError(
        "PoolOptions::environment.run_command_line: a pool's environments take work, and do not "
        "run the command line. Use start_script or set_up.");
  }
  if (options.size == 0) options.size = std::max(1u, std::thread::hardware_concurrency());
  state_ = std::make_shared<detail::PoolState>(platform, std::move(options));
  state_->Start();
}

EnvironmentPool::~EnvironmentPool() { Stop(); }

std::vector<StopResult> EnvironmentPool::Stop() { return Stop(state_->stop_timeout()); }

std::vector<StopResult> EnvironmentPool::Stop(std::chrono::milliseconds timeout) {
  return state_->Stop(timeout);
}

PoolStatistics EnvironmentPool::ReadStatistics() const { return state_->Read(); }

std::size_t EnvironmentPool::AddImport(detail::PoolImport import) {
  return state_->AddImport(std::move(import));
}

}  // namespace nodehost
