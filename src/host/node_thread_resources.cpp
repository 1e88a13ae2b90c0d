// What others can see of a JS thread at work: its numbers, and that it has been busy for long.
#include <utility>

#include "node_thread.hpp"

namespace nodehost::host {

void NodeThread::OpenMeters() {
  uv_async_init(loop_, &deadline_wake_, [](uv_async_t* async) {
    static_cast<NodeThread*>(async->data)->MeetDeadlines(false);
  });
  deadline_wake_.data = this;
  uv_unref(reinterpret_cast<uv_handle_t*>(&deadline_wake_));
  meter_.Open(loop_, isolate_, &wake_, options_.max_heap_mb << 20);
}

void NodeThread::CloseMeters() {
  meter_.Close();
  uv_close(reinterpret_cast<uv_handle_t*>(&deadline_wake_), nullptr);
}

void NodeThread::WatchBusy() {
  if (!options_.on_busy) return;
  busy_watch_.emplace(options_.name, options_.busy_after, options_.on_busy);
  const std::weak_ptr<detail::JsThread> self = weak_from_this();
  platform_.watchdog.At(Clock::now(), [self]() -> std::optional<Clock::time_point> {
    const auto thread = std::static_pointer_cast<NodeThread>(self.lock());
    const auto progress = thread ? thread->meter_.Progress() : std::nullopt;
    if (!progress) return std::nullopt;
    return thread->busy_watch_->Look(*progress, [&] {
      thread->life().IfAlive([&] {
        thread->isolate_->RequestInterrupt(
            [](v8::Isolate* isolate, void* data) {
              static_cast<NodeThread*>(data)->busy_watch_->Answer(isolate);
            },
            thread.get());
      });
    });
  });
}

Statistics NodeThread::ReadStatistics(std::chrono::milliseconds patience) {
  Statistics statistics = meter_.Read(patience);
  statistics.queue_length = queue().size();
  return statistics;
}

}  // namespace nodehost::host
