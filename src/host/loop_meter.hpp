// LoopMeter: the numbers of one JS thread, kept so that others can read them while it works.
#pragma once

#include <node.h>
#include <uv.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>

#include "nodehost/statistics.hpp"

namespace nodehost::host {

class LoopMeter {
 public:
  using Clock = std::chrono::steady_clock;

  /// On the JS thread. `own` is a handle of the host that does not count as active. `max_heap`
  /// bytes; 0: V8's own limit.
  void Open(uv_loop_t* loop, v8::Isolate* isolate, const uv_async_t* own, std::size_t max_heap);

  /// On the JS thread, before the loop goes. What was read last stays.
  void Close();

  /// Any thread, with all but queue_length. Waits at most `patience` for new numbers.
  Statistics Read(std::chrono::milliseconds patience);

  /// A number that changes as long as the loop gets on; empty when it is closed. Any thread.
  std::optional<std::uint64_t> Progress() const;

 private:
  bool is_open() const;
  static void OnTurn(uv_prepare_t* prepare);
  static void AfterGc(v8::Isolate* isolate, v8::GCType type, v8::GCCallbackFlags flags, void* data);
  void Sample();
  LoopStatistics ReadLoop() const;

  uv_loop_t* loop_ = nullptr;
  v8::Isolate* isolate_ = nullptr;
  const uv_async_t* own_ = nullptr;
  std::size_t max_heap_ = 0;
  uv_prepare_t turn_{};
  uv_async_t asked_{};
  std::uint64_t began_ = 0;  // in nanoseconds, as all times of the loop

  std::atomic<bool> interrupt_asked_{false};

  // Written by the JS thread.
  std::atomic<std::uint64_t> turns_{0};
  std::atomic<std::uint64_t> turn_began_{0};
  std::atomic<std::uint64_t> idle_before_{0};  // at that time
  std::atomic<std::uint64_t> last_turn_{0};
  std::atomic<std::uint64_t> longest_turn_{0};

  mutable std::mutex mutex_;
  std::condition_variable sampled_;
  // Guarded by mutex_.
  bool open_ = false;
  Statistics last_;
  Clock::time_point at_{};
};

}  // namespace nodehost::host
