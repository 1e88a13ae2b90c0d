// IncomingCalls: what other threads have asked a hosting model for, until one job on its JS thread
// takes all of it.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "nodehost/hosting_model.hpp"

namespace nodehost::services {

/// Any thread.
class IncomingCalls {
 public:
  /// Whether it is the first of those that are to be taken: then a job has to be queued.
  bool Add(std::shared_ptr<Invocation> invocation) {
    const std::lock_guard lock(mutex_);
    invocations_.push_back(std::move(invocation));
    return invocations_.size() == 1;
  }
  std::vector<std::shared_ptr<Invocation>> Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(invocations_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<Invocation>> invocations_;  // guarded by mutex_
};

}  // namespace nodehost::services
