#include "stopper.hpp"

#include <cstdint>
#include <utility>

#include "engine/activity.hpp"
#include "thread/fork_guard.hpp"
#include "thread/timeout.hpp"

namespace nodehost::host {

namespace {

using std::chrono_literals::operator""ms;

// Together they are the half second that Stop may take after its timeout.
constexpr auto kAnswerTime = 150ms;
// How often the watchdog looks for that answer.
constexpr auto kLookAgain = 5ms;
constexpr auto kUnwindTime = 300ms;
// Node's start comes to an end, before there is JavaScript that could keep it from that.
constexpr auto kSetUpTime = 5000ms;
// Node's own clean-up comes to an end, unless native code holds a Worker.
constexpr auto kCleanUpTime = 2000ms;

}  // namespace

void Stopper::Request() {
  thread_.life().RequestStop();
  thread_.queue().Seal();
}

StopResult Stopper::Stop(std::chrono::milliseconds timeout) {
  if (detail::InForkedChild()) return {.ended = false, .clean = false};
  const auto until = detail::TimeAfter(timeout);
  Request();
  if (thread_.IsCurrent()) {
    TerminateAt(until);
    return {.ended = false, .clean = false};
  }
  WaitOrTerminate(until);
  return thread_.life().Result();
}

void Stopper::WaitOrTerminate(detail::Life::Clock::time_point until) {
  detail::Life& life = thread_.life();
  if (life.WaitUntilEnded(until)) return;
  life.WaitUntilAttached(kSetUpTime);
  const bool terminates = life.CanTerminate();
  if (terminates) Terminate(alive_.Ask(kAnswerTime));
  const DebuggerClient* const debugger = debugger_.ResumeJavaScript();
  life.WaitAfterTerminate(kUnwindTime, kCleanUpTime);
  if (terminates && debugger && debugger->found_paused()) {
    life.SetStillAlive({"A debugger had JavaScript paused"});
  }
}

void Stopper::Terminate(std::vector<std::string> still_alive) {
  process_.Cancel();
  if (debugger_.is_waiting()) still_alive = {"JavaScript was waiting for a debugger"};
  // The jobs that wait are refused now: native code may hold the thread for long.
  if (!thread_.life().Terminate(std::move(still_alive))) return;
  thread_.Refuse();
}

void Stopper::TerminateAt(detail::Life::Clock::time_point until) {
  if (terminate_at_ && *terminate_at_ <= until) return;
  terminate_at_ = until;
  const auto answered_by = [](Watchdog::Clock::time_point asked) { return asked + kAnswerTime; };
  watchdog_.At(until,
               [this, answered_by, weak_thread = thread_.weak_from_this(),
                asked = std::optional<Watchdog::Clock::time_point>()]() mutable
               -> std::optional<Watchdog::Clock::time_point> {
                 const auto thread = weak_thread.lock();  // keeps this object alive
                 if (!thread || !thread->life().CanTerminate()) return std::nullopt;
                 const auto now = Watchdog::Clock::now();
                 if (!asked) {
                   asked = now;
                   alive_.Send();
                 }
                 if (!alive_.IsComplete() && now < answered_by(*asked)) return now + kLookAgain;
                 Terminate(alive_.Answer());
                 return std::nullopt;
               });
}

}  // namespace nodehost::host
