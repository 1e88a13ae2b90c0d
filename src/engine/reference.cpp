#include "reference.hpp"

#include <utility>

#include "thread/fork_guard.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::detail {

void Retain(Reference* reference) noexcept {
  reference->count.fetch_add(1, std::memory_order_relaxed);
}

// The only owner may go without counting down: nobody else has one to copy.
void Release(Reference* reference) noexcept {
  if (reference->count.load(std::memory_order_acquire) == 1 ||
      reference->count.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    reference->owner->Release(reference);
  }
}

References::References(std::shared_ptr<JsThread> thread) : thread_(std::move(thread)) {}

References::~References() {
  while (free_) delete std::exchange(free_, free_->next);
}

Ref References::Make(v8::Isolate* isolate, v8::Local<v8::Value> value) {
  if (has_released_.load(std::memory_order_relaxed)) Collect();
  Reference* reference = free_;
  if (reference) {
    free_ = reference->next;
    reference->count.store(1, std::memory_order_relaxed);
  } else {
    reference = new Reference;
    reference->thread = thread_.get();
    reference->owner = this;
  }
  reference->is_number = value->IsNumber();
  if (reference->is_number) {
    reference->number = value.As<v8::Number>()->Value();
  } else {
    reference->handle.Reset(isolate, value);
  }
  reference->is_function = false;
  reference->previous = nullptr;
  reference->next = live_;
  if (live_) live_->previous = reference;
  live_ = reference;
  return Ref(reference);
}

void References::Release(Reference* reference) noexcept {
  // closed_ is only ever set by the JS thread, which therefore may read it without the lock.
  if (thread_->IsCurrent() && !closed_) {
    Free(reference);
    return;
  }
  if (InForkedChild()) return;       // where the lock may be held for ever
  std::shared_ptr<References> last;  // goes after the lock
  const std::lock_guard lock(mutex_);
  if (closed_) {
    delete reference;  // Its handle is empty.
    if (--left_ == 0) last = std::move(self_);
  } else {
    // The link of the live list stays as it is: only the JS thread may touch that one.
    reference->next_released = released_;
    released_ = reference;
    has_released_.store(true, std::memory_order_relaxed);
  }
}

void References::Free(Reference* reference) noexcept {
  if (reference->previous) {
    reference->previous->next = reference->next;
  } else {
    live_ = reference->next;
  }
  if (reference->next) reference->next->previous = reference->previous;
  reference->handle.Reset();
  reference->next = free_;
  free_ = reference;
}

void References::Collect() noexcept {
  Reference* released = nullptr;
  {
    const std::lock_guard lock(mutex_);
    released = std::exchange(released_, nullptr);
    has_released_.store(false, std::memory_order_relaxed);
  }
  while (released) Free(std::exchange(released, released->next_released));
}

void References::Close() noexcept {
  Collect();
  const std::lock_guard lock(mutex_);
  // What came in since; the lock is not given up before closed_ is set.
  while (released_) Free(std::exchange(released_, released_->next_released));
  for (Reference* reference = live_; reference; reference = reference->next) {
    reference->handle.Reset();
    ++left_;
  }
  live_ = nullptr;
  closed_ = true;
  if (left_ > 0) self_ = shared_from_this();
}

}  // namespace nodehost::detail
