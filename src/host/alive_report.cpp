#include "alive_report.hpp"

#include <utility>

#include "engine/activity.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::host {

void AliveReport::Open(uv_loop_t* loop, v8::Isolate* isolate) {
  probe_.Open(loop, isolate, [this, isolate](Probe::By by) {
    if (by == Probe::By::kInterrupt) {
      Answer({"JavaScript was running: at " + detail::TopFrame(isolate)}, false);
    } else if (detail::Realm* const realm = detail::JsThread::Current()->realm()) {
      Answer(detail::AliveResources(*realm), true);
    }
  });
}

std::vector<std::string> AliveReport::Ask(std::chrono::milliseconds timeout) {
  {
    const std::lock_guard lock(mutex_);
    names_.clear();
    complete_ = false;
  }
  probe_.Send();
  std::unique_lock lock(mutex_);
  answered_.wait_for(lock, timeout, [this] { return complete_; });
  if (!complete_ && names_.empty()) names_ = {"Native code was running"};
  return names_;
}

void AliveReport::Answer(std::vector<std::string> names, bool complete) {
  const std::lock_guard lock(mutex_);
  if (complete_) return;
  names_ = std::move(names);
  complete_ = complete;
  if (complete) answered_.notify_all();
}

}  // namespace nodehost::host
