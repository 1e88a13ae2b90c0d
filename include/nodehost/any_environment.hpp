// AnyEnvironment: what an Environment and a PumpedEnvironment have in common. Whoever has one owns
// it; what is handed around, and may outlive it, is an EnvironmentRef.
#pragma once

#include <memory>
#include <optional>

#include "nodehost/detail/chrono.hpp"
#include "nodehost/environment_verbs.hpp"
#include "nodehost/module.hpp"
#include "nodehost/statistics.hpp"
#include "nodehost/stop_result.hpp"

namespace nodehost {

/// The verbs of every environment: an `Environment` and a `PumpedEnvironment` are one each, and
/// neither is the other. A function for both takes an `AnyEnvironment&`; there is no object that is
/// only this. `Run`, `RunAsync`, `Post` and `Import` are in `EnvironmentVerbs`. Its members may be
/// called on any thread. One that was moved from can only be assigned
/// to or destroyed: its other members throw `HostError`.
class NODEHOST_API AnyEnvironment : public EnvironmentVerbs {
 public:
  AnyEnvironment(const AnyEnvironment&) = delete;
  AnyEnvironment& operator=(const AnyEnvironment&) = delete;

  /// Gives JavaScript a module of C++'s, at any time: what is imported later finds it. Throws
  /// `JsError` for a name that is taken. See `Module`.
  void AddModule(const Module& module) {
    Run([&](Js& js) { js.AddModule(module); });
  }

  /// Ends the environment: no new jobs are taken, those already queued are done, and the event loop
  /// may finish what it has begun until `timeout` has passed; then JavaScript is terminated, in
  /// the middle of a statement if need be. Returns when the JS thread has ended, or half a second
  /// after that if it cannot be ended because native code holds it; the result says so, and
  /// what was still alive. Any thread, any number of times: again, it gives the same result.
  ///
  /// On the JS thread itself it cannot wait: it returns at once, with `ended` false, and the same
  /// happens from when the current job returns.
  StopResult Stop(std::chrono::milliseconds timeout);
  StopResult Stop();  ///< With the option `stop_timeout`.

  /// Waits until the environment ends by itself or is stopped, and returns its exit code. Throws
  /// `HostError` on the JS thread itself, which would wait for itself.
  int WaitForExit();

  /// The exit code, once the environment has ended: what `process.exit` said, 1 for an uncaught
  /// error and for JavaScript that had to be terminated, `process.exitCode` otherwise. Empty while
  /// it runs.
  std::optional<int> exit_code() const;

  /// Memory, event loop, queue and handles in numbers, while JavaScript runs. Cheap and at once:
  /// the figures of memory and handles are the latest the JS thread has left behind - at a turn of
  /// the loop, ten times a second at most, and at each garbage collection - and `age` says how old
  /// they are. With `timeout` they are made anew; that waits for the JS thread, but no longer than
  /// `timeout` where native code holds it. After the end, what was last known.
  Statistics ReadStatistics(std::chrono::milliseconds timeout = {}) const;

  /// Collects all garbage of the JS heap now, and gives what is free back to the system; for a
  /// moment in which the program has nothing else to do, as after a load of work. Returns when it
  /// is done: tens of milliseconds for a large heap. On the JS thread inline, else as a job. Throws
  /// `EnvironmentStopped`.
  void CollectGarbage();

 protected:
  explicit AnyEnvironment(std::shared_ptr<detail::JsThread> thread) noexcept;
  AnyEnvironment(AnyEnvironment&&) noexcept;
  AnyEnvironment& operator=(AnyEnvironment&&) noexcept;

  /// `Stop(stop_timeout)`; see there for what happens on the JS thread itself.
  ~AnyEnvironment();
};

}  // namespace nodehost
