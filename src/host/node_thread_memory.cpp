// What a NodeThread does when JavaScript has no memory left: it ends JavaScript while there is
// room, and where V8 leaves none, gives up the thread rather than the process.
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

// What a shell says of `node`, which aborts in this case.
constexpr int kOutOfMemoryCode = 134;

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
    if (self && self->has_own_thread_) self->Park(location);
  });
}

void NodeThread::OnOutOfMemory(const std::string& what) {
  SetEnd(EndReason::kOutOfMemory, "it ran out of memory (" + what + ")");
  if (js_over_.exchange(true)) return;
  set_exit_code(kOutOfMemoryCode);
  set_realm(nullptr);
  // The queue is refused when JavaScript has unwound: what its jobs own may belong to V8, which is
  // in the middle of a garbage collection.
  node::Stop(env_);
}

void NodeThread::LogOutOfMemory() {
  if (end_reason() != EndReason::kOutOfMemory) return;
  const std::string text = "Environment \"" + name() + "\" ended: " + end_text() + ".";
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

void NodeThread::Park(const char* location) {
  detail::Realm* const own_realm = realm();
  SetEnd(EndReason::kOutOfMemory,
         std::string("it ran out of memory at once (") + location +
             "), which V8 does not come back from: its thread is parked for ever");
  js_over_ = true;
  if (!exit_code()) set_exit_code(kOutOfMemoryCode);
  set_realm(nullptr);
  {
    const std::lock_guard lock(mutex_);
    env_ = nullptr;
    parked_ = true;
    still_alive_ = {"The JS thread, parked for ever: V8 ran out of memory in the middle"};
  }
  // This thread never touches again what the jobs under way have on its stack and elsewhere; so
  // they may end under its feet.
  Refuse();
  CancelAll(std::exchange(running_, nullptr), StoppedError());
  if (own_realm) own_realm->waiters().Cancel(StoppedError());
  Ready(StoppedError());
  changed_.notify_all();
  while (true) std::this_thread::sleep_for(std::chrono::hours(24));
}

}  // namespace nodehost::host
