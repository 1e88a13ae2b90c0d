#include "memory_limits.hpp"

#include <fmt/format.h>

#include <string>

#include "exit_codes.hpp"
#include "fatal_errors.hpp"

namespace nodehost::host {

void MemoryLimits::Open(v8::Isolate* isolate, const EnvironmentOptions& options, bool own_process) {
  if (own_process && options.max_heap_mb == 0 && options.max_external_mb == 0) return;
  is_open_ = true;
  limit_.Open(isolate, options.max_heap_mb, options.max_external_mb,
              [this](const std::string& what) {
                // Jobs are cancelled later, when JavaScript has unwound: destroying what they own
                // may call V8, which may be in the middle of a garbage collection.
                thread_.EndJavaScript({.reason = EndReason::kOutOfMemory,
                                       .text = fmt::format("it ran out of memory ({})", what),
                                       .exit_code = kAbortCode});
              });
  // V8 aborts the process when this returns.
  isolate->SetOOMErrorHandler([](const char* location, const v8::OOMDetails&) {
    if (FatalErrors* const fatal_errors = FatalErrors::OfThisThread()) {
      fatal_errors->Park(EndReason::kOutOfMemory,
                         fmt::format("it ran out of memory at once ({})", location));
    }
  });
}

void MemoryLimits::Close() {
  if (is_open_) limit_.Close();
}

}  // namespace nodehost::host
