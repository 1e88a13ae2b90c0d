// InProcess: the functions run in an EnvironmentPool, whose keeper replaces what has ended: at
// once, or after a pause where it has ended soon after its start. Calls wait for that, callers do
// not.
#include <fmt/format.h>

#include <condition_variable>
#include <deque>
#include <map>
#include <thread>
#include <unordered_map>
#include <utility>

#include "control_environment.hpp"
#include "host/pool_state.hpp"
#include "inspector_port.hpp"
#include "nodehost/await_value.hpp"
#include "nodehost/hosting_model.hpp"
#include "nodehost/platform.hpp"
#include "nodehost/promise.hpp"
#include "nodehost/task.hpp"
#include "nodehost/task_combinators.hpp"
#include "service_scripts.hpp"
#include "thread/js_thread.hpp"

namespace nodehost {

namespace {

using namespace std::chrono_literals;

constexpr auto kStuckAfter = 1000ms;  // how long an environment may not answer after a timeout

/// What calls go through in one environment of a pool.
struct Entrance {
  Value invoke;
  Value stream_end;
};

/// A call that is to be given an environment.
struct PendingCall {
  std::shared_ptr<Invocation> invocation;
  bool again = false;  // one that had it has ended before it began
};

// Whether a job of `environment` failed because that has ended, or is about to. The function may
// have met the end of another one.
bool IsEndOf(const Environment& environment, const std::exception_ptr& error) {
  if (!error) return false;
  try {
    std::rethrow_exception(error);
  } catch (const EnvironmentStopped&) {
    if (environment.exit_code()) return true;
  } catch (...) {
    return false;
  }
  try {
    environment.Post([](Js&) {});
    return false;
  } catch (const EnvironmentStopped&) {
    return true;
  }
}

// One thread for work that must not block the thread that asks for it: to wait for environments to
// be made, or to end.
class Errands {
 public:
  Errands() : thread_([this] { Work(); }) {}
  ~Errands() { Stop(); }
  Errands(const Errands&) = delete;
  Errands& operator=(const Errands&) = delete;

  /// Nothing is done any more after Stop.
  void Post(std::function<void()> errand) {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    errands_.push_back(std::move(errand));
    changed_.notify_all();
  }

  /// Waits for the one that is under way, and drops the others. Not on its own thread.
  void Stop() {
    std::deque<std::function<void()>> dropped;
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
      dropped.swap(errands_);
      changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
  }

 private:
  void Work() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stopped_ || !errands_.empty(); });
      if (stopped_) return;
      std::function<void()> errand = std::move(errands_.front());
      errands_.pop_front();
      lock.unlock();
      errand();
      errand = nullptr;
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> errands_;  // guarded by mutex_
  bool stopped_ = false;                       // guarded by mutex_
  std::thread thread_;
};

// The environments that serve the calls between two restarts.
class Generation : public std::enable_shared_from_this<Generation> {
 public:
  Generation(const HostingContext& context, Errands& errands) : errands_(errands) {
    PoolOptions options;
    options.size = context.instances;
    options.environment.base_dir = context.project_dir;
    options.environment.env = context.env;
    options.environment.name = "service";
    options.environment.on_stdout = context.on_output;
    options.environment.on_stderr = context.on_output;
    pool_ = std::make_shared<detail::PoolState>(
        context.platform, std::move(options),
        detail::PoolWatcher{.on_made = [this] { GiveWaiting(); },
                            .on_given_up = [this](const std::string& why) { GiveUpWaiting(why); }});
    pool_->Start();
    pool_->AddImport([](Environment& node) {
      auto entrance = std::make_shared<Entrance>();
      node.Run([&](Js& js) {
        const Object functions = services::ModuleFunctions(js);
        entrance->invoke = functions["invoke"];
        entrance->stream_end = functions["streamEnd"];
      });
      return entrance;
    });
  }

