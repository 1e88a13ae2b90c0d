// Jobs and start-up scripts with a deadline: withdrawn from the queue, or stopped in the middle,
// when their time is up.
#include <string>
#include <utility>

#include "node_thread.hpp"
#include "nodehost/errors.hpp"
#include "thread/timeout.hpp"
#include "timed_job.hpp"

namespace nodehost::host {

using std::chrono_literals::operator""ms;

namespace {

// How often JavaScript is asked again to stop: native code may have held it the first time, or C++
// have caught the error and gone on.
constexpr auto kAgain = 20ms;

class QueuedTimedJob final : public detail::Job {
 public:
  QueuedTimedJob(std::shared_ptr<TimedJob> timed, NodeThread& thread)
      : timed_(std::move(timed)), thread_(thread) {}

  void Run(Js&) noexcept override { thread_.RunTimedHere(*timed_); }
  void Cancel(const std::exception_ptr& reason) noexcept override { timed_->Cancel(reason); }

 private:
  const std::shared_ptr<TimedJob> timed_;
  NodeThread& thread_;
};

}  // namespace

// A job with a deadline while it runs; on the JS thread's stack.
class NodeThread::RunningDeadline {
 public:
  RunningDeadline(NodeThread& thread, Clock::time_point deadline)
      : until(deadline),
        outer(std::exchange(thread.deadlines_, this)),
        thread_(thread),
        async_id_(node::AsyncHooksGetExecutionAsyncId(thread.isolate_)),
        spin_depth_(thread.spinning_) {}

  ~RunningDeadline() {
    thread_.deadlines_ = outer;
    if (hit_) thread_.AfterDeadline(IsWhole());
  }

  RunningDeadline(const RunningDeadline&) = delete;
  RunningDeadline& operator=(const RunningDeadline&) = delete;

  // Whether JavaScript may be cut off here, or there is none, and the environment go on. If not,
  // Node and other people's promises would be left in the middle: what the event loop and the
  // microtask queue do is not the job's own, nor are callbacks of async resources, which Node
  // aborts the process over when they are entered and never left.
  bool MayCut(bool in_javascript) const {
    return IsWhole() &&
           (!in_javascript || (thread_.spinning_ == spin_depth_ &&
                               !v8::MicrotasksScope::IsRunningMicrotasks(thread_.isolate_)));
  }

  // False the first time: such callbacks get time to return.
  bool AskedBefore() { return std::exchange(asked_before_, true); }

  void Hit() { hit_ = true; }

  const Clock::time_point until;
  RunningDeadline* const outer;

 private:
  bool IsWhole() const {
    return node::AsyncHooksGetExecutionAsyncId(thread_.isolate_) == async_id_;
  }

