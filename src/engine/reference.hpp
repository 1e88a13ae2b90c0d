// Reference: a JavaScript value kept alive from C++, shared by counting. References: all those of
// one environment. They may be released on any thread, also after the environment is gone.
#pragma once

#include <v8.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "borrow.hpp"
#include "nodehost/detail/ref.hpp"

namespace nodehost::detail {

class JsThread;
class References;

class Reference {
 public:
  v8::Local<v8::Value> Get(v8::Isolate* isolate) const {
    return is_number ? NumberOf(isolate) : handle.Get(isolate);
  }
  /// The value without a handle of its own; borrow.hpp says how long it is valid.
  v8::Local<v8::Value> Borrow(v8::Isolate* isolate) const {
    return is_number ? NumberOf(isolate) : Borrowed(isolate, handle);
  }

  JsThread* thread = nullptr;  // for comparison with JsThread::Current()
  // Numbers have no identity: they are kept here, and the handle is empty. A handle of V8's costs
  // more to make and to free than all the rest of a reference.
  bool is_number = false;
  double number = 0;
  v8::Global<v8::Value> handle;
  bool is_function = false;  // found out by its first call
  std::atomic<std::uint32_t> count{1};
  References* owner = nullptr;
  Reference* next = nullptr;           // in the list of the live, or of the free
  Reference* previous = nullptr;       // in the list of the live
  Reference* next_released = nullptr;  // in the list of those released by other threads

 private:
  v8::Local<v8::Value> NumberOf(v8::Isolate* isolate) const {
    return v8::Number::New(isolate, number);
  }
};

/// The references of one environment.
class References : public std::enable_shared_from_this<References> {
 public:
  explicit References(std::shared_ptr<JsThread> thread);
  ~References();
  References(const References&) = delete;
  References& operator=(const References&) = delete;

  /// On the JS thread.
  Ref Make(v8::Isolate* isolate, v8::Local<v8::Value> value);

  /// The last owner of `reference` is gone. Any thread.
  void Release(Reference* reference) noexcept;

  /// On the JS thread: frees what other threads have released.
  void Collect() noexcept;

  /// On the JS thread, before the isolate goes: empties every reference. The memory stays until the
  /// last owner is gone.
  void Close() noexcept;

  JsThread& thread() const noexcept { return *thread_; }

 private:
  void Free(Reference* reference) noexcept;

  const std::shared_ptr<JsThread> thread_;  // a reference may outlive its environment
  Reference* live_ = nullptr;
  Reference* free_ = nullptr;  // reused before new memory is asked for
  std::atomic<bool> has_released_ = false;

  std::mutex mutex_;
  Reference* released_ = nullptr;     // by other threads; guarded by mutex_
  bool closed_ = false;               // guarded by mutex_
  std::size_t left_ = 0;              // how many outlived the environment; guarded by mutex_
  std::shared_ptr<References> self_;  // while any did
};

}  // namespace nodehost::detail
