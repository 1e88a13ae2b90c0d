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
constexpr auto kUnwindTime = 300ms;
// Node's own clean-up comes to an end, unless native code holds a Worker.
constexpr auto kCleanUpTime = 2000ms;

}  // namespace

void Stopper::Open(uv_loop_t* loop, v8::Isolate* isolate) {
  timer_.Open(this, uv_timer_init, loop);
  timer_.Unref();
  alive_.Open(loop, isolate);
}

void Stopper::Close() {
  alive_.Close();
  timer_.Close();
}

void Stopper::Request() {
  thread_.life().RequestStop();
  thread_.queue().Seal();
}

StopResult Stopper::Stop(std::chrono::milliseconds timeout) {
  if (detail::InForkedChild()) return {.ended = false, .clean = false};
  const auto until = detail::TimeAfter(timeout);
  Request();
  if (thread_.IsCurrent()) {
    TerminateLater(detail::Clamped(timeout));
    return {.ended = false, .clean = false};
  }
  WaitOrTerminate(until);
  return thread_.life().Result();
}

void Stopper::WaitOrTerminate(detail::Life::Clock::time_point until) {
  detail::Life& life = thread_.life();
  if (life.WaitUntilEnded(until)) return;
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
  if (thread_.life().Terminate(std::move(still_alive))) thread_.Refuse();
}

void Stopper::TerminateLater(std::chrono::milliseconds timeout) {
  uv_timer_start(
      timer_.get(),
      [](uv_timer_t* timer) {
        auto* const self = static_cast<Stopper*>(timer->data);
        if (detail::Realm* const realm = self->thread_.realm()) {
          self->Terminate(detail::AliveResources(*realm));
        }
      },
      static_cast<std::uint64_t>(timeout.count()), 0);
}

}  // namespace nodehost::host