  NodeThread& thread_;
  const node::async_id async_id_;
  const int spin_depth_;
  bool hit_ = false;
  bool asked_before_ = false;
};

void NodeThread::RunTimed(detail::Job& job, std::chrono::milliseconds deadline) {
  deadline = detail::Clamped(deadline);
  const auto timed = std::make_shared<TimedJob>(job, Clock::now() + deadline);
  WatchJob(timed, deadline);
  if (IsCurrent()) {
    RunTimedHere(*timed);
    return;
  }
  if (IsOwnedHere()) {
    QueuedTimedJob queued(timed, *this);
    RunBlocking(queued);
    return;
  }
  const WaitGuard guard(*this);
  Enqueue(std::make_unique<QueuedTimedJob>(timed, *this), /*must_accept=*/false);
  timed->Wait();
}

void NodeThread::EnqueueTimed(std::unique_ptr<detail::Job> job,
                              std::chrono::milliseconds deadline) {
  deadline = detail::Clamped(deadline);
  const auto timed = std::make_shared<TimedJob>(std::move(job), Clock::now() + deadline);
  WatchJob(timed, deadline);
  Enqueue(std::make_unique<QueuedTimedJob>(timed, *this), /*must_accept=*/false);
}

void NodeThread::WatchJob(const std::shared_ptr<TimedJob>& timed,
                          std::chrono::milliseconds deadline) {
  const auto withdrawn = std::make_exception_ptr(DeadlineExceeded(
      "A job for environment \"" + name() + "\" had not been started after " +
          std::to_string(deadline.count()) + " ms, its deadline, and was withdrawn.",
      /*started=*/false));
  const std::weak_ptr<detail::JsThread> self = weak_from_this();
  platform_.watchdog.At(
      timed->until(),
      [self, withdrawn,
       job = std::weak_ptr<TimedJob>(timed)]() -> std::optional<Clock::time_point> {
        const auto timed_job = job.lock();
        const auto thread = std::static_pointer_cast<NodeThread>(self.lock());
        if (!timed_job || !thread || timed_job->Withdraw(withdrawn) || timed_job->finished()) {
          return std::nullopt;
        }
        thread->AskToMeetDeadlines();
        return Clock::now() + kAgain;
      });
}

void NodeThread::RunTimedHere(TimedJob& timed) {
  detail::Job* const job = timed.Start();
  if (!job) return;
  if (!realm()) {
    job->Cancel(StoppedError());
  } else {
    const RunningDeadline running(*this, timed.until());
    job->Run(js());
  }
  timed.Finish();
}

void NodeThread::AskToMeetDeadlines() {
  life().IfAlive([this] {
    uv_async_send(&deadline_wake_);
    // V8 keeps a list of these until it runs JavaScript again: one is enough.
    if (deadline_asked_.exchange(true)) return;
    isolate_->RequestInterrupt(
        [](v8::Isolate* isolate, void* data) {
          auto* const self = static_cast<NodeThread*>(data);
          self->deadline_asked_ = false;
          if (self->MeetDeadlines(true)) isolate->TerminateExecution();
        },
        this);
  });
}

bool NodeThread::MeetDeadlines(bool in_javascript) {
  if (life().over()) return false;
  const auto now = Clock::now();
  RunningDeadline* hit = nullptr;
  for (RunningDeadline* at = deadlines_; at; at = at->outer) {
    if (at->until <= now) hit = at;
  }
  if (!hit) return false;
  const bool may_cut = hit->MayCut(in_javascript);
  if (!may_cut && !hit->AskedBefore()) return false;
  hit->Hit();
  DisableJavaScript(std::make_exception_ptr(DeadlineExceeded(
      "A job in environment \"" + name() + "\" was not done by its deadline and was stopped.",
      /*started=*/true)));
  if (!may_cut) EndAtDeadline();
  return true;
}

void NodeThread::EndAtDeadline() {
  // Already now, so that Node unwinds without asking whether its books are in order.
  EndJavaScript(
      {.reason = EndReason::kTerminated,
       .text = "a job was stopped at its deadline in the middle of callbacks that were not its own",
       .exit_code = 1});
}

void NodeThread::AfterDeadline(bool whole) {
  if (!whole && !life().over()) EndAtDeadline();
  life().IfAlive([this] { isolate_->CancelTerminateExecution(); });
  EnableJavaScript();
}

void NodeThread::RunStartScriptInTime() {
  if (options_.start_deadline) {
    const std::weak_ptr<detail::JsThread> self = weak_from_this();
    platform_.watchdog.At(detail::TimeAfter(*options_.start_deadline),
                          [self]() -> std::optional<Clock::time_point> {
                            const auto thread = std::static_pointer_cast<NodeThread>(self.lock());
                            if (thread && thread->life().TimeOutStart()) thread->Terminate({});
                            return std::nullopt;
                          });
  }
  std::exception_ptr ended;
  try {
    RunStartScript();
  } catch (const EnvironmentStopped&) {
    ended = std::current_exception();
  }
  if (!ended && life().SetReady()) return;
  if (life().start_timed_out()) {
    throw DeadlineExceeded("The start_script of environment \"" + name() +
                               "\" was not done after " +
                               std::to_string(options_.start_deadline->count()) +
                               " ms, its deadline, and was stopped.",
                           /*started=*/true);
  }
  std::rethrow_exception(ended);
}

}  // namespace nodehost::host
