// JsThread: a JS thread as other threads see it: its identity, its queue of jobs, its Life and its
// RealmAccess. It knows neither Node nor V8; the classes in src/host run Node on it.
#pragma once

#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "job_queue.hpp"
#include "life.hpp"
#include "nodehost/js.hpp"
#include "nodehost/run_options.hpp"
#include "realm_access.hpp"

namespace nodehost::detail {

class JsThread;
class Realm;

/// CheckCurrent has failed.
[[noreturn]] void ThrowNotOn(const JsThread& thread);

// Every operation asks which thread it is on. In a shared library, reading a thread_local variable
// calls into the loader, unless the variable uses the initial-exec model: then it is one read.
#if defined(__ELF__)
#define NODEHOST_TLS __attribute__((tls_model("initial-exec")))
#else
#define NODEHOST_TLS
#endif

class JsThread : public std::enable_shared_from_this<JsThread> {
 public:
  explicit JsThread(std::string name);
  virtual ~JsThread();
  JsThread(const JsThread&) = delete;
  JsThread& operator=(const JsThread&) = delete;

  /// The JS thread that is the calling thread, or null.
  static JsThread* Current() noexcept { return current_; }
  bool IsCurrent() const noexcept { return current_ == this; }

  /// While it lives, the calling thread is the JS thread of `thread`. What it was before comes back
  /// after.
  class CurrentScope {
   public:
    explicit CurrentScope(JsThread& thread) noexcept : before_(std::exchange(current_, &thread)) {}
    ~CurrentScope() { current_ = before_; }
    CurrentScope(const CurrentScope&) = delete;
    CurrentScope& operator=(const CurrentScope&) = delete;

   private:
    JsThread* const before_;
  };

  /// In a fork()ed child: its thread is no JS thread, whatever the parent's was.
  static void ForgetCurrent() noexcept { current_ = nullptr; }

  /// Throws WrongThread unless called on this thread.
  void CheckCurrent() const {
    if (!IsCurrent()) [[unlikely]]
      ThrowNotOn(*this);
  }

  /// While it lives, the calling thread waits for `thread`. Throws HostError where that would be
  /// for ever: when `thread` itself waits, directly or through others, for the JS thread that
  /// calls.
  class WaitGuard {
   public:
    explicit WaitGuard(JsThread& thread);
    ~WaitGuard();
    WaitGuard(const WaitGuard&) = delete;
    WaitGuard& operator=(const WaitGuard&) = delete;

   private:
    JsThread* const waiter_ = Current();
    JsThread* before_ = nullptr;
  };

  /// Whether nobody but the calling thread runs this JavaScript, also when it is not in it now: it
  /// must not wait for others to do it.
  virtual bool IsOwnedHere() const noexcept { return IsCurrent(); }

  /// Runs `job` behind those already queued and returns when it ran or was cancelled. On any thread
  /// that is not in this JavaScript. Throws what WaitGuard throws.
  virtual void RunBlocking(Job& job);

  /// Queues a job. Refused, it is cancelled; with `must_accept` EnvironmentStopped is thrown too.
  void Enqueue(std::unique_ptr<Job> job, bool must_accept);

  /// RunBlocking, on the JS thread too, and Enqueue of a job that is given up when it takes too
  /// long or is to stop. This class has no timers: it runs them without limits.
  virtual void RunLimited(Job& job, const RunOptions& /*limits*/) { RunBlocking(job); }
  virtual void EnqueueLimited(std::unique_ptr<Job> job, const RunOptions& /*limits*/) {
    Enqueue(std::move(job), /*must_accept=*/false);
  }

  /// Takes no more jobs; those that wait are cancelled with EnvironmentStopped. Any thread.
  void Refuse();

  /// The exception that refused work gets.
  std::exception_ptr StoppedError() const;

  Life& life() noexcept { return life_; }
  const Life& life() const noexcept { return life_; }

  RealmAccess& access() noexcept { return access_; }
  const RealmAccess& access() const noexcept { return access_; }

  /// The V8 side; null while nothing may enter JavaScript. On the JS thread.
  Realm* realm() const noexcept { return access_.realm(); }

  /// JavaScript is over: stops it, and lets nothing enter it any more. Returns whether it was not
  /// over before. On the JS thread.
  bool EndJavaScript(End end);

  JobQueue& queue() noexcept { return queue_; }
  Js& js() noexcept { return js_; }
  const std::string& name() const noexcept { return name_; }

  /// What becomes of the jobs that wait while one turns the loop. A CallbackJob runs in any case.
  enum class OtherJobs {
    kWait,  // what turns the loop stands in the middle of a job
    kRun,   // it is the owner of a pumped environment, who is in no job of the program's
  };

  /// Runs the event loop inside the current job until `done()` says so. On the JS thread. Returns
  /// false if nothing is left that could ever make it true. Throws EnvironmentStopped at the end.
  virtual bool SpinUntil(bool (*done)(void*), void* data, OtherJobs others) = 0;

  /// By 1: other threads will have something for JavaScript to do, so that a loop that ends by
  /// itself is to go on; by -1: that has come. On the JS thread, any time.
  virtual void HoldLoop(int /*by*/) noexcept {}

 private:
  static thread_local constinit JsThread* current_ NODEHOST_TLS;

  const std::string name_;
  Js js_{*this};
  Life life_;
  JobQueue queue_;
  RealmAccess access_{life_};
  JsThread* waits_for_ = nullptr;  // guarded by one lock for all threads, in js_thread.cpp
};

}  // namespace nodehost::detail
