#include "pumped_thread.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "engine/catch.hpp"
#include "engine/realm.hpp"
#include "nodehost/errors.hpp"
#include "thread/fork_guard.hpp"
#include "thread/timeout.hpp"
#if defined(__linux__)
#include <pthread.h>
#endif

namespace nodehost::host {

namespace {

// V8 counts on 984 KiB from where it is first entered; C++ below JavaScript needs some, too.
constexpr std::size_t kLeastStackBytes = 1536 << 10;

// Turns of the loop for one Poll, at most: JavaScript that starts new I/O in each must not hold up
// the program's own loop.
constexpr int kMostTurns = 4;

// Without enough of it, endless recursion is a crash and not a RangeError.
void CheckStack() {
#if defined(__linux__)
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return;
  void* lowest = nullptr;
  std::size_t size = 0;
  pthread_attr_getstack(&attributes, &lowest, &size);
  pthread_attr_destroy(&attributes);
  const auto left =
      reinterpret_cast<std::byte*>(__builtin_frame_address(0)) - static_cast<std::byte*>(lowest);
  if (left < static_cast<std::ptrdiff_t>(kLeastStackBytes)) {
    throw HostError("This thread has " + std::to_string(left / 1024) +
                    " KiB of stack left, and JavaScript needs " +
                    std::to_string(kLeastStackBytes / 1024) +
                    ". Give the thread a larger stack, or use CreateEnvironment.");
  }
#endif
}

}  // namespace

// While it lives, the owner is in the environment. What was entered before, and what is current,
// comes back after.
class PumpedThread::Inside {
 public:
  explicit Inside(PumpedThread& thread)
      : thread_(thread),
        before_(Current()),
        locker_(thread.isolate_),
        isolate_scope_(thread.isolate_),
        handle_scope_(thread.isolate_),
        context_scope_(thread.setup_->context()) {
    set_current(&thread);
    if (++thread.depth_ == 1 && thread.wake_thread_) thread.wake_thread_->Pause();
  }
  ~Inside() {
    --thread_.depth_;
    set_current(before_);
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  PumpedThread& thread_;
  JsThread* const before_;
  const v8::Locker locker_;
  const v8::Isolate::Scope isolate_scope_;
  const v8::HandleScope handle_scope_;
  const v8::Context::Scope context_scope_;
};

PumpedThread::PumpedThread(PlatformState& platform, EnvironmentOptions options, PumpOptions pump)
    : NodeThread(platform, std::move(options)), pump_(std::move(pump)) {
  if (NodeThread::options().run_command_line) {
    throw HostError(
        "EnvironmentOptions::run_command_line is for CreateEnvironment: a command has no event "
        "loop "
        "of its own.");
  }
}

PumpedThread::~PumpedThread() = default;

void PumpedThread::Start() {
  CheckStack();
  try {
    Open();
  } catch (...) {
    life().FailStart(std::current_exception());
    Refuse();
    if (setup_) {
      End(1);
    } else {
      SetEnded();
    }
    throw;
  }
  AfterInside();
}

void PumpedThread::Open() {
  setup_ = MakeSetup();
  isolate_ = setup_->isolate();
  const Inside inside(*this);
  realm_owner_ =
      std::make_unique<detail::RealmOwner>(*this, isolate_, setup_->context(), base_dir().string());
  Attach(*setup_);
  fd_ = uv_backend_fd(loop_);
  if (pump_.on_wake) wake_thread_ = std::make_unique<WakeThread>(fd_, pump_.on_wake);
  Load(*realm_owner_->operator->());
}

void PumpedThread::CheckOwner(const char* call) const {
  detail::CheckNotForked();
  if (IsOwnedHere()) return;
  throw WrongThread(std::string(call) + " was called for environment \"" + name() +
                    "\" on another thread than the one that made it. It runs only there; use Run, "
                    "RunAsync or Post from elsewhere.");
}

bool PumpedThread::Poll() {
  CheckOwner("Poll");
  if (depth_ > 0) {
    throw HostError("Poll was called inside a job or callback of environment \"" + name() +
                    "\". Leave that first: the event loop goes on in the next Poll.");
  }
  if (!setup_) return false;
  const auto keep = shared_from_this();  // a job may destroy the last handle
  bool finished = false;
  int code = 1;
  {
    const Inside inside(*this);
    Turn();
    finished = HasFinished(code);
  }
  if (finished) {
    End(code);
  } else {
    AfterInside();
  }
  return setup_ != nullptr;
}

void PumpedThread::Turn() {
  for (int turn = 0; turn < kMostTurns && !life().over(); ++turn) {
    uv_run(loop_, UV_RUN_NOWAIT);
    if (!HasNewWatchers()) break;
  }
}

// As at the end of node::SpinEventLoop, which would wait for what `beforeExit` starts.
bool PumpedThread::HasFinished(int& code) {
  if (life().over() || !queue().drained() || uv_loop_alive(loop_) != 0) return false;
  platform_.node_platform->DrainTasks(isolate_);
  if (life().over() || uv_loop_alive(loop_) != 0) return false;
  if (node::EmitProcessBeforeExit(env_).IsNothing() || life().over()) return false;
  if (uv_loop_alive(loop_) != 0) return false;
  code = node::EmitProcessExit(env_).FromMaybe(1);
  return true;
}

// libuv tells the system of a new descriptor at the start of the next turn; before that, the loop's
// own descriptor does not speak for it. The queue of those that wait is a part of the loop that
// <uv.h> shows, a pair of links in every libuv of version 1.
bool PumpedThread::HasNewWatchers() const noexcept {
#if defined(_WIN32)
  return false;
#else
  const auto* const links = reinterpret_cast<const void* const*>(&loop_->watcher_queue);
  return links[0] != links;
#endif
}

int PumpedThread::LoopTimeout() {
  if (life().over() || HasNewWatchers()) return 0;
  uv_update_time(loop_);
  return uv_backend_timeout(loop_);
}

std::optional<std::chrono::milliseconds> PumpedThread::Timeout() {
  CheckOwner("timeout");
  if (!setup_) return std::chrono::milliseconds(0);
  const int timeout = LoopTimeout();
  if (timeout < 0) return std::nullopt;
  return std::chrono::milliseconds(timeout);
}

void PumpedThread::RunBlocking(detail::Job& job) {
  detail::CheckNotForked();
  if (!IsOwnedHere()) return NodeThread::RunBlocking(job);
  if (!setup_ || life().over() || queue().closed()) return job.Cancel(StoppedError());
  const auto keep = shared_from_this();
  {
    const Inside inside(*this);
    if (depth_ == 1) RunJobs();
    if (life().over()) {
      job.Cancel(StoppedError());
    } else {
      const v8::HandleScope handle_scope(isolate_);
      {
        const detail::JobCatch caught(realm());
        job.Run(js());
      }
      const node::CallbackScope ticks(isolate_, v8::Object::New(isolate_), {0, 0});
    }
  }
  AfterInside();
}

void PumpedThread::AfterInside() {
  if (depth_ > 0 || !setup_) return;
  if (life().over()) {
    End(1);
  } else if (stop_until_) {
    Finish(*stop_until_);
  } else if (wake_thread_) {
    wake_thread_->Watch(LoopTimeout());
  }
}

StopResult PumpedThread::Stop(std::chrono::milliseconds deadline) {
  if (!IsOwnedHere() || detail::InForkedChild()) {
    StopResult result = NodeThread::Stop(deadline);
    if (!result.ended && depth_ == 0) {
      result.still_alive = {"The thread that owns the environment did not call Poll"};
    }
    return result;
  }
  const Clock::time_point until = detail::TimeAfter(deadline);
  RequestStop();
  if (depth_ > 0) {
    stop_until_ = std::min(until, stop_until_.value_or(until));
    return {.ended = false, .clean = false};
  }
  if (setup_) Finish(until);
  return life().Result();
}

// From here on the owner waits for the end, and another thread for the deadline: JavaScript that
// does not let go of the owner is terminated from there.
void PumpedThread::Finish(Clock::time_point until) {
  stop_until_.reset();
  std::thread deadline([&] {
    if (!life().WaitUntilEnded(until)) EndByForce();
  });
  int code = 1;
  {
    const Inside inside(*this);
    code = node::SpinEventLoop(env_).FromMaybe(1);
  }
  End(code);
  deadline.join();
}

void PumpedThread::End(int code) {
  wake_thread_.reset();
  fd_ = -1;
  {
    const Inside inside(*this);
    Conclude(code);
    realm_owner_.reset();
  }
  JsThread* const before = Current();
  set_current(this);
  FreeSetup(std::move(setup_));
  set_current(before);
  SetEnded();
}

}  // namespace nodehost::host
