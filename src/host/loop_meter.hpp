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
#include "probe.hpp"
#include "thread/uv_handle.hpp"

namespace nodehost::host {

class LoopMeter {
 public:
  using Clock = std::chrono::steady_clock;

  /// On the JS thread. `own` is a handle of the host that does not count as active. `max_heap`
  /// bytes; 0: V8's own limit.
  void Open(uv_loop_t* loop, v8::Isolate* isolate, const detail::UvHandle<uv_async_t>& own,
            std::size_t max_heap);

  /// On the JS thread, while the loop still turns. What was read last stays.
  void Close();

  /// All but queue_length. Waits at most `timeout` for new numbers. Any thread.
  Statistics Read(std::chrono::milliseconds timeout);

  /// A number that changes as long as the loop gets on; empty when it is closed. Any thread.
  std::optional<std::uint64_t> Progress() const;

 private:
  static void OnTurn(uv_prepare_t* prepare);
  static void AfterGc(v8::Isolate* isolate, v8::GCType type, v8::GCCallbackFlags flags, void* data);
  void Sample();
  LoopStatistics ReadLoop() const;

  uv_loop_t* loop_ = nullptr;
  v8::Isolate* isolate_ = nullptr;
  const detail::UvHandle<uv_async_t>* own_ = nullptr;
  std::size_t max_heap_ = 0;
  detail::UvHandle<uv_prepare_t> turn_;
  Probe probe_;
  std::uint64_t began_ = 0;  // in nanoseconds, as all times of the loop

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
