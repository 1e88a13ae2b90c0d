// Calls with a timeout or a token. Deadlines (src/host) withdraws a call from the queue or stops
// the code that runs. Here the caller is told, who does not wait for that, and a promise is given
// up that the function has returned.
#include "nodehost/detail/limited_call.hpp"

#include <fmt/format.h>
#include <v8.h>

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "activity.hpp"
#include "catch.hpp"
#include "nodehost/convert/structs.hpp"
#include "nodehost/detail/engine.hpp"
#include "nodehost/detail/job.hpp"
#include "nodehost/errors.hpp"
#include "realm.hpp"
#include "thread/js_thread.hpp"
#include "thread/task_thread.hpp"
#include "thread/timeout.hpp"
#include "thread/wait_flag.hpp"
#include "v8_strings.hpp"

namespace nodehost::detail {

namespace {

using std::chrono_literals::operator""ms;

// How long the caller waits for JavaScript that was stopped to report where it was. It reports at
// once, unless native code holds it.
constexpr auto kTimeToStop = 20ms;

enum class Cause : std::uint8_t { kTimeout, kStopped };

// "format (/app/format.js:3:5)"
std::string PlaceOf(v8::Isolate* isolate, v8::Local<v8::Function> function) {
  const auto text = [&](v8::Local<v8::Value> value) {
    std::string result;
    if (value->IsString()) FromV8String(isolate, value.As<v8::String>(), result);
    return result;
  };
  const std::string file = text(function->GetScriptOrigin().ResourceName());
  if (file.empty()) return "";
  return fmt::format(" ({}:{}:{})", file, function->GetScriptLineNumber() + 1,
                     function->GetScriptColumnNumber() + 1);
}

// One call, shared by the job, the timer, the token and the outcome. Once it has an outcome, it
// drops the others.
class LimitedInvocation final : public std::enable_shared_from_this<LimitedInvocation> {
 public:
  LimitedInvocation(const Member& member, std::shared_ptr<LimitedCall> call, RunOptions limits)
      : function_(member.function),
        receiver_(member.receiver),
        name_(member.field ? member.field->name : "The function"),
        call_(std::move(call)),
        outcome_(call_->outcome),
        limits_(std::move(limits)) {}

  JsThread& thread() const { return *function_.get()->thread; }
  TaskStateBase& outcome() const { return *outcome_; }
  const RunOptions& limits() const { return limits_; }

  // Sets clock and token going. False if it is to end before it has begun.
  bool Watch() {
    if (limits_.stop.stop_requested()) {
      Expire(Cause::kStopped);
      return false;
    }
    outcome_->set_origin(thread().shared_from_this());
    if (limits_.timeout) {
      until_ = TimeAfter(*limits_.timeout);
      number_ = TaskThread::Get().CallAt(until_, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->Expire(Cause::kTimeout);
      });
    }
    if (limits_.stop.stop_possible()) {
      on_stop_.emplace(limits_.stop, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->Expire(Cause::kStopped);
      });
    }
    outcome_->AfterSettled([self = shared_from_this()] { self->Forget(); });
    return true;
  }

  // On the JS thread.
  void Run(Js& js) noexcept {
    if (!Begin()) return;
    try {
      const v8::HandleScope scope(Realm::Of(thread()).isolate());
      SetPlace();
      Invoke(function_, receiver_, *call_->signature, call_->arguments, call_->result);
      ThrowIfStopped(js);
      Returned();
      call_->Complete();
    } catch (...) {
      outcome_->Fail(std::current_exception());
    }
  }

  // Called when Deadlines has withdrawn the job: the caller gets an error that names the call.
  void Cancel(const std::exception_ptr& reason) noexcept {
    try {
      std::rethrow_exception(reason);
    } catch (const DeadlineExceeded&) {
      Expire(Cause::kTimeout);
    } catch (const Cancelled&) {
      Expire(Cause::kStopped);
    } catch (...) {
      outcome_->Fail(reason);
    }
  }

 private:
  enum class Phase : std::uint8_t { kQueued, kRunning, kReturned, kOver };

  bool Begin() {
    const std::lock_guard lock(mutex_);
    if (phase_ != Phase::kQueued) return false;
    phase_ = Phase::kRunning;
    return true;
  }
  void SetPlace() {
    v8::Isolate* const isolate = Realm::Of(thread()).isolate();
    const v8::Local<v8::Value> function = function_.get()->Get(isolate);
    std::string place =
        function->IsFunction() ? PlaceOf(isolate, function.As<v8::Function>()) : std::string();
    const std::lock_guard lock(mutex_);
    place_ = std::move(place);
  }
  void Returned() {
    const std::lock_guard lock(mutex_);
    if (phase_ == Phase::kRunning) phase_ = Phase::kReturned;
  }

