// PoolState: the environments of one EnvironmentPool, and the thread that makes new ones. It stands
// on the public API of Environment alone.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "back_off.hpp"
#include "nodehost/environment_pool.hpp"

namespace nodehost::detail {

/// An environment of a pool.
class PoolMember {
 public:
  using Count = std::atomic<std::uint64_t>;

  /// `back_off` is of the place that it takes.
  PoolMember(Environment made, std::string name, std::shared_ptr<Count> done,
             host::BackOff back_off)
      : environment(std::move(made)),
        name_(std::move(name)),
        done_(std::move(done)),
        back_off_(back_off) {}

  bool is_alive() const {
    return !lost_.load(std::memory_order_relaxed) && !environment.exit_code();
  }
  /// It is about to end, and takes no more.
  void set_lost() noexcept { lost_.store(true, std::memory_order_relaxed); }
  /// It has answered a call.
  void set_served() noexcept { served_.store(true, std::memory_order_relaxed); }

  /// Of its place, now that it has ended.
  host::BackOff AfterEnd() const;
  /// "service-1 ended with exit code 3"
  std::string EndText() const;

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
  const std::string name_;
  const std::shared_ptr<Count> done_;  // the pool's, which a last call may outlive
  const host::BackOff back_off_;
  const std::chrono::steady_clock::time_point made_at_ = std::chrono::steady_clock::now();
  std::atomic<int> running_{0};
  std::atomic<bool> served_{false};
  std::atomic<bool> lost_{false};
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<void>> imported_;  // guarded by mutex_
};

/// Who gives a pool its work and does not wait in Take. Called on the keeper's thread, without a
/// lock; not after Stop.
struct PoolWatcher {
  /// An environment has been made.
  std::function<void()> on_made;
  /// Those of a place come to nothing again and again: how the last one ended. The next is made
  /// after a pause.
  std::function<void(const std::string& why)> on_given_up;
};

class PoolState {
 public:
  /// With a `watcher`, an environment that ended soon after its start, without an answer
  /// (PoolMember::set_served), is replaced after a pause. Without one it is replaced for the next
  /// call, which waits for that: no more are made than there are calls, one at a time.
  PoolState(NodejsPlatform& platform, PoolOptions options, PoolWatcher watcher = {});
  ~PoolState();
  PoolState(const PoolState&) = delete;
  PoolState& operator=(const PoolState&) = delete;

  /// Makes the first environments. Throws what prevents it.
  void Start();

  /// The least busy environment that lives, entered. Waits where there is none.
  std::shared_ptr<PoolMember> Take();

  /// The same, but null where there is none: the watcher is told when one has been made.
  std::shared_ptr<PoolMember> TryTake();

  /// The member's environment has ended, or is about to: it takes no more. If those of its place
  /// come to nothing again and again, returns how it ended: then the watcher is not told.
  std::optional<std::string> Lose(PoolMember& member);

  /// How many of a place came to nothing, one after the other, if none lives and none is due yet;
  /// else 0.
  int PausesAfter();

  /// Has the keeper make what is missing.
  void Replenish();

  std::size_t AddImport(PoolImport import);
  std::vector<StopResult> Stop(std::chrono::milliseconds timeout);
  PoolStatistics Read();
  std::chrono::milliseconds stop_timeout() const { return options_.environment.stop_timeout; }

 private:
  using Member = std::shared_ptr<PoolMember>;
  using Clock = std::chrono::steady_clock;
  using Lock = std::unique_lock<std::mutex>;

  /// The place of a missing environment.
  struct Vacancy {
    host::BackOff back_off;
    Clock::time_point due;  // not filled before, unless no other environment lives
    bool asked = false;     // the keeper is to fill it
  };

  Member Make(host::BackOff back_off);
  void Keep();                   // the keeper's: makes what is missing
  void Fill(Lock& lock);         // its next vacancy
  bool TellGivenUp(Lock& lock);  // the watcher; false if there is nothing to tell
  bool Admit(Member member);     // a new one; whether it has all that is imported
  Member TakeNow();              // with mutex_ held
  void Vacate(const Vacancy& vacancy, const std::string& why);  // with mutex_ held
  std::vector<Vacancy>::iterator NextVacancy();  // with mutex_ held; of those that are asked for
  void ReplaceDead();                            // with mutex_ held
  template <class IsDead>
  void MoveDead(std::vector<Member>& members, IsDead&& is_dead);  // with mutex_ held
  void AskKeeper();                                               // with mutex_ held
  Member LeastBusy() const;                                       // with mutex_ held

  NodejsPlatform& platform_;
  const PoolOptions options_;
  const PoolWatcher watcher_;
  const std::shared_ptr<PoolMember::Count> done_ = std::make_shared<PoolMember::Count>(0);
  std::atomic<std::size_t> made_{0};

  std::mutex import_mutex_;  // one AddImport at a time
  std::mutex stop_mutex_;    // one Stop at a time
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::vector<Member> working_;
  std::vector<Member> spares_;
  std::vector<Vacancy> vacant_;
  std::vector<Member> dead_;  // for the keeper to free, outside of the lock
  std::vector<PoolImport> imports_;
  std::exception_ptr error_;  // of the latest attempt to make one
  std::uint64_t replaced_ = 0;
  std::uint64_t attempts_ = 0;
  std::optional<std::string> given_up_;  // why, until one is made
  bool tells_given_up_ = false;          // the watcher is to hear of it
  bool stopped_ = false;

  std::thread keeper_;
};

}  // namespace nodehost::detail
