// RunOptions: how long a single job, or a single call of a Method, may go on.
#pragma once

#include <optional>
#include <stop_token>

#include "nodehost/detail/chrono.hpp"

namespace nodehost {

struct RunOptions {
  /// How long the job may take, its wait in the queue included. When the time is up, a job that has
  /// not been started is withdrawn, and one that runs has its JavaScript stopped, in the middle of
  /// a statement if need be: `Run` throws, or the future holds, `DeadlineExceeded`. Native code is
  /// not interrupted: the job is stopped at the next JavaScript it meets.
  ///
  /// The environment goes on; what the job had done half stays half done, and no `finally` block
  /// runs. Only where the job was cut off in the middle of callbacks that were not its own - it ran
  /// the event loop, by importing a module with a top-level await, or a promise callback, or it was
  /// inside an `AsyncResource` - does the environment end, with exit code 1, because Node could not
  /// be trusted any more. Empty: as long as it takes.
  std::optional<std::chrono::milliseconds> timeout = {};

  /// Gives the job up when its source says stop, on any thread: as `timeout` does when the time is
  /// up, but with `Cancelled`. One that has said so already keeps the job from being started.
  std::stop_token stop = {};

  /// Whether there is a limit at all.
  bool limited() const noexcept { return timeout || stop.stop_possible(); }
};

}  // namespace nodehost
