#include "termination.hpp"

#include <optional>
#include <utility>

namespace nodehost::host {

namespace {

using std::chrono_literals::operator""ms;

constexpr auto kAskAgain = 20ms;

}  // namespace

std::function<void()> TerminationOf(detail::JsThread& thread, node::Environment* environment,
                                    std::shared_ptr<Watchdog> watchdog,
                                    std::function<void()> end_workers) {
  return [environment, watchdog = std::move(watchdog), end_workers = std::move(end_workers),
          weak_thread = thread.weak_from_this(), insists = false]() mutable {
    node::Stop(environment);
    if (std::exchange(insists, true)) return;
    watchdog->At(Watchdog::Clock::now(),
                 [end_workers, weak_thread,
                  waited = false]() mutable -> std::optional<Watchdog::Clock::time_point> {
                   end_workers();
                   const auto owner = weak_thread.lock();
                   if (std::exchange(waited, true) && (!owner || !owner->life().InsistOnEnd())) {
                     return std::nullopt;
                   }
                   return Watchdog::Clock::now() + kAskAgain;
                 });
  };
}

}  // namespace nodehost::host
