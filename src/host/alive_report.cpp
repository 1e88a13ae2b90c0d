#include "alive_report.hpp"

#include <utility>

#include "engine/activity.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::host {

void AliveReport::Open(uv_loop_t* loop, v8::Isolate* isolate) {
  isolate_ = isolate;
  uv_async_init(loop, &asked_, [](uv_async_t* async) {
    detail::Realm* const realm = detail::JsThread::Current()->realm();
    if (!realm) return;
    static_cast<AliveReport*>(async->data)->Reply(detail::AliveResources(*realm), true);
  });
  uv_unref(reinterpret_cast<uv_handle_t*>(&asked_));
  asked_.data = this;
}

void AliveReport::Close() { uv_close(reinterpret_cast<uv_handle_t*>(&asked_), nullptr); }

void AliveReport::Ask() {
  {
    const std::lock_guard lock(mutex_);
    names_.clear();
    complete_ = false;
  }
  uv_async_send(&asked_);
  isolate_->RequestInterrupt(
      [](v8::Isolate* isolate, void* data) {
        static_cast<AliveReport*>(data)->Reply(
            {"JavaScript was running: at " + detail::TopFrame(isolate)}, false);
      },
      this);
}

void AliveReport::Reply(std::vector<std::string> names, bool complete) {
  const std::lock_guard lock(mutex_);
  if (complete_) return;
  names_ = std::move(names);
  complete_ = complete;
  if (complete) answered_.notify_all();
}

std::vector<std::string> AliveReport::Answer(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  answered_.wait_for(lock, timeout, [this] { return complete_; });
  if (!complete_ && names_.empty()) names_ = {"Native code was running"};
  return names_;
}

}  // namespace nodehost::host
