// PumpedThread: the NodeThread that has no thread. It takes the steps of its life on the thread
// that made it, its owner, one piece with each call; V8 is entered and left round each of them.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>

#include "node_thread.hpp"
#include "nodehost/pumped_environment.hpp"
#include "wake_thread.hpp"

namespace nodehost::detail {
class RealmOwner;
}

namespace nodehost::host {

class PumpedThread final : public NodeThread {
 public:
  PumpedThread(PlatformState& platform, EnvironmentOptions options, PumpOptions pump);
  ~PumpedThread() override;

  /// Returns when the environment takes jobs; throws what stopped it. On the owner.
  void Start() override;

  /// See PumpedEnvironment.
  bool Poll();
  int fd() const noexcept { return fd_; }
  std::optional<std::chrono::milliseconds> Timeout();

  StopResult Stop(std::chrono::milliseconds deadline) override;
  void RunBlocking(detail::Job& job) override;
  bool IsOwnedHere() const noexcept override { return std::this_thread::get_id() == owner_; }

 private:
  class Inside;

  void Open();
  void CheckOwner(const char* call) const;
  void Turn();
  bool HasFinished(int& code);
  bool HasNewWatchers() const noexcept;
  int LoopTimeout();
  void AfterInside();
  void Finish(Clock::time_point until);
  void End(int code);

  const std::thread::id owner_ = std::this_thread::get_id();
  const PumpOptions pump_;
  std::atomic<int> fd_{-1};
  std::atomic<int> depth_{0};  // how many times the owner is inside

  // The owner's own.
  std::unique_ptr<node::CommonEnvironmentSetup> setup_;  // null before the start and after the end
  std::unique_ptr<detail::RealmOwner> realm_owner_;
  std::unique_ptr<WakeThread> wake_thread_;
  std::optional<Clock::time_point> stop_until_;  // of a Stop inside
};

}  // namespace nodehost::host
