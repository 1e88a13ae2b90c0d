#include "life.hpp"

#include <cstdio>
#include <cstdlib>

namespace nodehost::detail {

namespace {

constexpr const char* kNames[] = {"starting",   "running", "stopping",
                                  "terminated", "ended",   "parked"};
static_assert(std::size(kNames) == kPhaseCount);

const char* NameOf(Phase phase) { return kNames[static_cast<std::size_t>(phase)]; }

void AbortOverIllegalTransition(Phase from, Phase to) {
  std::fprintf(stderr, "nodehost: an environment that is %s cannot become %s.\n", NameOf(from),
               NameOf(to));
  std::abort();
}

std::atomic<IllegalTransitionHandler> illegal_transition{&AbortOverIllegalTransition};

}  // namespace

IllegalTransitionHandler SetIllegalTransitionHandler(IllegalTransitionHandler handler) noexcept {
  return illegal_transition.exchange(handler);
}

void End::AddReason(End& later) {
  if (later.reason == EndReason::kNone || reason != EndReason::kNone) return;
  reason = later.reason;
  text = std::move(later.text);
}

void Life::GoTo(Phase next) {
  const Phase from = phase();
  if (!kTransitions[static_cast<std::size_t>(from)][static_cast<std::size_t>(next)]) {
    if constexpr (kReportsIllegalTransitions) illegal_transition.load()(from, next);
    return;
  }
  phase_.store(next, std::memory_order_release);
  changed_.notify_all();
}

End Life::end() const {
  const std::lock_guard lock(mutex_);
  return end_;
}

StopResult Life::Result() const {
  const std::lock_guard lock(mutex_);
  const bool ended = phase() == Phase::kEnded;
  StopResult result{.ended = ended,
                    .clean = ended && end_.reason == EndReason::kFinished,
                    .reason = IsLeft(phase()) ? end_.reason : EndReason::kNone,
                    .exit_code = IsLeft(phase()) ? end_.exit_code : std::nullopt,
                    .still_alive = still_alive_};
  if (!IsLeft(phase()) && !stop_) {
    result.still_alive.emplace_back("The environment's clean-up was running");
  }
  return result;
}

bool Life::CanTerminate() const {
  const std::lock_guard lock(mutex_);
  return stop_ && !forced_at_;
}

void Life::Attach(std::function<void()> stop) {
  const std::lock_guard lock(mutex_);
  stop_ = std::move(stop);
  if (over()) stop_();
  changed_.notify_all();
}

void Life::WaitUntilAttached(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, timeout, [this] { return stop_ || phase() != Phase::kStarting; });
}

void Life::Detach() {
  const std::lock_guard lock(mutex_);
  stop_ = nullptr;
}

bool Life::SetReady() {
  return start_.Succeed([this] {
    const std::lock_guard lock(mutex_);
    // JavaScript may have ended in the ticks that its start left behind.
    if (!over()) GoTo(Phase::kRunning);
  });
}

void Life::RequestStop() {
  const std::lock_guard lock(mutex_);
  if (phase() == Phase::kRunning) GoTo(Phase::kStopping);
}

bool Life::EndJavaScript(End end) {
  const std::lock_guard lock(mutex_);
  end_.AddReason(end);
  if (over()) return false;
  if (!end_.exit_code) end_.exit_code = end.exit_code;
  GoTo(Phase::kTerminated);
  if (stop_) stop_();
  return true;
}

bool Life::Terminate(std::vector<std::string> still_alive) {
  const std::lock_guard lock(mutex_);
  if (!stop_ || forced_at_) return false;
  forced_at_ = Clock::now();
  still_alive_ = std::move(still_alive);
  End end{.reason = EndReason::kTerminated};
  end_.AddReason(end);
  if (!over()) GoTo(Phase::kTerminated);
  stop_();  // anew, if JavaScript was over: native code may have kept it from ending
  changed_.notify_all();
  return true;
}

bool Life::InsistOnEnd() {
  const std::lock_guard lock(mutex_);
  if (!stop_ || !over() || phase() == Phase::kParked) return false;
  stop_();
  return true;
}

void Life::Note(End end) {
  const std::lock_guard lock(mutex_);
  end_.AddReason(end);
  if (!end_.exit_code) end_.exit_code = end.exit_code;
}

void Life::SetStillAlive(std::vector<std::string> still_alive) {
  const std::lock_guard lock(mutex_);
  still_alive_ = std::move(still_alive);
}

void Life::SetEnded() {
  const std::lock_guard lock(mutex_);
  GoTo(Phase::kEnded);
}

void Life::SetParked(std::string still_alive) {
  const std::lock_guard lock(mutex_);
  if (still_alive_.empty()) still_alive_.push_back(std::move(still_alive));
  GoTo(Phase::kParked);
}

bool Life::WaitUntilEnded(std::optional<Clock::time_point> until) {
  std::unique_lock lock(mutex_);
  if (until) {
    changed_.wait_until(lock, *until, [this] { return IsLeft(phase()) || forced_at_; });
  } else {
    changed_.wait(lock, [this] { return IsLeft(phase()); });
  }
  return phase() == Phase::kEnded;
}

void Life::WaitAfterTerminate(std::chrono::milliseconds unwinding,
                              std::chrono::milliseconds clean_up) {
  std::unique_lock lock(mutex_);
  const auto since = forced_at_.value_or(Clock::now());
  const auto is_left_by = [&](Clock::time_point until) {
    return changed_.wait_until(lock, until, [this] { return IsLeft(phase()); });
  };
  if (!is_left_by(since + unwinding) && !stop_) is_left_by(since + clean_up);
}

}  // namespace nodehost::detail
