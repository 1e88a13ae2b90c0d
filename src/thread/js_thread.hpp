// JsThread: a JS thread as every other thread sees it. Who it is, how work gets to it, and how it
// ended. It knows neither Node nor V8; host::NodeThread is the thread that runs Node on it.
#pragma once

#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "job_queue.hpp"
#include "nodehost/end_reason.hpp"
#include "nodehost/js.hpp"

namespace nodehost::detail {

class Realm;

// Every operation asks which thread it is on. In a shared library that is a call into the loader,
// unless the variable has a fixed place beside those of the program: then it is one read.
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

  /// In a fork()ed child: its thread is no JS thread, whatever the parent's was.
  static void ForgetCurrent() noexcept { current_ = nullptr; }

  /// Throws WrongThread unless called on this thread.
  void CheckCurrent() const {
    if (!IsCurrent()) [[unlikely]]
      ThrowWrongThread();
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

  /// Takes no more jobs; those that wait are cancelled with EnvironmentStopped. Any thread.
  void Refuse();

  /// The exception that refused work gets.
  std::exception_ptr StoppedError() const;

  /// Until it is null again, what StoppedError() is on the JS thread itself: the job under way is
  /// being stopped, and not the environment.
  void SetJobError(std::exception_ptr error) noexcept { job_error_ = std::move(error); }

  std::optional<int> exit_code() const;
  void set_exit_code(int code);

  /// Why it ended. The first reason stays, and with it `text`: "it ran out of memory".
  EndReason end_reason() const;
  std::string end_text() const;
  void SetEnd(EndReason reason, std::string text = {});

  /// The V8 side; null before the start and as soon as JavaScript has ended: by process.exit, by
  /// termination, or with the environment. On the JS thread.
  Realm* realm() const noexcept { return realm_; }
  void set_realm(Realm* realm) noexcept { realm_ = realm; }

  Js& js() noexcept { return js_; }
  const std::string& name() const noexcept { return name_; }

  /// Runs the event loop inside the current job until `done()` says so. On the JS thread. Returns
  /// false if nothing is left that could ever make it true. Throws EnvironmentStopped at the end.
  virtual bool SpinUntil(bool (*done)(void*), void* data) = 0;

 protected:
  static void set_current(JsThread* thread) noexcept { current_ = thread; }
  JobQueue& queue() noexcept { return queue_; }

  /// Runs or cancels, then finishes each job of a list.
  static void CancelAll(Job* list, const std::exception_ptr& reason) noexcept;

 private:
  [[noreturn]] void ThrowWrongThread() const;

  static thread_local constinit JsThread* current_ NODEHOST_TLS;

  const std::string name_;
  Js js_{*this};
  Realm* realm_ = nullptr;
  JobQueue queue_;
  std::exception_ptr job_error_;   // the JS thread's own
  JsThread* waits_for_ = nullptr;  // guarded by one lock for all threads, in js_thread.cpp
  mutable std::mutex mutex_;
  std::optional<int> exit_code_;
  EndReason end_reason_ = EndReason::kNone;
  std::string end_text_;
};

}  // namespace nodehost::detail
