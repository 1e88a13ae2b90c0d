#include "idle_collector.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace nodehost::host {

namespace {

// Work often comes in bursts: a collection between two of them would be for nothing.
constexpr std::uint64_t kIdleMilliseconds = 200;

// A collection takes milliseconds. It is not worth them for less, and what it leaves behind to be
// done in the loop must not cause the next one.
constexpr std::size_t kWorthwhileBytes = 1 << 20;

// A turn of the loop that allocates no more has done nothing. Node itself makes an object of 56
// bytes in each.
constexpr std::size_t kTurnBytes = 1024;

std::size_t UsedBytes(v8::Isolate* isolate) {
  v8::HeapStatistics statistics;
  isolate->GetHeapStatistics(&statistics);
  return statistics.used_heap_size();
}

}  // namespace

void IdleCollector::Open(uv_loop_t* loop, v8::Isolate* isolate) {
  isolate_ = isolate;
  timer_.Open(this, uv_timer_init, loop);
  timer_.Unref();
  turn_.Open(this, uv_prepare_init, loop);
  uv_prepare_start(turn_.get(), &OnTurn);
  turn_.Unref();
}

void IdleCollector::Close() {
  if (!isolate_) return;
  turn_.Close();
  timer_.Close();
}

bool IdleCollector::IsWorthwhile(std::size_t used_bytes) const noexcept {
  return used_bytes >= left_bytes_ + kWorthwhileBytes;
}

void IdleCollector::OnTurn(uv_prepare_t* prepare) {
  auto* const self = static_cast<IdleCollector*>(prepare->data);
  const std::size_t used = UsedBytes(self->isolate_);
  const std::size_t before = std::exchange(self->used_bytes_, used);
  self->left_bytes_ = std::min(self->left_bytes_, used);  // V8 may have collected itself
  if (!self->IsWorthwhile(used)) return;
  // A program that polls turns the loop also when there is nothing to do.
  const bool idle = used >= before && used - before <= kTurnBytes;
  if (idle && self->timer_.is_active()) return;
  uv_timer_start(self->timer_.get(), &OnIdle, kIdleMilliseconds, 0);
}

void IdleCollector::OnIdle(uv_timer_t* timer) {
  auto* const self = static_cast<IdleCollector*>(timer->data);
  if (!self->IsWorthwhile(UsedBytes(self->isolate_))) return;
  self->isolate_->LowMemoryNotification();
  self->left_bytes_ = self->used_bytes_ = UsedBytes(self->isolate_);
}

}  // namespace nodehost::host
