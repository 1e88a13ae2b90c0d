#include "deadlines.hpp"

#include <fmt/format.h>

#include <utility>

#include "engine/activity.hpp"
#include "engine/catch.hpp"
#include "engine/realm.hpp"
#include "nodehost/errors.hpp"
#include "thread/timeout.hpp"
#include "timed_job.hpp"

namespace nodehost::host {

namespace {

using std::chrono_literals::operator""ms;
using Clock = Watchdog::Clock;

// The interval at which an overdue job is asked to stop again: native code may have held it the
// first time, or C++ may have caught the error and gone on.
constexpr auto kAgain = 20ms;

// How often a stop finds a hook of async resources running and looks again after a pause. Ours and
// most take microseconds; one of a script's may loop.
constexpr int kHookTries = 200;
constexpr auto kHookPause = std::chrono::microseconds(100);
constexpr int kHookFrames = 8;  // of the hook, above Node's

Clock::time_point DueTime(const RunOptions& limits) {
  return limits.timeout ? detail::TimeAfter(*limits.timeout) : Clock::time_point::max();
}

}  // namespace

// A timed job while it runs; on the JS thread's stack.
class Deadlines::Running {
 public:
  Running(Deadlines& deadlines, const TimedJob& job)
      : timed(job),
        outer(std::exchange(deadlines.innermost_, this)),
        deadlines_(deadlines),
        async_id_(node::AsyncHooksGetExecutionAsyncId(deadlines.isolate_)),
        spin_depth_(deadlines.jobs_.spin_depth()) {}

  ~Running() {
    deadlines_.innermost_ = outer;
    if (stopped_) deadlines_.AfterStop(IsWhole());
  }

  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  // Whether the job can be stopped here and the environment go on: no JavaScript runs, or nothing
  // but the job's own. What the event loop and the microtask queue run is not the job's own, and
  // Node and promises of others would be left half done; callbacks of async resources that are
  // entered and never left make Node abort the process.
  bool CanStop(bool in_javascript) const {
    return IsWhole() &&
           (!in_javascript || (!in_ticks_ && deadlines_.jobs_.spin_depth() == spin_depth_ &&
                               !v8::MicrotasksScope::IsRunningMicrotasks(deadlines_.isolate_)));
  }

  // False the first time: callbacks that are not the job's own get time to return.
  bool AskedBefore() { return std::exchange(asked_before_, true); }

  // Whether to look again when a hook of async resources runs.
  bool WaitsForHook() { return ++hook_tries_ < kHookTries; }

  void SetStopped() { stopped_ = true; }

  // The job is done; what runs now are the ticks and microtasks that it has left.
  void SetInTicks() { in_ticks_ = true; }

  const TimedJob& timed;
  Running* const outer;

 private:
  // Whether each async resource that was entered since the job began has been left.
  bool IsWhole() const {
    return node::AsyncHooksGetExecutionAsyncId(deadlines_.isolate_) == async_id_;
  }

  Deadlines& deadlines_;
  const node::async_id async_id_;
  const int spin_depth_;
  bool stopped_ = false;
  bool in_ticks_ = false;
  bool asked_before_ = false;
  int hook_tries_ = 0;
};

class Deadlines::QueuedJob final : public detail::Job {
 public:
  QueuedJob(std::shared_ptr<TimedJob> timed, Deadlines& deadlines)
      : timed_(std::move(timed)), deadlines_(deadlines) {}

  void Run(Js&) noexcept override { deadlines_.RunQueued(*timed_); }
  void Cancel(const std::exception_ptr& reason) noexcept override {
    timed_->Cancel(reason);
    deadlines_.Forget(*timed_);
  }

