#include "pump_driver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "nodehost/errors.hpp"
#include "thread/fork_guard.hpp"
#include "thread/timeout.hpp"
#if defined(__linux__)
#include <pthread.h>
#endif

namespace nodehost::host {

namespace {

// V8 uses up to 984 KiB of stack from where it is first entered; C++ that JavaScript calls needs
// some beyond that.
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
    throw HostError(fmt::format(
        "This thread has {} KiB of stack left, and JavaScript needs {}. Give the thread a "
        "larger stack, or use CreateEnvironment.",
        left / 1024, kLeastStackBytes / 1024));
  }
#endif
}

EnvironmentOptions Checked(EnvironmentOptions options) {
  if (options.run_command_line) {
    throw HostError(
        "EnvironmentOptions::run_command_line is for CreateEnvironment: a command has no event "
        "loop of its own.");
  }
  return options;
}

}  // namespace

// While it lives, the owner is in the environment.
class PumpDriver::Inside {
 public:
  explicit Inside(PumpDriver& driver) : driver_(driver), entered_(driver.instance()) {
    if (++driver.depth_ == 1 && driver.wake_thread_) driver.wake_thread_->Pause();
  }
  ~Inside() { --driver_.depth_; }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  PumpDriver& driver_;
  const Instance::Entered entered_;
};

PumpDriver::PumpDriver(PlatformState& platform, EnvironmentOptions options, PumpOptions pump)
    : Driver(platform, Checked(std::move(options))),
      pump_(std::move(pump)),
      node_platform_(*platform.node_platform) {}

void PumpDriver::Start() {
  CheckStack();
  try {
    Open();
  } catch (...) {
    life().start().Fail(nullptr);  // nobody waits for it: the caller gets the error from here
    Refuse();
    End(1);
    throw;
  }
  AfterInside();
}

void PumpDriver::Open() {
  instance().SetUp();
  fd_ = uv_backend_fd(loop());
  if (pump_.on_wake) wake_thread_ = std::make_unique<WakeThread>(fd_, pump_.on_wake);
  Enter([this] { instance().Load(); });
  if (lost_) std::rethrow_exception(StoppedError());
}

// Runs `work` in the environment; a fatal error of V8's or Node's leaves it.
void PumpDriver::Enter(const std::function<void()>& work) {
  const bool left = !instance().fatal_errors().RunOrLeave([&] {
    const Inside inside(*this);
    work();
  });
  if (!left) return;
  lost_ = true;
  depth_ = 0;
  fd_ = -1;
  wake_thread_.reset();
  // Never freed: threads of V8's own may use it at any time.
  static_cast<void>(new std::shared_ptr<JsThread>(shared_from_this()));
}

void PumpDriver::CheckOwner(const char* call) const {
  detail::CheckNotForked();
  if (IsOwnedHere()) return;
  throw WrongThread(fmt::format(
      "{} was called for environment \"{}\" on another thread than the one that made it. "
      "It runs only there; use Run, RunAsync or Post from elsewhere.",
      call, name()));
}

bool PumpDriver::Poll() {
  CheckOwner("Poll");
  if (depth_ > 0) {
    throw HostError(
        fmt::format("Poll was called inside a job or callback of environment \"{}\". Leave that "
                    "first: the event loop goes on in the next Poll.",
                    name()));
  }
  if (!IsSetUp()) return false;
  const auto keep = shared_from_this();  // a job may destroy the last handle
  bool finished = false;
  int exit_code = 1;
  Enter([&] {
    Turn();
    finished = HasFinished(exit_code);
  });
  if (finished) {
    End(exit_code);
  } else {
    AfterInside();
  }
  return IsSetUp();
}

void PumpDriver::Turn() {
  for (int turn = 0; turn < kMostTurns && !life().over(); ++turn) {
    uv_run(loop(), UV_RUN_NOWAIT);
    if (!HasNewWatchers()) break;
  }
}

