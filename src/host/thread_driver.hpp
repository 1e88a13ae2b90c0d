// ThreadDriver: takes an Instance through its life on a thread of its own.
#pragma once

#include <uv.h>

#include <atomic>
#include <chrono>

#include "driver.hpp"

namespace nodehost::host {

class ThreadDriver final : public Driver {
 public:
  ThreadDriver(PlatformState& platform, EnvironmentOptions options);

  void Start() override;
  StopResult Stop(std::chrono::milliseconds timeout) override;
  bool TryJoin() override;

 private:
  void Main();
  void RunInstance();

  const bool own_process_;
  uv_thread_t thread_{};
  std::atomic<bool> joinable_{false};
};

}  // namespace nodehost::host
