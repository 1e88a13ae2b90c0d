// PoolState: the environments of one EnvironmentPool, and the thread that makes new ones. It stands
// on the public API of Environment alone.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "nodehost/environment_pool.hpp"

namespace nodehost::detail {

/// An environment of a pool.
class PoolMember {
 public:
  using Count = std::atomic<std::uint64_t>;

  PoolMember(Environment made, std::shared_ptr<Count> done)
      : environment(std::move(made)), done_(std::move(done)) {}

  bool is_alive() const { return !environment.exit_code(); }
  int running() const noexcept { return running_.load(std::memory_order_relaxed); }

  void Enter() noexcept { running_.fetch_add(1, std::memory_order_relaxed); }
  void Leave() noexcept {
    done_->fetch_add(1, std::memory_order_relaxed);
    running_.fetch_sub(1, std::memory_order_relaxed);
  }

  /// Makes what of `imports` is not made yet. Not on two threads at a time.
  void Import(const std::vector<PoolImport>& imports);
  /// Forgets all behind the first `count`.
  void KeepImports(std::size_t count);
  std::size_t import_count() const;
  void* Imported(std::size_t number) const noexcept;

  Environment environment;

 private:
  const std::shared_ptr<Count> done_;  // the pool's, which a last call may outlive
  std::atomic<int> running_{0};
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<void>> imported_;  // guarded by mutex_
};

class PoolState {
 public:
  PoolState(NodejsPlatform& platform, PoolOptions options);
  ~PoolState();
  PoolState(const PoolState&) = delete;
  PoolState& operator=(const PoolState&) = delete;

  /// Makes the first environments. Throws what prevents it.
  void Start();

  /// The least busy environment that lives, entered.
  std::shared_ptr<PoolMember> Take();

  std::size_t AddImport(PoolImport import);
  std::vector<StopResult> Stop(std::chrono::milliseconds timeout);
  PoolStatistics Read();
  std::chrono::milliseconds stop_timeout() const { return options_.environment.stop_timeout; }

 private:
  using Member = std::shared_ptr<PoolMember>;

  Member Make();
  void Keep();                // the keeper's: makes what is missing
  bool Admit(Member member);  // a new one; whether it has all that is imported
  void ReplaceDead();         // with mutex_ held
  template <class IsDead>
  void MoveDead(std::vector<Member>& members, IsDead&& is_dead);  // with mutex_ held
  bool IsShort() const noexcept;                                  // with mutex_ held
  void AskKeeper();                                               // with mutex_ held
  Member LeastBusy() const;                                       // with mutex_ held
  [[noreturn]] static void ThrowStopped();

  NodejsPlatform& platform_;
  const PoolOptions options_;
  const std::shared_ptr<PoolMember::Count> done_ = std::make_shared<PoolMember::Count>(0);
  std::atomic<std::size_t> made_{0};

  std::mutex import_mutex_;  // one AddImport at a time
  std::mutex stop_mutex_;    // one Stop at a time
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::vector<Member> working_;
  std::vector<Member> spares_;
  std::vector<Member> dead_;  // for the keeper to free, outside of the lock
  std::vector<PoolImport> imports_;
  std::exception_ptr error_;  // of the latest attempt to make one
  std::uint64_t replaced_ = 0;
  std::uint64_t attempts_ = 0;
  std::chrono::steady_clock::time_point retry_at_{};  // after an attempt that failed
  bool asked_ = false;                                // the keeper is to look
  bool stopped_ = false;

  std::thread keeper_;
};

}  // namespace nodehost::detail