// As at the end of node::SpinEventLoop, which would wait for what `beforeExit` starts.
bool PumpDriver::HasFinished(int& exit_code) {
  const auto goes_on = [this] { return life().over() || uv_loop_alive(loop()) != 0; };
  if (!queue().drained() || goes_on()) return false;
  node_platform_.DrainTasks(instance().setup()->isolate());
  if (goes_on()) return false;
  node::Environment* const env = instance().setup()->env();
  if (node::EmitProcessBeforeExit(env).IsNothing() || goes_on()) return false;
  exit_code = node::EmitProcessExit(env).FromMaybe(1);
  return true;
}

// libuv adds a new descriptor to its epoll set at the start of the next turn; before that, the
// loop's own descriptor does not become readable for it. The queue of new descriptors is a member
// of uv_loop_t in <uv.h>: a pair of links in every libuv of version 1.
bool PumpDriver::HasNewWatchers() noexcept {
#if defined(_WIN32)
  return false;
#else
  const auto* const links = reinterpret_cast<const void* const*>(&loop()->watcher_queue);
  return links[0] != links;
#endif
}

int PumpDriver::LoopTimeout() {
  if (life().over() || HasNewWatchers()) return 0;
  uv_update_time(loop());
  return uv_backend_timeout(loop());
}

std::optional<std::chrono::milliseconds> PumpDriver::Timeout() {
  CheckOwner("timeout");
  if (!IsSetUp()) return std::chrono::milliseconds(0);
  const int timeout = LoopTimeout();
  if (timeout < 0) return std::nullopt;
  return std::chrono::milliseconds(timeout);
}

void PumpDriver::RunBlocking(detail::Job& job) {
  detail::CheckNotForked();
  if (!IsOwnedHere()) return JsThread::RunBlocking(job);
  if (life().phase() != detail::Phase::kRunning) return job.Cancel(StoppedError());
  const auto keep = shared_from_this();  // a job may destroy the last handle
  volatile bool begun = false;
  Enter([&] {
    if (depth_ == 1) instance().jobs().RunWaiting();
    begun = true;
    detail::BorrowedJob borrowed(job);
    if (life().over()) {
      borrowed.Cancel(StoppedError());
    } else {
      instance().jobs().Run(borrowed);
    }
  });
  if (lost_ && !begun) job.Cancel(StoppedError());
  AfterInside();
}

void PumpDriver::AfterInside() {
  if (depth_ > 0 || !IsSetUp()) return;
  if (life().over()) {
    End(1);
  } else if (stop_until_) {
    FinishUntil(*stop_until_);
  } else if (wake_thread_) {
    wake_thread_->Watch(LoopTimeout());
  }
}

StopResult PumpDriver::Stop(std::chrono::milliseconds timeout) {
  if (!IsOwnedHere() || detail::InForkedChild()) {
    StopResult result = instance().stopper().Stop(timeout);
    if (!result.ended && depth_ == 0) {
      result.still_alive = {"The thread that owns the environment did not call Poll"};
    }
    return result;
  }
  const auto until = detail::TimeAfter(timeout);
  instance().stopper().Request();
  if (depth_ > 0) {
    stop_until_ = std::min(until, stop_until_.value_or(until));
    instance().stopper().TerminateAt(until);
    return {.ended = false, .clean = false};
  }
  if (IsSetUp()) FinishUntil(until);
  return life().Result();
}

bool PumpDriver::TryJoin() { return life().phase() == detail::Phase::kEnded; }

// The owner turns the loop until the end, and another thread watches the time: JavaScript that does
// not let go of the owner is terminated from there.
void PumpDriver::FinishUntil(detail::Life::Clock::time_point until) {
  stop_until_.reset();
  std::thread watch([&] { instance().stopper().WaitOrTerminate(until); });
  int exit_code = 1;
  Enter([&] { exit_code = node::SpinEventLoop(instance().setup()->env()).FromMaybe(1); });
  End(exit_code);
  watch.join();
}

void PumpDriver::End(int exit_code) {
  wake_thread_.reset();
  fd_ = -1;
  if (IsSetUp()) {
    Enter([&] {
      instance().Conclude(exit_code);
      // The clean-up would wait for the Worker for ever.
      FatalErrors& errors = instance().fatal_errors();
      if (errors.has_lost_worker()) errors.Park(EndReason::kFatalError, "a Worker was lost");
    });
  }
  if (lost_) return;
  instance().Free();
  life().SetEnded();
}

}  // namespace nodehost::host
