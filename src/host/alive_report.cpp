#include "alive_report.hpp"

#include <fmt/format.h>

#include <utility>

#include "engine/activity.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::host {

void AliveReport::Open(uv_loop_t* loop, v8::Isolate* isolate) {
  probe_.Open(loop, isolate, [this, isolate](Probe::By by) {
    if (by == Probe::By::kInterrupt) {
      SetAnswer({fmt::format("JavaScript was running: at {}", detail::TopFrame(isolate))}, false);
    } else if (detail::Realm* const realm = detail::JsThread::Current()->realm()) {
      SetAnswer(detail::AliveResources(*realm), true);
    }
  });
}

void AliveReport::Send() {
  {
    const std::lock_guard lock(mutex_);
    names_.clear();
    complete_ = false;
  }
  probe_.Send();
}

bool AliveReport::IsComplete() {
  const std::lock_guard lock(mutex_);
  return complete_;
}

std::vector<std::string> AliveReport::Answer() {
  const std::lock_guard lock(mutex_);
  if (!complete_ && names_.empty()) return {"Native code was running"};
  return names_;
}

std::vector<std::string> AliveReport::Ask(std::chrono::milliseconds timeout) {
  Send();
  {
    std::unique_lock lock(mutex_);
    answered_.wait_for(lock, timeout, [this] { return complete_; });
  }
  return Answer();
}

void AliveReport::SetAnswer(std::vector<std::string> names, bool complete) {
  const std::lock_guard lock(mutex_);
  if (complete_) return;
  names_ = std::move(names);
  complete_ = complete;
  if (complete) answered_.notify_all();
}

}  // namespace nodehost::host
