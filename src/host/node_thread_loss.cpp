// What a NodeThread does when JavaScript has no memory left, or V8 and Node cannot go on: it ends
// JavaScript while there is room, and where V8 leaves none, gives up the thread rather than the
// process.
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <utility>

#include "engine/realm.hpp"
#include "node_thread.hpp"
#include "nodehost/errors.hpp"

namespace nodehost::host {

namespace {

// What a shell says of `node`, which aborts in these cases.
constexpr int kAbortCode = 134;

// A thread can be left neither by an exception, through frames of V8, nor by its end.
[[noreturn]] void ParkThread() {
  while (true) std::this_thread::sleep_for(std::chrono::hours(24));
}

}  // namespace

void NodeThread::OpenHeapLimit() {
  // A command ends as `node` does: with V8's report, and SIGABRT.
  const bool asked = options_.max_heap_mb != 0 || options_.max_external_mb != 0;
  if (platform_.options.own_process && !asked) return;
  heap_limit_.Open(isolate_, options_.max_heap_mb, options_.max_external_mb,
                   [this](const std::string& what) { OnOutOfMemory(what); });
  // V8 aborts the process when this returns.
  isolate_->SetOOMErrorHandler([](const char* location, const v8::OOMDetails&) {
    // The thread of a Worker is not ours, nor is V8's own, nor that of a program that pumps.
    auto* const self = static_cast<NodeThread*>(Current());
    if (!self || !self->has_own_thread_) return;
    self->Park(EndReason::kOutOfMemory,
               std::string("it ran out of memory at once (") + location + ")");
  });
}

void NodeThread::OnOutOfMemory(const std::string& what) {
  // The queue is refused when JavaScript has unwound: what its jobs own may belong to V8, which is
  // in the middle of a garbage collection.
  EndJavaScript({.reason = EndReason::kOutOfMemory,
                 .text = "it ran out of memory (" + what + ")",
                 .exit_code = kAbortCode});
}

void NodeThread::LogLoss() {
  const detail::End end = life().end();
  if (end.reason != EndReason::kOutOfMemory && end.reason != EndReason::kFatalError) return;
  if (std::exchange(loss_logged_, true)) return;
  const std::string text = "Environment \"" + name() + "\" ended: " + end.text + ".";
  if (!options_.on_log) {
    std::fputs((text + "\n").c_str(), stderr);
    return;
  }
  try {
    options_.on_log(text);
  } catch (...) {
    // There is nobody left to tell.
  }
}

void NodeThread::MeetFatalError() {
  if (auto* const self = static_cast<NodeThread*>(Current())) {
    if (self->has_own_thread_) self->Park(EndReason::kFatalError, "V8 or Node met a fatal error");
  } else if (Boundary* const boundary = Boundary::OfWorker()) {
    boundary->on_worker_lost();
    ParkThread();
  }
}

void NodeThread::OnWorkerLost() {
  life().Note({.reason = EndReason::kFatalError,
               .text = "V8 or Node met a fatal error in one of its Workers",
               .exit_code = kAbortCode});
  worker_lost_ = true;
  Terminate({"A Worker, parked for ever after a fatal error"});
}

void NodeThread::Park(EndReason reason, const std::string& what) {
  detail::Realm* const own_realm = realm();
  life().Detach();  // V8 is not to be stopped any more
  EndJavaScript({.reason = reason,
                 .text = what + ", which V8 does not come back from: its thread is parked for ever",
                 .exit_code = kAbortCode});
  life().Note({.exit_code = kAbortCode});
  LogLoss();  // before anybody hears of the end, and lets what on_log uses go
  // This thread never touches again what the jobs under way have on its stack and elsewhere; so
  // they may end under its feet.
  Refuse();
  CancelAll(std::exchange(running_, nullptr), StoppedError());
  if (own_realm) own_realm->waiters().Cancel(StoppedError());
  life().FailStart(StoppedError());
  life().SetParked("The JS thread, parked for ever: " + what);
  ParkThread();
}

}  // namespace nodehost::host
