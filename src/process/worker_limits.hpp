// WorkerLimits: the memory that the Workers of one environment may take, by their thread ids. The
// parent says what it is, the Worker's thread keeps to it, and the parent asks how it ended.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace nodehost::host {

/// Any thread.
class WorkerLimits {
 public:
  /// Before the Worker starts.
  void Set(int thread_id, std::size_t heap_mb) {
    const std::lock_guard lock(mutex_);
    heap_mb_[thread_id] = heap_mb;
  }

  /// On the Worker's thread: its heap limit, which is forgotten; 0 if none was set.
  std::size_t Take(int thread_id) { return TakeFrom(heap_mb_, thread_id); }

  /// `what` is a limit, as "limit of the JS heap: 64 MB".
  void Exceeded(int thread_id, std::string what) {
    const std::lock_guard lock(mutex_);
    exceeded_[thread_id] = std::move(what);
  }

  /// What the Worker that has ended exceeded, which is forgotten; empty if nothing.
  std::string TakeExceeded(int thread_id) { return TakeFrom(exceeded_, thread_id); }

 private:
  template <class T>
  T TakeFrom(std::map<int, T>& map, int thread_id) {
    const std::lock_guard lock(mutex_);
    auto node = map.extract(thread_id);
    return node ? std::move(node.mapped()) : T{};
  }

  std::mutex mutex_;
  std::map<int, std::size_t> heap_mb_;
  std::map<int, std::string> exceeded_;
};

}  // namespace nodehost::host