  /// The keeper's thread has this object.
  ~Generation() { Stop(); }
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  /// Has its first environment have the inspector; throws what prevents it.
  void OpenInspector(std::shared_ptr<services::InspectorPort> port) {
    port->Open(FirstMember());
    const std::lock_guard lock(mutex_);
    inspector_ = std::move(port);
  }

  /// As that, but when `old` has let go, and where it cannot be, calls go on without.
  void TakeInspector(Generation& old) {
    std::shared_ptr<services::InspectorPort> port;
    {
      const std::lock_guard lock(old.mutex_);
      port = std::exchange(old.inspector_, nullptr);
    }
    if (!port) return;
    {
      const std::lock_guard lock(mutex_);
      inspector_ = port;
    }
    try {
      port->MoveTo(FirstMember());
    } catch (const std::exception&) {
      // All have ended already: the first that takes a call has it.
    }
  }

  /// Ends its environments; waits for them.
  void Stop() { pool_->Stop(0ms); }

  /// Has `on_idle` called after each call that leaves none under way. Once, at most: others take
  /// the calls from now on.
  void OnIdle(std::function<void()> on_idle) {
    const std::lock_guard lock(mutex_);
    on_idle_ = std::move(on_idle);
    TellIfIdle();
  }

  /// Does not wait for an environment that is yet to be made: the call does.
  void Invoke(const PendingCall& call) {
    Place place;
    {
      const std::lock_guard lock(mutex_);
      place = PlaceFor(call);
      if (!place.member) {
        waiting_.emplace(call.invocation->id(), call);
        return;
      }
    }
    Give(call, place);
  }

  /// The calls that have no environment yet: they are the caller's now.
  std::vector<PendingCall> TakeWaiting() {
    const std::lock_guard lock(mutex_);
    std::vector<PendingCall> taken;
    for (auto& [id, call] : std::exchange(waiting_, {})) taken.push_back(std::move(call));
    TellIfIdle();
    return taken;
  }

