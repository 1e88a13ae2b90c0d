// EnvironmentOptions: what an environment is told at its start. Every default is the safe choice.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nodehost/busy_report.hpp"
#include "nodehost/detail/callable.hpp"
#include "nodehost/detail/chrono.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/module.hpp"
#include "nodehost/rights.hpp"

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
  /// its children; an empty optional takes a variable away. Variables of the process that steer
  /// Node itself, such as NODE_OPTIONS, NODE_DEBUG, NODE_CHANNEL_FD or
  /// NODE_TLS_REJECT_UNAUTHORIZED, are not passed on unless they are given here.
  std::map<std::string, std::optional<std::string>> env = {};

  /// The name of the JS thread (15 characters are kept on Linux) and of the environment in errors.
  std::string name = "nodehost";

  /// The most the JS heap may hold, in MiB of objects that survive a garbage collection. Beyond it
  /// the environment ends with exit code 134 and `EndReason::kOutOfMemory`, and the program goes
  /// on. Garbage comes on top until it is collected: the heap may reach a few times the limit for a
  /// moment. 0: V8's own limit, by the machine's memory or `--max-old-space-size`. Each Worker has
  /// a heap of its own, limited by its `resourceLimits`.
  ///
  /// Where V8 has no room to end JavaScript in - a single array of more elements than V8 can have
  /// (`'x'.repeat(2e8).split('')`) - the environment ends all the same, but its thread is parked
  /// for ever. What no option can help: a system with no memory left for V8's own threads.
  std::size_t max_heap_mb = 0;

  /// The most memory outside the heap that JavaScript may hold, in MiB: ArrayBuffers, Buffers and
  /// what addons report. Beyond it the environment ends as for `max_heap_mb`. 0: no limit.
  std::size_t max_external_mb = 0;

  /// Whether garbage is collected, and its memory given back, when the environment has had nothing
  /// to do for 200 ms; otherwise V8 keeps it until JavaScript needs memory again. For many
  /// environments of which most are idle. A collection takes milliseconds of the JS thread.
  bool low_memory = false;

  /// Runs what the platform's `args` say - a script, `-e`, `--test`, the REPL - as the `node`
  /// program does. The environment then ends by itself when nothing is left to do; see
  /// `WaitForExit`.
  bool run_command_line = false;

  /// Whether `process.on('SIGTERM', ...)` and the like take the signal from the process for as long
  /// as JavaScript is subscribed; the handler that was there comes back after. Otherwise a
  /// subscription has no effect but is no error, as many packages subscribe when they are loaded.
  /// A host that wants to pass a signal on calls `process.emit('SIGTERM')` itself.
  bool allow_signals = false;

  /// Whether JavaScript gets at Node's native functions by `process.binding`, which Node
  /// deprecates, and by Workers with `--expose-internals`. Some of those functions crash the
  /// process over arguments they do not expect, or wait for ever with a lock of the whole process
  /// held. Otherwise both throw an Error with the code ERR_ACCESS_DENIED.
  bool process_binding = false;

  /// Get what JavaScript writes to standard output and error: `console`, `process.stdout`,
  /// warnings, also of Workers, whose output comes through their parent. One call for each write,
  /// with all of its bytes, in order, on the JS thread while JavaScript waits; an exception becomes
  /// the stream's error. Empty: the process's own descriptors 1 and 2, whose modes stay as they
  /// are. A reader that does not read holds JavaScript up, but not `Stop`.
  std::function<void(std::string_view)> on_stdout = {};
  std::function<void(std::string_view)> on_stderr = {};

  /// The program that `process.execPath` names, which `child_process.fork`, `cluster` and many
  /// packages start with node's command line: a node, or the nodehost command. Empty: the host
  /// program, which is not started in this way: trying to is a JavaScript error that says so.
  std::string exec_path = {};

  /// Rights to take away from the environment and its Workers.
  Rights rights = {};

  /// How long the destructor lets the environment end by itself before it is terminated. Work that
  /// ends by itself is seldom longer; what does not end by itself - a server, an interval - costs
  /// the program this long, unless JavaScript closes it or `Stop` is given less.
  std::chrono::milliseconds stop_timeout{1000};

  /// JavaScript that runs in the new environment before `CreateEnvironment` returns, as by
  /// `Js::Eval`. What it throws, `CreateEnvironment` throws; if it calls `process.exit`, that is
  /// `EnvironmentStopped` with the code. Not for `run_command_line`.
  std::string start_script = {};

  /// Modules of C++'s, there before `start_script` or the command line's script runs; see `Module`.
  std::vector<Module> modules = {};

  /// How long `start_script` may run: then it is stopped, in the middle of a statement if need be,
  /// the environment ends, and `CreateEnvironment` throws `DeadlineExceeded`. Native code is not
  /// interrupted. Empty: `CreateEnvironment` waits as long as it takes.
  std::optional<std::chrono::milliseconds> start_timeout = {};

  /// Asked on the JS thread when an exception, a rejection or the error of a posted job was caught
  /// by nothing in JavaScript; `process.on('uncaughtException')` comes first, as in `node`. Without
  /// it, and when it throws, the environment ends with exit code 1.
  std::function<UncaughtAction(const JsError&)> on_uncaught = {};

  /// Called when the JS thread has not got to its events for `busy_timeout`, once until it does:
  /// with how long, and the JavaScript stack. On a thread of the host's, the same for all
  /// environments, while the JS thread goes on: it must be quick, and must not wait for the
  /// environment.
  std::function<void(const BusyReport&)> on_busy = {};
  std::chrono::milliseconds busy_timeout{1000};  ///< Reported up to a quarter later.

  /// Gets, on the JS thread, the text about an uncaught error, or a lack of memory, that ends
  /// the environment. Without it, the text goes to `on_stderr`, or to the process's stderr, as
  /// `node` prints it.
  std::function<void(std::string_view)> on_log = {};
};

}  // namespace nodehost
