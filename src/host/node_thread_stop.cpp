// How a NodeThread is brought to its end by the others: ask, wait, terminate, join.
#include <utility>

#include "node_thread.hpp"
#include "nodehost/errors.hpp"
#include "thread/fork_guard.hpp"
#include "thread/timeout.hpp"

namespace nodehost::host {

namespace {

using std::chrono_literals::operator""ms;

// Together they are the half second that Stop may take after its deadline.
constexpr auto kAnswerTime = 150ms;
constexpr auto kUnwindTime = 300ms;
// Node's own clean-up comes to an end, unless a Worker is held by native code.
constexpr auto kCleanUpTime = 2000ms;

}  // namespace

void NodeThread::RequestStop() {
  life().RequestStop();
  queue().Seal();
}

StopResult NodeThread::Stop(std::chrono::milliseconds deadline) {
  if (detail::InForkedChild()) return {.ended = false, .clean = false};
  const auto until = detail::TimeAfter(deadline);
  RequestStop();
  if (IsCurrent()) {
    StopAfter(detail::Clamped(deadline));
    return {.ended = false, .clean = false};
  }
  if (!life().WaitUntilEnded(until)) EndByForce();
  TryJoin();
  return life().Result();
}

void NodeThread::EndByForce() {
  const bool asked = life().CanTerminate();
  if (asked) {
    alive_.Ask();
    Terminate(alive_.Answer(kAnswerTime));
  }
  const DebuggerClient* const debugger = LetGoOfJavaScript();
  life().WaitAfterTerminate(kUnwindTime, kCleanUpTime);
  if (asked && debugger && debugger->found_paused()) {
    life().SetStillAlive({"A debugger had JavaScript paused"});
  }
}

void NodeThread::Terminate(std::vector<std::string> still_alive) {
  boundary_.Cancel();
  {
    const std::lock_guard lock(mutex_);
    if (waits_for_debugger_) still_alive = {"JavaScript was waiting for a debugger"};
  }
  // Native code may hold the thread for long; nobody has to wait for it in vain.
  if (life().Terminate(std::move(still_alive))) Refuse();
}

int NodeThread::WaitForExit() {
  detail::CheckNotForked();
  if (IsOwnedHere()) {
    throw HostError("WaitForExit was called on the JS thread of environment \"" + name() +
                    "\", which would wait for itself. Call it on another thread.");
  }
  life().WaitUntilEnded();
  TryJoin();
  return life().end().exit_code.value_or(1);
}

bool NodeThread::TryJoin() {
  if (detail::InForkedChild()) return false;
  if (life().phase() != detail::Phase::kEnded) return false;
  if (!joined_.exchange(true)) uv_thread_join(&thread_);
  return true;
}

}  // namespace nodehost::host