  // An environment that does not get to its events for a while is ended; the pool replaces it.
  void Cancel(std::uint64_t id) {
    std::shared_ptr<detail::PoolLease> lease;
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.erase(id) != 0) TellIfIdle();
      const auto found = under_way_.find(id);
      if (found == under_way_.end()) return;
      lease = found->second;
    }
    const auto answered = std::make_shared<std::atomic<bool>>(false);
    try {
      lease->environment().Post([answered](Js&) { *answered = true; });
    } catch (const EnvironmentStopped&) {
      return;
    }
    detail::CallAt(std::chrono::steady_clock::now() + kStuckAfter,
                   [lease, answered, self = shared_from_this()] {
                     if (*answered) return;
                     self->errands_.Post([lease] { lease->environment().Stop(0ms); });
                   });
  }

  int PausesAfter() { return pool_->PausesAfter(); }

  bool is_idle() {
    const std::lock_guard lock(mutex_);
    return under_way_.empty() && waiting_.empty();
  }

 private:
  struct Place {
    std::shared_ptr<detail::PoolMember> member;  // null: there is none
    std::shared_ptr<detail::PoolLease> lease;
    std::shared_ptr<services::InspectorPort> inspector;
  };

  std::shared_ptr<detail::PoolMember> FirstMember() {
    std::shared_ptr<detail::PoolMember> member = pool_->Take();
    member->Leave();
    return member;
  }

  static std::chrono::milliseconds TimeLeft(const Invocation& invocation) {
    const auto left = invocation.deadline() - std::chrono::steady_clock::now();
    return std::max(std::chrono::ceil<std::chrono::milliseconds>(left), 1ms);
  }

  static Task<void> Call(Js& js, detail::PoolLease& lease, detail::PoolMember& member,
                         Invocation& invocation) {
    if (!invocation.Begin(js.thread().name())) co_return;
    try {
      const auto* const entrance = static_cast<Entrance*>(lease.imported(0));
      Value result =
          entrance->invoke(invocation.module(), invocation.export_name(), invocation.Arguments(js));
      if (result.Is<Promise>()) result = co_await result;
      member.set_served();
      invocation.Complete(result);
      if (!result.Is<Object>()) co_return;
      // Its environment is in use until the last chunk is read.
      const Value end = entrance->stream_end(result);
      if (end.Is<Promise>()) co_await end;
    } catch (const EnvironmentStopped&) {
      throw;  // to Settled
    } catch (...) {
      member.set_served();
      invocation.Fail(std::current_exception());
    }
  }

  void TellIfIdle() {  // with mutex_ held
    if (on_idle_ && under_way_.empty() && waiting_.empty()) on_idle_();
  }

  Place PlaceFor(const PendingCall& call) {  // with mutex_ held
    Place place{.member = pool_->TryTake(), .lease = nullptr, .inspector = inspector_};
    if (!place.member) return place;
    place.lease = std::make_shared<detail::PoolLease>(place.member);
    under_way_[call.invocation->id()] = place.lease;
    return place;
  }

  void GiveWaiting() {
    while (true) {
      PendingCall call;
      Place place;
      try {
        const std::lock_guard lock(mutex_);
        while (!waiting_.empty() && waiting_.begin()->second.invocation->settled()) {
          waiting_.erase(waiting_.begin());
        }
        if (waiting_.empty()) return TellIfIdle();
        place = PlaceFor(waiting_.begin()->second);
        if (!place.member) return;
        call = std::move(waiting_.extract(waiting_.begin()).mapped());
      } catch (...) {  // the pool has stopped
        for (const PendingCall& refused : TakeWaiting()) {
          refused.invocation->Fail(std::current_exception());
        }
        return;
      }
      Give(call, place);
    }
  }

  void Give(const PendingCall& call, const Place& place) {
    if (place.inspector && place.inspector->is_lost()) place.inspector->MoveTo(place.member);
    const Task<void> task = place.lease->environment().RunAsync(
        [lease = place.lease, member = place.member, invocation = call.invocation](
            Js& js) -> Task<void> { return Call(js, *lease, *member, *invocation); },
        {.timeout = TimeLeft(*call.invocation)});
    task.state()->OnSettled(
        [self = shared_from_this(), call, member = place.member, state = task.state().get()] {
          self->Settled(call, *member, state->error());
        });
  }

  // One that has begun fails last: whoever makes another call then, waits for the next environment.
  void Settled(const PendingCall& call, detail::PoolMember& member,
               const std::exception_ptr& error) {
    const std::shared_ptr<Invocation>& invocation = call.invocation;
    const bool ended = IsEndOf(member.environment, error);
    const auto given_up = ended ? pool_->Lose(member) : std::nullopt;
    const bool retry = ended && !call.again && !invocation->settled() && !invocation->begun();
    bool is_current = false;
    decltype(under_way_)::node_type done;  // goes when the lock has gone
    {
      const std::lock_guard lock(mutex_);
      done = under_way_.extract(invocation->id());
      if (retry) waiting_.emplace(invocation->id(), PendingCall{invocation, true});
      is_current = on_idle_ == nullptr;
      TellIfIdle();
    }
    if (ended && is_current) pool_->Replenish();
    if (retry) GiveWaiting();
    if (given_up) GiveUpWaiting(*given_up);
    if (error && !retry && !invocation->settled()) invocation->Fail(error);
  }

  void GiveUpWaiting(const std::string& why) {
    for (const PendingCall& call : TakeWaiting()) {
      const std::string text = fmt::format("{}, as {} before it; {} was not called.", why,
                                           host::BackOff::kGivesUpAt - 1, call.invocation->name());
      call.invocation->Fail(std::make_exception_ptr(InstanceEnded(text, false)));
    }
  }

  Errands& errands_;
  std::shared_ptr<detail::PoolState> pool_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::unordered_map<std::uint64_t, std::shared_ptr<detail::PoolLease>> under_way_;
  std::map<std::uint64_t, PendingCall> waiting_;  // for an environment, in their order
  std::function<void()> on_idle_;
  std::shared_ptr<services::InspectorPort> inspector_;  // null: another generation has it
};

