// Statistics: what an environment is doing, in numbers. Plain data, for any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "nodehost/detail/chrono.hpp"

namespace nodehost {

/// The memory of an environment, in bytes.
struct HeapStatistics {
  std::size_t used = 0;      ///< Objects on the JS heap, garbage not yet collected included.
  std::size_t total = 0;     ///< What V8 has reserved for them.
  std::size_t limit = 0;     ///< The most `used` may be: `max_heap_mb`, or V8's own limit.
  std::size_t external = 0;  ///< Outside the heap: ArrayBuffers, Buffers, what addons report.
  std::size_t malloced = 0;  ///< V8's own, such as for compiling.
};

/// The event loop of an environment. A turn is all work from one wait for events to the next: for
/// so long, whatever comes has to wait.
struct LoopStatistics {
  std::uint64_t turns = 0;
  std::chrono::microseconds last_turn{0};
  std::chrono::microseconds longest_turn{0};  ///< Since the start.
  std::chrono::microseconds this_turn{0};     ///< So far; 0 while the loop waits for events.
  double utilization = 0;  ///< The part of the time since the start that it did not wait: 0 to 1.
};

/// What `Environment::ReadStatistics` found.
struct Statistics {
  HeapStatistics heap;
  LoopStatistics loop;

  /// Jobs of `Run`, `RunAsync` and `Post` that wait for their turn.
  std::size_t queue_length = 0;

  /// What keeps the event loop going, counted by libuv's name of its type: "tcp", "timer" (one for
  /// all of JavaScript's timers), "process", "fs_event"; "request" for all that is under way in the
  /// thread pool and on sockets.
  std::map<std::string, std::size_t> active_handles;

  /// How old `heap` and `active_handles` are; the rest is of this moment.
  std::chrono::milliseconds age{0};
};

}  // namespace nodehost
