#include "loop_meter.hpp"

#include <algorithm>
#include <utility>

#include "thread/timeout.hpp"

namespace nodehost::host {

namespace {

using std::chrono_literals::operator""ms;

// A sample costs microseconds. Unless Read asks for one, this is the shortest time between two.
constexpr auto kSampleInterval = 100ms;

std::chrono::microseconds Micros(std::uint64_t nanoseconds) {
  return std::chrono::microseconds(nanoseconds / 1000);
}

void CountHandle(uv_handle_t* handle, void* data) {
  if (uv_is_active(handle) == 0 || uv_has_ref(handle) == 0) return;
  const char* const name = uv_handle_type_name(uv_handle_get_type(handle));
  ++(*static_cast<std::map<std::string, std::size_t>*>(data))[name ? name : "unknown"];
}

}  // namespace

void LoopMeter::Open(uv_loop_t* loop, v8::Isolate* isolate, const detail::UvHandle<uv_async_t>& own,
                     std::size_t max_heap) {
  loop_ = loop;
  isolate_ = isolate;
  own_ = &own;
  max_heap_ = max_heap;
  // It is what performance.eventLoopUtilization() reads, too.
  uv_loop_configure(loop, UV_METRICS_IDLE_TIME);
  turn_.Open(this, uv_prepare_init, loop);
  uv_prepare_start(turn_.get(), &OnTurn);
  turn_.Unref();
  probe_.Open(loop, isolate, [this](Probe::By) { Sample(); });
  isolate->AddGCEpilogueCallback(&AfterGc, this);
  began_ = uv_hrtime();
  turn_began_ = began_;
  const std::lock_guard lock(mutex_);
  open_ = true;
}

void LoopMeter::Close() {
  Sample();
  {
    const std::lock_guard lock(mutex_);
    last_.loop = ReadLoop();
    last_.loop.this_turn = {};
    open_ = false;
  }
  sampled_.notify_all();
  isolate_->RemoveGCEpilogueCallback(&AfterGc, this);
  probe_.Close();
  turn_.Close();
}

void LoopMeter::OnTurn(uv_prepare_t* prepare) {
  auto* const self = static_cast<LoopMeter*>(prepare->data);
  const std::uint64_t now = uv_hrtime();
  const std::uint64_t idle = uv_metrics_idle_time(self->loop_);
  const std::uint64_t passed = now - self->turn_began_.load(std::memory_order_relaxed);
  const std::uint64_t idled = idle - self->idle_before_.load(std::memory_order_relaxed);
  const std::uint64_t turn = passed - std::min(passed, idled);
  self->last_turn_.store(turn, std::memory_order_relaxed);
  if (turn > self->longest_turn_.load(std::memory_order_relaxed)) {
    self->longest_turn_.store(turn, std::memory_order_relaxed);
  }
  self->idle_before_.store(idle, std::memory_order_relaxed);
  self->turn_began_.store(now, std::memory_order_relaxed);
  self->turns_.fetch_add(1, std::memory_order_relaxed);
  bool due = false;
  {
    const std::lock_guard lock(self->mutex_);
    due = Clock::now() - self->at_ >= kSampleInterval;
  }
  if (due) self->Sample();
}

void LoopMeter::AfterGc(v8::Isolate*, v8::GCType, v8::GCCallbackFlags, void* data) {
  static_cast<LoopMeter*>(data)->Sample();
}

void LoopMeter::Sample() {
  v8::HeapStatistics heap;
  isolate_->GetHeapStatistics(&heap);
  std::map<std::string, std::size_t> handles;
  uv_walk(loop_, &CountHandle, &handles);
  // The host's own, which waits for jobs.
  if (own_->has_ref() && --handles["async"] == 0) handles.erase("async");
  if (loop_->active_reqs.count != 0) handles["request"] = loop_->active_reqs.count;
  const std::lock_guard lock(mutex_);
  last_.heap = {.used = heap.used_heap_size(),
                .total = heap.total_heap_size(),
                .limit = max_heap_ == 0 ? heap.heap_size_limit() : max_heap_,
                .external = heap.external_memory(),
                .malloced = heap.malloced_memory()};
  last_.active_handles = std::move(handles);
  at_ = Clock::now();
  sampled_.notify_all();
}

LoopStatistics LoopMeter::ReadLoop() const {
  const std::uint64_t idle = uv_metrics_idle_time(loop_);
  const std::uint64_t now = uv_hrtime();
  const std::uint64_t lived = std::max<std::uint64_t>(now - began_, 1);
  const std::uint64_t passed = now - std::min(now, turn_began_.load(std::memory_order_relaxed));
  const std::uint64_t idled = idle - std::min(idle, idle_before_.load(std::memory_order_relaxed));
  LoopStatistics loop;
  loop.turns = turns_.load(std::memory_order_relaxed);
  loop.last_turn = Micros(last_turn_.load(std::memory_order_relaxed));
  loop.longest_turn = Micros(longest_turn_.load(std::memory_order_relaxed));
  loop.this_turn = Micros(passed - std::min(passed, idled));
  loop.utilization = 1.0 - static_cast<double>(std::min(idle, lived)) / static_cast<double>(lived);
  return loop;
}

Statistics LoopMeter::Read(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  if (open_) {
    const auto asked = Clock::now();
    probe_.Send();  // Native code answers later, for the next who asks.
    if (timeout > 0ms) {
      sampled_.wait_until(lock, detail::TimeAfter(timeout), [&] { return at_ >= asked || !open_; });
    }
  }
  Statistics statistics = last_;
  if (open_) statistics.loop = ReadLoop();
  statistics.age = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - at_);
  return statistics;
}

std::optional<std::uint64_t> LoopMeter::Progress() const {
  const std::lock_guard lock(mutex_);
  if (!open_) return std::nullopt;
  return turns_.load(std::memory_order_relaxed) + uv_metrics_idle_time(loop_);
}

}  // namespace nodehost::host
