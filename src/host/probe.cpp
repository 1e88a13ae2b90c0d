#include "probe.hpp"

#include <utility>

namespace nodehost::host {

void Probe::Open(uv_loop_t* loop, v8::Isolate* isolate, std::function<void(By)> on_arrival) {
  on_arrival_ = std::move(on_arrival);
  const std::lock_guard lock(mutex_);
  isolate_ = isolate;
  thread_ = detail::JsThread::Current();
  async_.Open(this, uv_async_init, loop,
              [](uv_async_t* async) { static_cast<Probe*>(async->data)->Arrive(By::kLoop); });
  async_.Unref();
}

void Probe::Close() {
  on_arrival_ = nullptr;
  const std::lock_guard lock(mutex_);
  async_.Close();
}

void Probe::Send() {
  const std::lock_guard lock(mutex_);
  if (!async_.is_open()) return;
  uv_async_send(async_.get());
  // V8 keeps a list of interrupts until it runs JavaScript again: one at a time is enough.
  if (std::exchange(interrupt_pending_, true)) return;
  isolate_->RequestInterrupt(
      [](v8::Isolate*, void* data) {
        auto* const probe = static_cast<Probe*>(data);
        {
          const std::lock_guard arrived(probe->mutex_);
          probe->interrupt_pending_ = false;
        }
        probe->Arrive(By::kInterrupt);
      },
      this);
  thread_->access().RequestCheck();
}

void Probe::Arrive(By by) {
  if (on_arrival_) on_arrival_(by);
}

}  // namespace nodehost::host
