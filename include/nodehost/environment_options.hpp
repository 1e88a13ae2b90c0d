// EnvironmentOptions: what an environment is told at its start. Every default is the safe choice.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nodehost/errors.hpp"

namespace nodehost {

/// What becomes of an environment after an error that nothing in JavaScript has caught.
enum class UncaughtAction {
  kEnd,       ///< It ends with exit code 1, after its `exit` event.
  kContinue,  ///< It goes on, as after a handler of `process.on('uncaughtException')`.
};

struct EnvironmentOptions {
  /// The directory modules are resolved from, as from a file in it; relative to the process's
  /// working directory at the time of the call.
  std::string base_dir = ".";

  /// The rest of `process.argv`.
  std::vector<std::string> args = {};

  /// Laid over the process's environment variables, for `process.env` of this environment and for
  /// its children; an empty optional takes a variable away.
  std::map<std::string, std::optional<std::string>> env = {};

  /// The name of the JS thread (15 characters are kept on Linux) and of the environment in errors.
  std::string name = "nodehost";

  /// Runs what the platform's `args` say - a script, `-e`, `--test`, the REPL - as the `node`
  /// program does. The environment then ends by itself when nothing is left to do; see
  /// `WaitForExit`.
  bool run_command_line = false;

  /// How long the destructor lets the environment end by itself before it is terminated. Work that
  /// ends by itself is seldom longer; what does not end by itself - a server, an interval - costs
  /// the program this long, unless JavaScript closes it or `Stop` is given less.
  std::chrono::milliseconds stop_deadline{1000};

  /// JavaScript that runs in the new environment before `CreateEnvironment` returns, as by
  /// `Js::Eval`. What it throws, `CreateEnvironment` throws; if it calls `process.exit`, that is
  /// `EnvironmentStopped` with the code. Not for `run_command_line`.
  std::string start_script = {};

  /// Asked on the JS thread when an exception, a rejection or the error of a posted job was caught
  /// by nothing in JavaScript; `process.on('uncaughtException')` comes first, as in `node`. Without
  /// it, and when it throws, the environment ends with exit code 1.
  std::function<UncaughtAction(const JsError&)> on_uncaught = {};

  /// Gets, on the JS thread, the text about an uncaught error that ends the environment. Without
  /// it, the text goes to the process's stderr, as `node` prints it.
  std::function<void(std::string_view)> on_log = {};
};

}  // namespace nodehost
