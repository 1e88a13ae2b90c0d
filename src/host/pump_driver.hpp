// PumpDriver: takes an Instance through its life on the thread that made it, its owner: one step
// with each call of the owner's. V8 is entered and left round each of them.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "driver.hpp"
#include "nodehost/pumped_environment.hpp"
#include "wake_thread.hpp"

namespace nodehost::host {

class PumpDriver final : public Driver {
 public:
  PumpDriver(PlatformState& platform, EnvironmentOptions options, PumpOptions pump);

  /// On the owner.
  void Start() override;

  StopResult Stop(std::chrono::milliseconds timeout) override;
  bool TryJoin() override;
  void RunBlocking(detail::Job& job) override;
  bool IsOwnedHere() const noexcept override { return std::this_thread::get_id() == owner_; }

  /// See PumpedEnvironment.
  bool Poll();
  int fd() const noexcept { return fd_; }
  std::optional<std::chrono::milliseconds> Timeout();

 private:
  class Inside;

  bool IsSetUp() noexcept { return !lost_ && instance().setup() != nullptr; }
  void Enter(const std::function<void()>& work);
  uv_loop_t* loop() noexcept { return instance().setup()->event_loop(); }
  void CheckOwner(const char* call) const;
  void Open();
  void Turn();
  bool HasFinished(int& exit_code);
  bool HasNewWatchers() noexcept;
  int LoopTimeout();
  void AfterInside();
  void FinishUntil(detail::Life::Clock::time_point until);
  void End(int exit_code);

  const std::thread::id owner_ = std::this_thread::get_id();
  const PumpOptions pump_;
  node::MultiIsolatePlatform& node_platform_;
  std::atomic<int> fd_{-1};
  std::atomic<int> depth_{0};  // how many times the owner is inside

  // The owner's own.
  bool lost_ = false;  // a fatal error has left V8 where it was
  std::unique_ptr<WakeThread> wake_thread_;
  std::optional<detail::Life::Clock::time_point> stop_until_;  // of a Stop inside
};

}  // namespace nodehost::host
