// BusyWatch: finds out that a JS thread has been busy for too long, and with what, and reports it.
#pragma once

#include <uv.h>
#include <v8.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "nodehost/environment_options.hpp"
#include "probe.hpp"

namespace nodehost::host {

class BusyWatch {
 public:
  using Clock = std::chrono::steady_clock;

  explicit BusyWatch(const EnvironmentOptions& options);

  /// On the JS thread.
  void Open(uv_loop_t* loop, v8::Isolate* isolate);

  /// On the JS thread, while the loop still turns.
  void Close() { probe_.Close(); }

  /// To be called by the watchdog, again at the time it returns, with LoopMeter::Progress(). It
  /// does not wait.
  Clock::time_point Look(std::uint64_t progress);

 private:
  void Report(Clock::time_point now);

  const EnvironmentOptions& options_;
  const std::chrono::milliseconds timeout_;
  Probe probe_;

  // The watchdog's.
  std::uint64_t progress_ = 0;
  Clock::time_point since_ = Clock::now();
  std::optional<Clock::time_point> asked_;
  bool reported_ = false;

  std::mutex mutex_;
  bool awaits_stack_ = false;         // guarded by mutex_
  std::optional<std::string> stack_;  // guarded by mutex_
};

}  // namespace nodehost::host
