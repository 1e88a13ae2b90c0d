#include "busy_watch.hpp"

#include <algorithm>
#include <utility>

#include "engine/activity.hpp"

namespace nodehost::host {

namespace {

using std::chrono_literals::operator""ms;

// V8 serves an interrupt at the next loop or call. What takes longer than this is native code.
constexpr auto kInterruptTime = 100ms;
constexpr auto kAnswerInterval = 10ms;

}  // namespace

BusyWatch::BusyWatch(const EnvironmentOptions& options)
    : options_(options), timeout_(std::max(options.busy_timeout, 1ms)) {}

void BusyWatch::Open(uv_loop_t* loop, v8::Isolate* isolate) {
  if (!options_.on_busy) return;
  probe_.Open(loop, isolate, [this, isolate](Probe::By by) {
    if (by != Probe::By::kInterrupt) return;  // A loop that turns is not busy.
    std::string stack = detail::StackText(isolate);
    const std::lock_guard lock(mutex_);
    if (awaits_stack_) stack_ = std::move(stack);
  });
}

BusyWatch::Clock::time_point BusyWatch::Look(std::uint64_t progress) {
  const auto now = Clock::now();
  if (progress != progress_) {
    progress_ = progress;
    since_ = now;
    asked_.reset();
    reported_ = false;
  } else if (!reported_ && !asked_ && now - since_ >= timeout_) {
    {
      const std::lock_guard lock(mutex_);
      stack_.reset();
      awaits_stack_ = true;
    }
    asked_ = now;
    probe_.Send();
  }
  if (asked_ && !reported_) {
    Report(now);
    if (!reported_) return now + kAnswerInterval;
  }
  return now + std::max<std::chrono::milliseconds>(timeout_ / 4, 1ms);
}

void BusyWatch::Report(Clock::time_point now) {
  BusyReport report{.environment = options_.name,
                    .duration = std::chrono::duration_cast<std::chrono::milliseconds>(now - since_),
                    .js_stack = {},
                    .in_native_code = false};
  {
    const std::lock_guard lock(mutex_);
    if (!stack_ && now - *asked_ < kInterruptTime) return;
    report.in_native_code = !stack_;
    if (stack_) report.js_stack = *std::exchange(stack_, std::nullopt);
    awaits_stack_ = false;
  }
  reported_ = true;
  try {
    options_.on_busy(report);
  } catch (...) {
    // on_busy runs on this thread alone: no caller could catch what it throws.
  }
}

}  // namespace nodehost::host