  void Expire(Cause cause) {
    if (outcome_->settled()) return;
    Phase phase;
    {
      const std::lock_guard lock(mutex_);
      phase = phase_;
      if (phase == Phase::kOver) return;  // the other of call and job was here first, and says so
      if (phase == Phase::kQueued) phase_ = Phase::kOver;
    }
    // The limit comes first: what the function makes of its signal is not the caller's error.
    if (phase != Phase::kRunning) Fail(cause, phase != Phase::kQueued);
    call_->aborts.Abort(cause == Cause::kTimeout ? std::make_exception_ptr(JsError(JsErrorData{
                                                       .name = "TimeoutError",
                                                       .message = "The operation was aborted due "
                                                                  "to timeout"}))
                                                 : nullptr);
    if (phase == Phase::kRunning) {
      TaskThread::Get().CallAt(TaskThread::Clock::now() + kTimeToStop,
                               [cause, weak = weak_from_this()] {
                                 if (const auto self = weak.lock()) self->Fail(cause, true);
                               });
    }
  }

  void Fail(Cause cause, bool started) {
    if (outcome_->settled()) return;
    std::string text = name_;
    {
      const std::lock_guard lock(mutex_);
      text += place_;
    }
    if (cause == Cause::kTimeout) {
      const auto after = Clamped(*limits_.timeout).count();
      text += started ? fmt::format(" was not done after {} ms, its timeout. It had begun.", after)
                      : fmt::format(" had not begun after {} ms, its timeout, and was withdrawn.",
                                    after);
      outcome_->Fail(std::make_exception_ptr(DeadlineExceeded(text, started)));
    } else {
      text += started ? " was cancelled after it had begun." : " was cancelled before it began.";
      outcome_->Fail(std::make_exception_ptr(Cancelled(text, started)));
    }
  }

  // The outcome is there.
  void Forget() {
    if (number_ != 0) TaskThread::Get().Forget(until_, number_);
    on_stop_.reset();
  }

  const Ref function_;
  const Ref receiver_;
  const std::string name_;
  const std::shared_ptr<LimitedCall> call_;
  const std::shared_ptr<TaskStateBase> outcome_;
  const RunOptions limits_;
  TaskThread::Clock::time_point until_{};
  std::uint64_t number_ = 0;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
  std::mutex mutex_;
  // Guarded by mutex_.
  Phase phase_ = Phase::kQueued;
  std::string place_;
};

class LimitedJob final : public Job {
 public:
  explicit LimitedJob(std::shared_ptr<LimitedInvocation> invocation)
      : invocation_(std::move(invocation)) {}
  void Run(Js& js) noexcept override { invocation_->Run(js); }
  void Cancel(const std::exception_ptr& reason) noexcept override { invocation_->Cancel(reason); }

 private:
  const std::shared_ptr<LimitedInvocation> invocation_;
};

void Make(const std::shared_ptr<LimitedInvocation>& invocation, bool here) {
  if (!invocation->Watch()) return;
  if (here) {
    LimitedJob job(invocation);
    invocation->thread().RunLimited(job, invocation->limits());
  } else {
    invocation->thread().EnqueueLimited(std::make_unique<LimitedJob>(invocation),
                                        invocation->limits());
  }
}

}  // namespace

void InvokeLimited(const Member& member, const std::shared_ptr<LimitedCall>& call,
                   const RunOptions& limits) {
  const auto invocation = MakePooled<LimitedInvocation>(member, call, limits);
  Make(invocation, invocation->thread().IsCurrent());
}

void InvokeLimitedAndWait(const Member& member, const std::shared_ptr<LimitedCall>& call,
                          const RunOptions& limits) {
  const auto invocation = MakePooled<LimitedInvocation>(member, call, limits);
  JsThread& thread = invocation->thread();
  if (thread.IsOwnedHere()) {
    Make(invocation, /*here=*/true);
    return;
  }
  const JsThread::WaitGuard guard(thread);
  Make(invocation, /*here=*/false);
  WaitFlag done;
  invocation->outcome().OnSettled([&done] { done.Set(); });
  done.Wait();
}

}  // namespace nodehost::detail