 private:
  const std::shared_ptr<TimedJob> timed_;
  Deadlines& deadlines_;
};

void Deadlines::Open(uv_loop_t* loop, v8::Isolate* isolate) {
  isolate_ = isolate;
  probe_.Open(loop, isolate, [this](Probe::By by) { OnProbe(by); });
}

void Deadlines::Run(detail::Job& job, const RunOptions& limits) {
  const auto timed = detail::MakePooled<TimedJob>(job, DueTime(limits));
  Watch(timed, limits);
  if (thread_.IsCurrent()) {
    RunHere(*timed);
  } else if (thread_.IsOwnedHere()) {
    QueuedJob queued(timed, *this);
    thread_.RunBlocking(queued);
  } else {
    const detail::JsThread::WaitGuard guard(thread_);
    thread_.Enqueue(std::make_unique<QueuedJob>(timed, *this), /*must_accept=*/false);
    timed->Wait();
  }
}

void Deadlines::Enqueue(std::unique_ptr<detail::Job> job, const RunOptions& limits) {
  const auto timed = detail::MakePooled<TimedJob>(std::move(job), DueTime(limits));
  Watch(timed, limits);
  thread_.Enqueue(std::make_unique<QueuedJob>(timed, *this), /*must_accept=*/false);
}

// Of a job that had not begun after `timeout`, or when its token said stop.
std::exception_ptr Deadlines::WithdrawnError(
    std::optional<std::chrono::milliseconds> timeout) const {
  if (timeout) {
    return std::make_exception_ptr(DeadlineExceeded(
        fmt::format("A job for environment \"{}\" had not been started after {} ms, its timeout, "
                    "and was withdrawn.",
                    thread_.name(), detail::Clamped(*timeout).count()),
        /*started=*/false));
  }
  return std::make_exception_ptr(
      Cancelled(fmt::format("A job for environment \"{}\" was cancelled before it was started.",
                            thread_.name()),
                /*started=*/false));
}

Watchdog::Task Deadlines::EndingOf(const std::shared_ptr<TimedJob>& timed,
                                   std::optional<std::chrono::milliseconds> timeout) {
  return [this, timeout, weak_thread = thread_.weak_from_this(),
          weak_job = std::weak_ptr(timed)]() -> std::optional<Clock::time_point> {
    const auto job = weak_job.lock();
    const auto thread = weak_thread.lock();  // keeps this object alive
    if (!job || !thread || job->Withdraw(WithdrawnError(timeout)) || job->left()) {
      return std::nullopt;
    }
    if (debugger_) debugger_->EndWait();
    probe_.Send();
    return Clock::now() + kAgain;
  };
}

void Deadlines::Watch(const std::shared_ptr<TimedJob>& timed, const RunOptions& limits) {
  if (limits.timeout) {
    timed->ticket = watchdog_->At(timed->until(), EndingOf(timed, limits.timeout));
  }
  if (!limits.stop.stop_possible()) return;
  if (limits.stop.stop_requested()) {
    timed->Withdraw(WithdrawnError(std::nullopt));
  } else {
    timed->CancelWith(limits.stop, [this, ending = EndingOf(timed, std::nullopt),
                                    weak_thread = thread_.weak_from_this()] {
      const auto thread = weak_thread.lock();
      if (thread) watchdog_->At(Clock::now(), ending);
    });
  }
}

template <class AfterJob>
void Deadlines::RunWatched(TimedJob& timed, AfterJob&& after) {
  detail::Job* const job = timed.Start();
  if (!job) return;
  if (!thread_.access().MayEnter()) {
    job->Cancel(thread_.StoppedError());
    timed.Finish();
  } else {
    Running running(*this, timed);
    job->Run(thread_.js());
    after(running);
  }
  Forget(timed);
}

void Deadlines::RunHere(TimedJob& timed) {
  RunWatched(timed, [](Running&) {});
  timed.Finish();
}

void Deadlines::RunQueued(TimedJob& timed) {
  RunWatched(timed, [&](Running& running) {
    timed.Finish();
    // The timeout covers ticks and microtasks, too: those that queue more of them never let the
    // loop
    // turn.
    running.SetInTicks();
    if (!thread_.access().MayEnter()) return;
    const detail::JobCatch::Loop callbacks(*thread_.realm());
    thread_.realm()->bridge().RunTicks();
  });
}

void Deadlines::Forget(TimedJob& timed) {
  timed.Leave();
  if (timed.until() != Clock::time_point::max()) watchdog_->Cancel(timed.ticket);
}

void Deadlines::OnProbe(Probe::By by) {
  const bool in_javascript = by == Probe::By::kInterrupt;
  if (StopOverdue(in_javascript) && in_javascript) isolate_->TerminateExecution();
}

// An environment that is stopped in a hook of async resources has to end, see AfterStop. This makes
// it rare: between here and where V8 stops JavaScript, another hook may begin.
bool Deadlines::WaitsForAsyncHook(Running& overdue) {
  if (!detail::HasFrameOf(isolate_, "node:internal/async_hooks", kHookFrames) ||
      !overdue.WaitsForHook()) {
    return false;
  }
  watchdog_->At(
      Clock::now() + kHookPause,
      [this, weak_thread = thread_.weak_from_this()]() -> std::optional<Clock::time_point> {
        const auto thread = weak_thread.lock();  // keeps this object alive
        if (thread) probe_.Send();
        return std::nullopt;
      });
  return true;
}

std::exception_ptr Deadlines::StoppedError(const TimedJob& timed, const std::string& where) const {
  if (timed.cancelled()) {
    return std::make_exception_ptr(
        Cancelled(fmt::format("A job in environment \"{}\" was cancelled and was stopped{}.",
                              thread_.name(), where),
                  /*started=*/true));
  }
  return std::make_exception_ptr(DeadlineExceeded(
      fmt::format("A job in environment \"{}\" was not done within its timeout and was stopped{}.",
                  thread_.name(), where),
      /*started=*/true));
}

bool Deadlines::StopOverdue(bool in_javascript) {
  if (thread_.life().over()) return false;
  const auto now = Clock::now();
  Running* overdue = nullptr;  // the outermost
  for (Running* at = innermost_; at; at = at->outer) {
    if (at->timed.IsDue(now)) overdue = at;
  }
  if (!overdue || (in_javascript && WaitsForAsyncHook(*overdue))) return false;
  const bool can_stop = overdue->CanStop(in_javascript);
  if (!can_stop && !overdue->AskedBefore()) return false;
  overdue->SetStopped();
  thread_.access().Disable(
      StoppedError(overdue->timed, in_javascript ? fmt::format(" at {}", detail::TopFrame(isolate_))
                                                 : std::string()));
  if (!can_stop) EndEnvironment();
  return true;
}

void Deadlines::AfterStop(bool whole) {
  if (!whole && !thread_.life().over()) EndEnvironment();
  thread_.life().IfAlive([this] { isolate_->CancelTerminateExecution(); });
  thread_.access().Enable();
  if (thread_.life().over() || !thread_.realm()) return;
  const v8::HandleScope scope(isolate_);
  // Where JavaScript is on the stack, modules and hooks may be on their way still.
  if (v8::StackTrace::CurrentStackTrace(isolate_, 1)->GetFrameCount() != 0) return;
  const v8::TryCatch caught(isolate_);
  auto& scripts = thread_.realm()->host_scripts();
  const auto nothing = v8::Undefined(isolate_);
  static_cast<void>(scripts.Run("first_use/unfinished_modules.js", nothing));
  v8::Local<v8::Value> hooks_are_whole;
  if (scripts.Run("first_use/hooks_are_whole.js", nothing).ToLocal(&hooks_are_whole) &&
      hooks_are_whole->IsFalse()) {
    EndEnvironment();
  }
}

void Deadlines::EndEnvironment() {
  // Ended before Node unwinds: Node then skips the check of its async stack, which would abort.
  thread_.EndJavaScript(
      {.reason = EndReason::kTerminated,
       .text = "a job was stopped at its timeout in the middle of callbacks that were not its own",
       .exit_code = 1});
}

void Deadlines::RunStart(const std::function<void()>& start,
                         std::optional<std::chrono::milliseconds> timeout, Stopper& stopper) {
  detail::Life& life = thread_.life();
  if (timeout) {
    watchdog_->At(
        detail::TimeAfter(*timeout),
        [&stopper, weak_thread = thread_.weak_from_this()]() -> std::optional<Clock::time_point> {
          const auto thread = weak_thread.lock();  // keeps the stopper alive
          if (thread && thread->life().start().TimeOut()) stopper.Terminate({});
          return std::nullopt;
        });
  }
  std::exception_ptr stopped;
  try {
    start();
  } catch (const EnvironmentStopped&) {
    stopped = std::current_exception();
  }
  if (!stopped && life.SetReady()) return;
  if (!life.start().timed_out()) std::rethrow_exception(stopped);
  throw DeadlineExceeded(
      fmt::format(
          "The start_script of environment \"{}\" was not done after {} ms, its timeout, and "
          "was stopped.",
          thread_.name(), timeout->count()),
      /*started=*/true);
}

}  // namespace nodehost::host
