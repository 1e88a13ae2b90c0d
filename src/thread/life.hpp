// Life: how far one environment has come between its start and its end, and how it ended. It alone
// decides that, under one mutex: everything else asks it, waits for it, or tells it what happened.
// It knows neither V8 nor Node, so that it can be tested by itself.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nodehost/end_reason.hpp"
#include "nodehost/stop_result.hpp"
#include "start_outcome.hpp"

namespace nodehost::detail {

enum class Phase {
  kStarting,    ///< It is being set up, or its start_script runs.
  kRunning,     ///< It takes jobs.
  kStopping,    ///< It was asked to end: it takes no new jobs and finishes what it has begun.
  kTerminated,  ///< JavaScript is over, for whatever reason, and is not entered again.
  kEnded,       ///< The environment is freed.
  kParked,      ///< V8 cannot be left: the thread sleeps for ever and keeps what it has.
};

/// Whether the thread has left JavaScript for good.
constexpr bool IsLeft(Phase phase) noexcept {
  return phase == Phase::kEnded || phase == Phase::kParked;
}

inline constexpr std::size_t kPhaseCount = 6;

/// The transitions: kTransitions[from][to].
///
/// starting -> running      when the start_script has returned
/// starting -> terminated   when the start_script calls process.exit, throws or takes too long
/// starting -> ended        when the set-up fails before there is JavaScript
/// running  -> stopping     by Stop
/// running, stopping -> terminated  by process.exit, an uncaught error, a limit, by force, or with
///                          nothing left to do
/// terminated -> ended      when the clean-up is done
/// any but ended -> parked  by a fatal error in V8 or Node
inline constexpr bool kTransitions[kPhaseCount][kPhaseCount] = {
    // to: starting running stopping terminated ended  parked
    {false, true, false, true, true, true},      // from starting
    {false, false, true, true, false, true},     // from running
    {false, false, false, true, false, true},    // from stopping
    {false, false, false, false, true, true},    // from terminated
    {false, false, false, false, false, false},  // from ended
    {false, false, false, false, false, false},  // from parked
};

/// Whether an illegal transition is reported. It is not made in any build.
#if defined(NDEBUG)
inline constexpr bool kReportsIllegalTransitions = false;
#else
inline constexpr bool kReportsIllegalTransitions = true;
#endif

/// What is called for an illegal transition, if kReportsIllegalTransitions. The default prints it
/// and aborts.
using IllegalTransitionHandler = void (*)(Phase from, Phase to);

/// Returns the handler that was set before.
IllegalTransitionHandler SetIllegalTransitionHandler(IllegalTransitionHandler handler) noexcept;

/// How JavaScript ended.
struct End {
  EndReason reason = EndReason::kNone;
  std::string text = {};  ///< The reason in words: "it ran out of memory (...)". May be empty.
  std::optional<int> exit_code = {};

  /// Takes the reason, and its text, of `later` if there is none yet.
  void AddReason(End& later);
};

/// All members may be called on any thread.
class Life {
 public:
  using Clock = std::chrono::steady_clock;

  Life() = default;
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;

  Phase phase() const noexcept { return phase_.load(std::memory_order_acquire); }

  /// Whether JavaScript is over, and not entered again.
  bool over() const noexcept { return phase() >= Phase::kTerminated; }

  /// What is known of the end so far.
  End end() const;

  /// The result of a Stop that returns now.
  StopResult Result() const;

  /// Waits until there is JavaScript, or it is clear that there will be none, or `timeout` is over.
  void WaitUntilAttached(std::chrono::milliseconds timeout);

  /// Whether there is JavaScript that Terminate() would end, or end anew.
  bool CanTerminate() const;

  /// From here on there is JavaScript, which `stop` has V8 stop: at once if it is over already. It
  /// is called under the lock.
  void Attach(std::function<void()> stop);

  /// From here on there is none: `stop` is not called any more.
  void Detach();

  /// Calls `function` under the lock if there is JavaScript that is not over; nobody ends it
  /// meanwhile. Returns whether it was called.
  template <class F>
  bool IfAlive(F&& function) {
    const std::lock_guard lock(mutex_);
    if (over() || !stop_) return false;
    std::forward<F>(function)();
    return true;
  }

  /// How the start went; SetReady settles it when it succeeds.
  StartOutcome& start() noexcept { return start_; }

  /// The start succeeded. Returns false, and does nothing, if it was timed out before.
  bool SetReady();

  /// Stop was called. Nothing happens unless it is running.
  void RequestStop();

  /// JavaScript is over, by its own doing or by a limit: stops it. What was told first stays.
  /// Returns whether it was not over before.
  bool EndJavaScript(End end);

  /// Ends JavaScript by force, once. `still_alive` is what kept it from ending by itself. Returns
  /// false if there is none, or if it was done before.
  bool Terminate(std::vector<std::string> still_alive);

  /// Has V8 stop JavaScript again, if it is over and still runs: what met the end may have
  /// swallowed it. Returns false if there is none any more.
  bool InsistOnEnd();

  /// Adds to what is known of the end; what was told first stays.
  void Note(End end);

  /// What kept it from ending by itself, known better now.
  void SetStillAlive(std::vector<std::string> still_alive);

  /// The environment is freed: nothing is left of it.
  void SetEnded();

  /// The thread will sleep for ever. `still_alive` says why, if nothing else is known to.
  void SetParked(std::string still_alive);

  /// Waits until it has ended or is parked, or `until` has come or somebody has terminated it by
  /// force meanwhile. Returns whether it has ended.
  bool WaitUntilEnded(std::optional<Clock::time_point> until = std::nullopt);

  /// After Terminate: waits until it has ended or is parked. JavaScript gets `unwinding` for that,
  /// from the Terminate on; where it has come to the clean-up by then, that gets `clean_up`.
  void WaitAfterTerminate(std::chrono::milliseconds unwinding, std::chrono::milliseconds clean_up);

 private:
  void GoTo(Phase next);  // with mutex_ held

  StartOutcome start_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<Phase> phase_{Phase::kStarting};  // written with mutex_ held
  // Guarded by mutex_.
  std::function<void()> stop_;  // empty: there is no JavaScript
  End end_;
  std::optional<Clock::time_point> forced_at_;
  std::vector<std::string> still_alive_;  // when it was terminated
};

}  // namespace nodehost::detail
