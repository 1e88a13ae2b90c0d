#include "heap_limit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

namespace nodehost::detail {

namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

// What V8 may go on taking between our notice and the termination, which waits for the next check:
// the largest single objects there are, a growing array's old and new elements, 1 GiB each.
constexpr std::size_t kRoomToEnd = 2048 * kMiB;

constexpr const char* kHeap = "JS heap";
constexpr const char* kExternal = "memory of ArrayBuffers and Buffers";

// The limits of memory outside the heap, by isolate.
std::mutex externals_mutex;
std::map<v8::Isolate*, std::size_t>& Externals() {
  static auto& externals = *new std::map<v8::Isolate*, std::size_t>;
  return externals;
}

}  // namespace

std::size_t MaxExternalBytes(v8::Isolate* isolate) {
  const std::lock_guard lock(externals_mutex);
  const auto found = Externals().find(isolate);
  return found == Externals().end() ? 0 : found->second;
}

void HeapLimit::Open(v8::Isolate* isolate, std::size_t max_heap_mb, std::size_t max_external_mb,
                     Exceeded exceeded) {
  isolate_ = isolate;
  max_heap_ = max_heap_mb * kMiB;
  max_external_ = max_external_mb * kMiB;
  exceeded_ = std::move(exceeded);
  {
    const std::lock_guard lock(externals_mutex);
    Externals()[isolate] = max_external_;
  }
  isolate->AddNearHeapLimitCallback(&NearV8Limit, this);
  if (max_heap_ == 0 && max_external_ == 0) return;
  isolate->AddGCEpilogueCallback(&AfterGc, this);
  // Until its first full collection V8 lets the heap grow to hundreds of megabytes; from then on, a
  // few times what was live.
  isolate->MemoryPressureNotification(v8::MemoryPressureLevel::kCritical);
  isolate->MemoryPressureNotification(v8::MemoryPressureLevel::kNone);
}

void HeapLimit::Close() {
  exceeded_ = nullptr;
  {
    const std::lock_guard lock(externals_mutex);
    Externals().erase(isolate_);
  }
  // V8 crashes over one that was not added.
  if (max_heap_ != 0 || max_external_ != 0) isolate_->RemoveGCEpilogueCallback(&AfterGc, this);
}

void HeapLimit::Remove() { isolate_->RemoveNearHeapLimitCallback(&NearV8Limit, 0); }

std::size_t HeapLimit::NearV8Limit(void* data, std::size_t current, std::size_t /*initial*/) {
  auto* const self = static_cast<HeapLimit*>(data);
  // A limit of ours that is higher than V8's: this is not the end yet.
  if (self->max_heap_ > current) return self->max_heap_;
  self->Exceed(kHeap, self->max_heap_ == 0 ? current : self->max_heap_);
  return current + kRoomToEnd;
}

void HeapLimit::AfterGc(v8::Isolate* isolate, v8::GCType /*type*/, v8::GCCallbackFlags /*flags*/,
                        void* data) {
  auto* const self = static_cast<HeapLimit*>(data);
  if (!self->exceeded_ || !self->Over()) return;
  // Some of it may be garbage, also after a full collection: what was allocated while V8 marked
  // counts as live. A collection of our own shows that; it cannot run inside this one.
  if (std::exchange(self->collection_asked_, true)) return;
  isolate->RequestInterrupt(
      [](v8::Isolate*, void* limit) { static_cast<HeapLimit*>(limit)->Collect(); }, self);
}

void HeapLimit::Collect() {
  const char* over = Over();
  // The first may only finish a marking that was under way.
  for (int i = 0; i < 2 && over; ++i) {
    isolate_->MemoryPressureNotification(v8::MemoryPressureLevel::kCritical);
    isolate_->MemoryPressureNotification(v8::MemoryPressureLevel::kNone);
    over = Over();
  }
  collection_asked_ = false;
  if (over) Exceed(over, over == kHeap ? max_heap_ : max_external_);
}

const char* HeapLimit::Over() const {
  v8::HeapStatistics heap;
  isolate_->GetHeapStatistics(&heap);
  if (max_heap_ != 0 && heap.used_heap_size() > max_heap_) return kHeap;
  if (max_external_ != 0 && heap.external_memory() > max_external_) return kExternal;
  return nullptr;
}

void HeapLimit::Exceed(const char* what, std::size_t limit) {
  const Exceeded exceeded = std::exchange(exceeded_, nullptr);
  if (!exceeded) return;
  exceeded(fmt::format("limit of the {}: {} MB", what, limit / kMiB));
}

}  // namespace nodehost::detail
