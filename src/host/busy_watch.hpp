// BusyWatch: finds out that a JS thread has been busy for too long, and with what. The watchdog
// calls it; it never blocks.
#pragma once

#include <node.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "nodehost/busy_report.hpp"

namespace nodehost::host {

class BusyWatch {
 public:
  using Clock = std::chrono::steady_clock;

  BusyWatch(std::string environment, std::chrono::milliseconds busy_after,
            std::function<void(const BusyReport&)> on_busy);

  /// To be called again and again, at the times it returns, with LoopMeter::Progress(). `interrupt`
  /// asks V8 to call Answer() on the JS thread.
  Clock::time_point Look(std::uint64_t progress, const std::function<void()>& interrupt);

  /// On the JS thread, in the middle of JavaScript.
  void Answer(v8::Isolate* isolate);

 private:
  void Report(Clock::time_point now);

  const std::string environment_;
  const std::chrono::milliseconds busy_after_;
  const std::function<void(const BusyReport&)> on_busy_;

  // The watchdog's.
  std::uint64_t progress_ = 0;
  Clock::time_point since_ = Clock::now();
  std::optional<Clock::time_point> asked_;
  bool reported_ = false;

  std::mutex mutex_;
  bool awaits_answer_ = false;        // guarded by mutex_
  std::optional<std::string> stack_;  // guarded by mutex_
};

}  // namespace nodehost::host
