// PumpedEnvironment: a Node.js without a thread of its own, for programs that have an event loop: a
// GUI, a game, a server. It runs on the thread that made it, whenever that calls `Poll`. A program
// without a loop wants an `Environment`, which does all of this by itself.
#pragma once

#include <memory>
#include <optional>

#include "nodehost/any_environment.hpp"
#include "nodehost/detail/callable.hpp"
#include "nodehost/detail/chrono.hpp"

namespace nodehost {

struct PumpOptions {
  /// Called when `Poll` has something to do: a job came, a timer is due, input or output is ready.
  /// For loops that cannot wait for a file descriptor; it should post a message to the program's
  /// loop that makes it call `Poll`. It is called once, and not again before `Poll`, `Run` or
  /// another call has entered the environment and left it: a program that is late gets one call,
  /// not many.
  ///
  /// It is called on a thread that exists for this purpose only, which does not enter JavaScript.
  /// It must not wait for the thread that polls, and must not throw. Not on Windows.
  std::function<void()> on_wake = {};
};

/// One Node.js environment that runs on the thread that made it: its owner, and its JS thread for
/// good. `NodejsPlatform::CreatePumpedEnvironment` makes one.
///
/// The verbs of `AnyEnvironment` work from every thread. On the owner, `Run`, `Import` and typed
/// calls run inline, behind the jobs that wait, and what they start - timers, promises, I/O - goes
/// on in `Poll`. On other threads `Run` blocks until the owner polls: an owner that waits for such
/// a thread without polling waits for ever. `OnJsThread()` is true inside jobs and callbacks only;
/// outside of them the owner may do with JavaScript what any other thread may.
///
/// One thread may own several, beside environments with threads of their own; their jobs may call
/// each other. Between calls V8 is left as it was found.
///
/// `Stop` and the destructor on the owner run the event loop themselves until it has ended or the
/// timeout has passed, and then terminate JavaScript, in the middle of a statement if need be. In
/// a job of the environment itself, that happens as soon as the owner leaves it. On another thread
/// they need the owner to poll until then; destroy it on its owner.
class NODEHOST_API PumpedEnvironment : public AnyEnvironment {
 public:
  PumpedEnvironment(PumpedEnvironment&&) noexcept = default;
  PumpedEnvironment& operator=(PumpedEnvironment&&) noexcept = default;

  /// Runs what is ready - jobs, due timers, I/O, promises - without waiting for more. Returns
  /// whether the environment lives; false, and nothing done, once it has ended. Errors that nothing
  /// catches go to `on_uncaught`, as in any environment; they are not thrown here.
  ///
  /// Throws `WrongThread` on any thread but the owner, and `HostError` inside one of its own jobs
  /// or callbacks.
  bool Poll();

  /// A file descriptor that is readable when `Poll` has something to do: jobs and I/O, but not
  /// timers. For epoll, poll, GLib's `g_unix_fd_add`, asio; only ever wait for it to be readable.
  /// -1 once the environment has ended, and on Windows. Any thread.
  int fd() const;

  /// How long the program may wait on `fd()` before it calls `Poll`: 0 if there is something to do
  /// now, empty if there is no timer (V8 has some of its own). It changes with every call that
  /// enters the environment, so ask right before each wait. On the owner; throws `WrongThread`
  /// elsewhere.
  std::optional<std::chrono::milliseconds> timeout() const;

 private:
  friend class NodejsPlatform;
  explicit PumpedEnvironment(std::shared_ptr<detail::JsThread> thread) noexcept;
};

}  // namespace nodehost
