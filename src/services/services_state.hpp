// ServicesState: the calls of a NodeServices that are under way, and when their callers stop
// waiting.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <unordered_map>

#include "nodehost/environment.hpp"
#include "nodehost/node_services.hpp"

namespace nodehost::detail {

class ServicesState : public std::enable_shared_from_this<ServicesState> {
 public:
  using Clock = std::chrono::steady_clock;

  ServicesState(NodejsPlatform& platform, NodeServicesOptions options);

  void Start();
  void Send(const std::shared_ptr<Invocation>& invocation, const InvokeOptions& options);
  /// Fails the call `id` with Cancelled, if it is under way, and frees its instance.
  void Cancel(std::uint64_t id);
  int PausesAfter() const { return model_->PausesAfter(); }
  void Restart();
  void Stop(std::chrono::milliseconds timeout);
  std::chrono::milliseconds stop_timeout() const noexcept { return options_.stop_timeout; }

 private:
  using StopCallback = std::stop_callback<std::function<void()>>;
  struct Pending {
    std::weak_ptr<Invocation> invocation;
    std::multimap<Clock::time_point, std::uint64_t>::iterator deadline;
    std::unique_ptr<StopCallback> stop;
  };

  void Watch();
  std::unique_ptr<StopCallback> CancelAt(const std::stop_token& stop, std::uint64_t id);
  void Settled(std::uint64_t id);
  void ArmTimer(Clock::time_point when);  // with mutex_ held
  void OnTimer(Clock::time_point when);
  static void TimeOut(Invocation& invocation);
  static void GiveUp(Invocation& invocation);

  NodejsPlatform& platform_;
  NodeServicesOptions options_;
  std::shared_ptr<HostingModel> model_;
  std::optional<Environment> watcher_;

  std::mutex stop_mutex_;  // one Stop at a time
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::unordered_map<std::uint64_t, Pending> pending_;
  std::multimap<Clock::time_point, std::uint64_t> deadlines_;
  Clock::time_point armed_ = Clock::time_point::max();  // the earliest timer that is set
  bool stopped_ = false;
};

}  // namespace nodehost::detail
