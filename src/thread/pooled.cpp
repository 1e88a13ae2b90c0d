#include "nodehost/detail/pooled.hpp"

#include <atomic>
#include <cstdint>
#include <new>
#include <utility>

#include "keeps_memory.hpp"

namespace nodehost::detail {

#if NODEHOST_KEEPS_MEMORY

namespace {

constexpr std::size_t kStep = 32;  // bytes from one size of blocks to the next
constexpr std::size_t kSizes = 16;
constexpr std::uint32_t kBatch = 16;  // how many blocks a thread hands over at once
// Of each size; the rest goes back to the heap. With all sizes in use, 139 kB a thread and 2.2 MB
// altogether.
constexpr std::uint32_t kMostOfThread = 2 * kBatch;
constexpr std::uint32_t kMostBatches = 32;

// A block that nobody uses.
struct Block {
  Block* next;
  Block* next_batch;  // of the first of a batch in Shared
};

std::size_t IndexOf(std::size_t size) noexcept { return (size - 1) / kStep; }

void Free(Block* list) noexcept {
  while (list) ::operator delete(std::exchange(list, list->next));
}

// The blocks that threads hand each other.
class Shared {
 public:
  /// The first of a batch; null if there is none.
  Block* Take(std::size_t index) noexcept {
    if (!TryLock()) return nullptr;
    Block* const batch = batches_[index];
    if (batch) {
      batches_[index] = batch->next_batch;
      --counts_[index];
    }
    Unlock();
    return batch;
  }

  void Give(std::size_t index, Block* batch) noexcept {
    if (TryLock()) {
      const bool has_room = counts_[index] < kMostBatches;
      if (has_room) {
        batch->next_batch = std::exchange(batches_[index], batch);
        ++counts_[index];
      }
      Unlock();
      if (has_room) return;
    }
    Free(batch);
  }

 private:
  // Nobody waits: there is the heap, and in a forked child the lock may be held for ever.
  bool TryLock() noexcept {
    for (int tries = 0; tries < 64; ++tries) {
      if (!locked_.exchange(true, std::memory_order_acquire)) return true;
    }
    return false;
  }
  void Unlock() noexcept { locked_.store(false, std::memory_order_release); }

  std::atomic<bool> locked_ = false;
  Block* batches_[kSizes] = {};
  std::uint32_t counts_[kSizes] = {};
};

constinit Shared shared;

// The blocks that this thread has at hand.
struct Own {
  Block* first[kSizes];
  std::uint32_t count[kSizes];
  bool open;  // from its first use to the end of its thread
  bool over;
};
thread_local constinit Own own{};

// Gives them back when the thread ends.
struct AtThreadEnd {
  AtThreadEnd() noexcept { own.open = true; }
  AtThreadEnd(const AtThreadEnd&) = delete;
  AtThreadEnd& operator=(const AtThreadEnd&) = delete;
  ~AtThreadEnd() {
    own.open = false;
    own.over = true;
    for (Block*& first : own.first) Free(std::exchange(first, nullptr));
  }
};

bool Open() noexcept {
  if (own.open) [[likely]]
    return true;
  if (own.over) return false;
  static thread_local const AtThreadEnd at_end;
  return own.open;
}

// Where this thread has none.
[[gnu::noinline]] void* TakeFromOthers(std::size_t index) {
  Block* const batch = Open() ? shared.Take(index) : nullptr;
  if (!batch) return ::operator new((index + 1) * kStep);
  own.first[index] = batch->next;
  own.count[index] = kBatch - 1;
  return batch;
}

// Where this thread has as many as it may.
[[gnu::noinline]] void GiveToOthers(std::size_t index) noexcept {
  Block* const batch = own.first[index];
  Block* last = batch;
  for (std::uint32_t i = 1; i < kBatch; ++i) last = last->next;
  own.first[index] = std::exchange(last->next, nullptr);
  own.count[index] -= kBatch;
  shared.Give(index, batch);
}

}  // namespace

void* TakeMemory(std::size_t size) {
  const std::size_t index = IndexOf(size);
  if (index >= kSizes) return ::operator new(size);
  Block* const block = own.first[index];
  if (!block) return TakeFromOthers(index);
  own.first[index] = block->next;
  --own.count[index];
  return block;
}

void GiveMemory(void* memory, std::size_t size) noexcept {
  const std::size_t index = IndexOf(size);
  if (index >= kSizes || !Open()) return ::operator delete(memory);
  if (own.count[index] == kMostOfThread) GiveToOthers(index);
  own.first[index] = new (memory) Block{own.first[index], nullptr};
  ++own.count[index];
}

#else

void* TakeMemory(std::size_t size) { return ::operator new(size); }
void GiveMemory(void* memory, std::size_t) noexcept { ::operator delete(memory); }

#endif

}  // namespace nodehost::detail
