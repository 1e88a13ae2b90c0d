// EndReason: why an environment ended.
#pragma once

namespace nodehost {

/// Why an environment ended, or is ending.
enum class EndReason {
  kNone,         ///< It has not ended.
  kFinished,     ///< By itself: nothing left to do, `process.exit`, an uncaught error, a `Stop`.
  kTerminated,   ///< `Stop` terminated it when its timeout had passed.
  kOutOfMemory,  ///< JavaScript reached a memory limit; see `EnvironmentOptions::max_heap_mb`.
  kFatalError,   ///< A check of V8's or Node's failed; see `PlatformOptions::abort_on_fatal_error`.
};

}  // namespace nodehost