class InProcessModel final : public HostingModel {
 public:
  ~InProcessModel() override { Stop(); }

  void Start(const HostingContext& context) override {
    if (context_) services::ThrowStartedTwice();
    context_.emplace(context);
    const auto first = std::make_shared<Generation>(context, errands_);
    if (context.debug_port) {
      first->OpenInspector(
          std::make_shared<services::InspectorPort>(*context.debug_port, context.on_output));
    }
    current_ = first;
  }

  void Invoke(std::shared_ptr<Invocation> invocation) override {
    std::shared_ptr<Generation> generation;
    {
      const std::lock_guard lock(mutex_);
      if (restarting_) {
        waiting_.push_back({std::move(invocation)});
        return;
      }
      generation = current_;
    }
    generation->Invoke({std::move(invocation)});
  }

  void Cancel(std::uint64_t id) override {
    for (const auto& generation : All()) generation->Cancel(id);
  }

  int PausesAfter() const override {
    std::shared_ptr<Generation> generation;
    {
      const std::lock_guard lock(mutex_);
      if (!restarting_) generation = current_;
    }
    return generation ? generation->PausesAfter() : 0;
  }

  void Restart() override {
    const std::lock_guard lock(mutex_);
    if (std::exchange(restarting_, true)) {
      again_ = true;
    } else {
      errands_.Post([this] { StartNext(); });
    }
  }

  void Stop() override {
    errands_.Stop();
    for (const auto& generation : All()) generation->Stop();
    const std::lock_guard lock(mutex_);
    current_.reset();
    old_.clear();
    waiting_.clear();
  }

 private:
  std::vector<std::shared_ptr<Generation>> All() {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<Generation>> all = old_;
    if (current_) all.push_back(current_);
    return all;
  }

  // Calls that come meanwhile wait for the new environments. The old ones go when they are idle.
  void StartNext() {
    std::shared_ptr<Generation> next;
    std::exception_ptr error;
    try {
      next = std::make_shared<Generation>(*context_, errands_);
    } catch (...) {
      error = std::current_exception();
    }
    std::shared_ptr<Generation> old;
    std::vector<PendingCall> waiting;
    {
      const std::lock_guard lock(mutex_);
      if (next) {
        old = std::exchange(current_, next);
        old_.push_back(old);
      }
      restarting_ = false;
      if (std::exchange(again_, false)) {
        restarting_ = true;
        errands_.Post([this] { StartNext(); });
      } else {
        waiting.swap(waiting_);
      }
    }
    if (old) {
      for (PendingCall& call : old->TakeWaiting()) waiting.push_back(std::move(call));
      next->TakeInspector(*old);
      old->OnIdle([this] { errands_.Post([this] { EndIdle(); }); });
    }
    for (const PendingCall& call : waiting) {
      try {
        if (error) std::rethrow_exception(error);
        next->Invoke(call);
      } catch (...) {
        call.invocation->Fail(std::current_exception());
      }
    }
  }

  void EndIdle() {
    std::vector<std::shared_ptr<Generation>> idle;
    {
      const std::lock_guard lock(mutex_);
      std::erase_if(old_, [&](const auto& generation) {
        if (!generation->is_idle()) return false;
        idle.push_back(generation);
        return true;
      });
    }
    for (const auto& generation : idle) generation->Stop();
  }

  std::optional<HostingContext> context_;
  Errands errands_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::shared_ptr<Generation> current_;
  std::vector<std::shared_ptr<Generation>> old_;
  std::vector<PendingCall> waiting_;
  bool restarting_ = false;
  bool again_ = false;  // files have changed since the start that is under way
};

}  // namespace

std::shared_ptr<HostingModel> InProcess() { return std::make_shared<InProcessModel>(); }

}  // namespace nodehost
