// How a NodeThread is brought to its end by the others: ask, wait, terminate, join.
#include <algorithm>
#include <utility>

#include "node_thread.hpp"
#include "nodehost/errors.hpp"
#include "thread/fork_guard.hpp"

namespace nodehost::host {

namespace {

using std::chrono_literals::operator""ms;

// Together they are the half second that Stop may take after its deadline.
constexpr auto kAnswerTime = 150ms;
constexpr auto kUnwindTime = 300ms;
// Node's own clean-up comes to an end, unless a Worker is held by native code.
constexpr auto kCleanUpTime = 2000ms;
// Longer ones would overflow the clock.
constexpr std::chrono::milliseconds kLongest = std::chrono::hours(24 * 365);

}  // namespace

void NodeThread::RequestStop() { queue().Seal(); }

NodeThread::Clock::time_point NodeThread::TimeIn(std::chrono::milliseconds deadline) {
  return Clock::now() + std::clamp(deadline, 0ms, kLongest);
}

StopResult NodeThread::Stop(std::chrono::milliseconds deadline) {
  if (InForkedChild()) return {.ended = false, .clean = false};
  const auto until = TimeIn(deadline);
  RequestStop();
  if (IsCurrent()) {
    StopAfter(std::clamp(deadline, 0ms, kLongest));
    return {.ended = false, .clean = false};
  }
  if (!WaitUntilEnded(until)) EndByForce();
  TryJoin();
  return Result();
}

void NodeThread::EndByForce() {
  bool asked = false;
  {
    const std::lock_guard lock(mutex_);
    if (env_ && !terminated_) {
      alive_.Ask();
      asked = true;
    }
  }
  if (asked) Terminate(alive_.Answer(kAnswerTime));
  const DebuggerClient* const debugger = LetGoOfJavaScript();
  std::unique_lock lock(mutex_);
  const auto since = terminated_.value_or(Clock::now());
  const auto ended_by = [&](Clock::time_point until) {
    return changed_.wait_until(lock, until, [this] { return ended_ || parked_; });
  };
  if (!ended_by(since + kUnwindTime) && !env_) ended_by(since + kCleanUpTime);
  if (asked && debugger && debugger->found_paused()) {
    still_alive_ = {"A debugger had JavaScript paused"};
  }
}

void NodeThread::Terminate(std::vector<std::string> still_alive) {
  boundary_.Cancel();
  {
    const std::lock_guard lock(mutex_);
    if (!env_ || terminated_) return;
    terminated_ = Clock::now();
    if (waits_for_debugger_) still_alive = {"JavaScript was waiting for a debugger"};
    still_alive_ = std::move(still_alive);
    js_over_ = true;
    SetEnd(EndReason::kTerminated);
    node::Stop(env_);
  }
  // Native code may hold the thread for long; nobody has to wait for it in vain.
  Refuse();
  changed_.notify_all();
}

StopResult NodeThread::Result() {
  const std::lock_guard lock(mutex_);
  StopResult result{.ended = ended_,
                    .clean = ended_ && end_reason() == EndReason::kFinished,
                    .reason = ended_ || parked_ ? end_reason() : EndReason::kNone,
                    .exit_code = ended_ || parked_ ? exit_code() : std::nullopt,
                    .still_alive = still_alive_};
  if (!ended_ && !parked_ && !env_) {
    result.still_alive.emplace_back("The environment's clean-up was running");
  }
  return result;
}

int NodeThread::WaitForExit() {
  CheckNotForked();
  if (IsOwnedHere()) {
    throw HostError("WaitForExit was called on the JS thread of environment \"" + name() +
                    "\", which would wait for itself. Call it on another thread.");
  }
  WaitUntilEnded(std::nullopt);
  TryJoin();
  return exit_code().value_or(1);
}

bool NodeThread::WaitUntilEnded(std::optional<Clock::time_point> until) {
  std::unique_lock lock(mutex_);
  const auto ended = [this] { return ended_ || parked_; };
  // A wait for a deadline is over, too, once another Stop with less patience has terminated it.
  if (until) {
    changed_.wait_until(lock, *until, [this] { return ended_ || parked_ || terminated_; });
    return ended_;
  }
  changed_.wait(lock, ended);
  return ended_;
}

bool NodeThread::TryJoin() {
  if (InForkedChild()) return false;
  {
    const std::lock_guard lock(mutex_);
    if (!ended_) return false;
    if (std::exchange(joined_, true)) return true;
  }
  uv_thread_join(&thread_);
  return true;
}

}  // namespace nodehost::host
