#include "busy_watch.hpp"

#include <algorithm>
#include <utility>

#include "engine/activity.hpp"

namespace nodehost::host {

namespace {

using std::chrono_literals::operator""ms;

// V8 meets an interrupt at the next loop or call. What takes longer is native code.
constexpr auto kAnswerTime = 100ms;
constexpr auto kAnswerInterval = 10ms;

}  // namespace

BusyWatch::BusyWatch(std::string environment, std::chrono::milliseconds busy_after,
                     std::function<void(const BusyReport&)> on_busy)
    : environment_(std::move(environment)),
      busy_after_(std::max(busy_after, 1ms)),
      on_busy_(std::move(on_busy)) {}

BusyWatch::Clock::time_point BusyWatch::Look(std::uint64_t progress,
                                             const std::function<void()>& interrupt) {
  const auto now = Clock::now();
  if (progress != progress_) {
    progress_ = progress;
    since_ = now;
    asked_.reset();
    reported_ = false;
  } else if (!reported_ && !asked_ && now - since_ >= busy_after_) {
    {
      const std::lock_guard lock(mutex_);
      stack_.reset();
      awaits_answer_ = true;
    }
    asked_ = now;
    interrupt();
  }
  if (asked_ && !reported_) {
    Report(now);
    if (!reported_) return now + kAnswerInterval;
  }
  return now + std::max<std::chrono::milliseconds>(busy_after_ / 4, 1ms);
}

void BusyWatch::Report(Clock::time_point now) {
  BusyReport report{.environment = environment_,
                    .duration = std::chrono::duration_cast<std::chrono::milliseconds>(now - since_),
                    .js_stack = {},
                    .in_native_code = false};
  {
    const std::lock_guard lock(mutex_);
    if (!stack_ && now - *asked_ < kAnswerTime) return;
    report.in_native_code = !stack_;
    if (stack_) report.js_stack = *std::exchange(stack_, std::nullopt);
    awaits_answer_ = false;
  }
  reported_ = true;
  try {
    on_busy_(report);
  } catch (...) {
    // It is told, not asked: there is nobody to take an exception.
  }
}

void BusyWatch::Answer(v8::Isolate* isolate) {
  std::string stack = detail::StackText(isolate);
  const std::lock_guard lock(mutex_);
  if (awaits_answer_) stack_ = std::move(stack);
}

}  // namespace nodehost::host
