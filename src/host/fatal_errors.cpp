#include "fatal_errors.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <thread>
#include <utility>

#include "engine/realm.hpp"
#include "exit_codes.hpp"
#include "node_setup.hpp"
#include "process/boundary.hpp"

namespace nodehost::host {

namespace {

thread_local FatalErrors* of_this_thread = nullptr;

// The thread cannot unwind, as no exception may pass frames of V8, and it cannot end either: so it
// sleeps.
[[noreturn]] void SleepForever() {
  while (true) std::this_thread::sleep_for(std::chrono::hours(24));
}

}  // namespace

FatalErrors::~FatalErrors() {
  if (of_this_thread == this) of_this_thread = nullptr;
}

void FatalErrors::AllowParking() noexcept { of_this_thread = this; }

bool FatalErrors::RunOrLeave(const std::function<void()>& work) {
  if (landing_) {
    work();
    return true;
  }
  // Puts back what the frames that longjmp skips would have put back; also when `work` throws.
  struct Restored {
    explicit Restored(FatalErrors& errors)
        : self(errors), current(errors.thread_), outer(std::exchange(of_this_thread, &errors)) {}
    ~Restored() {
      self.landing_ = nullptr;
      of_this_thread = outer;
    }
    Restored(const Restored&) = delete;
    Restored& operator=(const Restored&) = delete;

    FatalErrors& self;
    const detail::JsThread::CurrentScope current;
    FatalErrors* const outer;
    std::jmp_buf landing{};
  } restored(*this);
  landing_ = &restored.landing;
  if (setjmp(restored.landing) != 0) return false;
  work();
  return true;
}

FatalErrors* FatalErrors::OfThisThread() noexcept { return of_this_thread; }

void FatalErrors::Contain() {
  if (FatalErrors* const self = of_this_thread) {
    self->Park(EndReason::kFatalError, "V8 or Node met a fatal error");
  } else if (Boundary* const boundary = Boundary::OfWorker()) {
    boundary->on_worker_lost();
    SleepForever();
  }
}

void FatalErrors::Park(EndReason reason, const std::string& what) {
  detail::Life& life = thread_.life();
  detail::Realm* const realm = thread_.realm();
  life.Detach();  // V8 is not to be stopped any more
  thread_.EndJavaScript(
      {.reason = reason,
       .text = fmt::format("{}, after which V8 cannot go on: its {}", what,
                           landing_ ? "memory is lost" : "thread is parked for ever"),
       .exit_code = kAbortCode});
  life.Note({.exit_code = kAbortCode});
  LogEnd();  // Before anybody hears of the end, and frees what on_log uses.
  // This thread never touches again what the jobs under way have on its stack and elsewhere; so
  // they may be finished while they are in the middle.
  thread_.Refuse();
  jobs_.CancelRunning(thread_.StoppedError());
  if (realm) realm->waiters().Cancel(thread_.StoppedError());
  life.start().Fail(thread_.StoppedError());
  life.SetParked(fmt::format("The JS thread, parked for ever: {}", what));
  LetGoOfIsolates();
  if (!landing_) SleepForever();
  v8::Isolate* const isolate = v8::Isolate::TryGetCurrent();
  while (isolate && v8::Isolate::TryGetCurrent() == isolate) isolate->Exit();
  std::longjmp(*landing_, 1);
}

void FatalErrors::OnWorkerLost() {
  thread_.life().Note({.reason = EndReason::kFatalError,
                       .text = "V8 or Node met a fatal error in one of its Workers",
                       .exit_code = kAbortCode});
  has_lost_worker_ = true;
  stopper_.Terminate({"A Worker, parked for ever after a fatal error"});
}

void FatalErrors::LogEnd() {
  const detail::End end = thread_.life().end();
  if (end.reason != EndReason::kOutOfMemory && end.reason != EndReason::kFatalError) return;
  if (std::exchange(logged_, true)) return;
  const std::string text = fmt::format("Environment \"{}\" ended: {}.", thread_.name(), end.text);
  if (!options_.on_log) {
    std::fprintf(stderr, "%s\n", text.c_str());
    return;
  }
  try {
    options_.on_log(text);
  } catch (...) {
    // on_log failed, and there is no other place to report to.
  }
}

}  // namespace nodehost::host
