// MemoryLimits: ends JavaScript that has reached a limit of its memory, while V8 still has room for
// that; where it has none, leaves the rest to FatalErrors.
#pragma once

#include <v8.h>

#include "engine/heap_limit.hpp"
#include "nodehost/environment_options.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::host {

/// On the JS thread.
class MemoryLimits {
 public:
  explicit MemoryLimits(detail::JsThread& thread) : thread_(thread) {}
  MemoryLimits(const MemoryLimits&) = delete;
  MemoryLimits& operator=(const MemoryLimits&) = delete;

  /// With `own_process`, V8 handles its own limit as in `node`: it prints a report and aborts.
  void Open(v8::Isolate* isolate, const EnvironmentOptions& options, bool own_process);
  void Close();

 private:
  detail::JsThread& thread_;
  detail::HeapLimit limit_;
  bool is_open_ = false;
};

}  // namespace nodehost::host
