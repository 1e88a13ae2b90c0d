// Probe: reaches a JS thread that may be busy. An event loop that turns is reached by a uv_async_t,
// JavaScript that keeps it from turning by an interrupt of V8's. Native code is reached by neither:
// it answers when it returns.
#pragma once

#include <uv.h>
#include <v8.h>

#include <functional>
#include <mutex>

#include "thread/js_thread.hpp"
#include "thread/uv_handle.hpp"

namespace nodehost::host {

class Probe {
 public:
  enum class By {
    kLoop,       ///< Between two callbacks of the loop: no JavaScript is on the stack below.
    kInterrupt,  ///< In the middle of JavaScript: more of it must not be run.
  };

  /// On the JS thread. `on_arrival` is called there for each Send(), by the loop or by an
  /// interrupt, whichever comes first, and once more when the other one comes. One call may answer
  /// several Send().
  void Open(uv_loop_t* loop, v8::Isolate* isolate, std::function<void(By)> on_arrival);

  /// On the JS thread, while the loop still turns. `on_arrival` is not called any more.
  void Close();

  /// Any thread. Nothing happens if it is closed.
  void Send();

 private:
  void Arrive(By by);

  // The JS thread's own.
  std::function<void(By)> on_arrival_;

  std::mutex mutex_;
  // Guarded by mutex_.
  detail::UvHandle<uv_async_t> async_;
  v8::Isolate* isolate_ = nullptr;
  detail::JsThread* thread_ = nullptr;
  bool interrupt_pending_ = false;
};

}  // namespace nodehost::host
