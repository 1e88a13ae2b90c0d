// IdleCollector: frees the garbage of an environment that has had nothing to do for a moment, which
// V8 by itself does when memory is needed next. For `EnvironmentOptions::low_memory`.
#pragma once

#include <node.h>
#include <uv.h>

#include <cstddef>

#include "thread/uv_handle.hpp"

namespace nodehost::host {

/// The JS thread's own.
class IdleCollector {
 public:
  void Open(uv_loop_t* loop, v8::Isolate* isolate);

  /// While the loop still turns. Nothing where it was not opened.
  void Close();

 private:
  static void OnTurn(uv_prepare_t* prepare);
  static void OnIdle(uv_timer_t* timer);
  bool IsWorthwhile(std::size_t used_bytes) const noexcept;

  v8::Isolate* isolate_ = nullptr;
  detail::UvHandle<uv_prepare_t> turn_;
  detail::UvHandle<uv_timer_t> timer_;
  std::size_t used_bytes_ = 0;  // of the heap in the last turn
  std::size_t left_bytes_ = 0;  // in the heap after the last collection
};

}  // namespace nodehost::host
