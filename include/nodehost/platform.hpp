// NodejsPlatform is the process's share of Node.js: command-line options, V8's worker threads and
// the one-time start-up. Environments, each with a JS thread of its own, are made from it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nodehost/detail/callable.hpp"
#include "nodehost/environment.hpp"
#include "nodehost/guard.hpp"
#include "nodehost/pumped_environment.hpp"

namespace nodehost {

/// How Node.js starts in this process. The defaults leave the process as they found it.
struct PlatformOptions {
  /// The program's own argument list. `args[0]` is what `process.argv0` shows; the rest is only
  /// seen by environments made with `run_command_line`. Empty: the name of the running executable.
  std::vector<std::string> args = {};

  /// Options of Node and of V8, one an element, as on `node`'s command line:
  /// `{"--max-old-space-size=512", "--no-warnings"}`.
  ///
  /// Node's permission model works here, for all environments alike (before Node.js 22.13 as
  /// `--experimental-permission`): `{"--permission", "--allow-fs-read=/app/*"}`. With
  /// `--allow-worker` it does not hold: a Worker with an `execArgv` of its own is free of it.
  /// `Rights` limits single environments, with their Workers.
  std::vector<std::string> node_options = {};

  /// V8's worker threads: garbage collection and compilation beside the JS threads.
  int v8_threads = 4;

  /// The threads of libuv's pool (file system, DNS, zlib, crypto), shared by all environments.
  /// 0: libuv's default, which is 4 or UV_THREADPOOL_SIZE.
  int uv_threads = 0;

  /// Whether Node reads its variables from the process's environment as it starts: NODE_OPTIONS,
  /// NODE_EXTRA_CA_CERTS, NODE_PENDING_DEPRECATION, NODE_NO_WARNINGS and all others that begin with
  /// NODE_. Otherwise they are out of sight while the platform's constructor runs. OpenSSL's and
  /// ICU's own (SSL_CERT_FILE, OPENSSL_CONF, TZ) and UV_THREADPOOL_SIZE are read in any case.
  bool allow_node_options_variable = false;

  /// What is traced, in the categories of `node --trace-event-categories`: {"node.perf", "v8"}.
  /// Trace events are written to `trace_file`, which is complete when the process has ended; a
  /// browser's tracing page shows it. Keep the platform in `main`, or destroy it before static
  /// objects go.
  std::vector<std::string> trace_categories = {};

  /// A pattern, as for `node --trace-event-file-pattern`: "trace-${pid}-${rotation}.json". Empty:
  /// "node_trace.${rotation}.log" in the current directory.
  std::string trace_file = {};

  /// Whether V8 and Node may abort the process when a check of theirs fails, for a core dump.
  /// Otherwise the environment it happens in ends alone, with `EndReason::kFatalError`.
  bool abort_on_fatal_error = false;

  /// Whether environments start from a start-up snapshot: a heap in which Node's own JavaScript has
  /// run. They then take about a third of the time, and do the same. The build keeps one
  /// beside libnode; where none fits the libnode that is there, environments start without.
  bool start_from_snapshot = true;

  /// Another snapshot in its place, which `WriteSnapshot` or `nodehost snapshot` has made of a
  /// program's own packages. Empty: the one beside libnode.
  ///
  /// What does not fit this libnode is passed over, with a line to `on_log`.
  /// All environments of a process start from the same one, for V8 does not take another.
  std::string snapshot = {};

  /// Takes signals, stdio and resource limits in hand as the `node` program does, and reads node's
  /// own options from `args`; JavaScript may then send signals to the process itself, too, as by
  /// `process.kill(process.pid)`, which otherwise throws. For commands; never for a library in
  /// somebody else's process.
  bool own_process = false;

  /// Modules of C++'s that each environment has, before those of its own options.
  std::vector<Module> modules = {};

  /// Gets a line of text about each of `guards()` that does not hold here, and about a snapshot
  /// that does not fit, while the platform is made. Without it, the line goes to the process's
  /// stderr.
  std::function<void(std::string_view)> on_log = {};
};

/// What runs underneath.
struct Versions {
  std::string nodehost;      ///< This library.
  std::string node;          ///< "22.22.3"
  std::string v8;            ///< "12.4.254.21-node.56"
  std::string uv;            ///< "1.51.0"
  std::string modules;       ///< NODE_MODULE_VERSION, which prebuilt addons must match: "127"
  std::string libnode_path;  ///< The file libnode was loaded from.
};

/// Node.js in this process; there is one, for as long as JavaScript is wanted.
///
/// Node.js can start only once in the life of a process: a second platform, even after the first is
/// gone, throws `PlatformError`. Destroy every Environment first; one that is still alive is
/// stopped. May be made, used and destroyed on any thread, or not destroyed at all: at the normal
/// end of the process JavaScript is terminated before static objects go. Once made, this library
/// and libnode stay in memory until then, also when a plug-in that brought them is closed.
///
/// A child of fork() has none of the threads that run JavaScript: there, until it calls exec, every
/// call throws `EnvironmentStopped`, and destructors do nothing.
class NODEHOST_API NodejsPlatform {
 public:
  /// Starts Node.js. Throws `PlatformError` with Node's own text if an option is refused, and if
  /// there is or was a platform already. Options are checked before the start, so that another
  /// platform may be made after a refusal; where that is not so, the error says it.
  explicit NodejsPlatform(PlatformOptions options = {});

  /// Stops the environments that are left, each by its `stop_timeout`, then takes V8 and Node.js
  /// down. If a JS thread cannot be ended because native code holds it, or because it is the thread
  /// this is called on, they stay up until the process ends.
  ~NodejsPlatform();

  NodejsPlatform(const NodejsPlatform&) = delete;
  NodejsPlatform& operator=(const NodejsPlatform&) = delete;

  /// Starts a JS thread with a Node.js environment on it and returns when it is ready. Throws
  /// `PlatformError` if it cannot start, `JsError` if its start-up JavaScript throws.
  Environment CreateEnvironment(EnvironmentOptions options = {});

  /// Makes a Node.js environment that runs on the calling thread, whenever that calls `Poll`, for
  /// programs with an event loop of their own; see `PumpedEnvironment`. Throws what
  /// `CreateEnvironment` throws, and `HostError` if the thread has less than 1.5 MiB of stack left,
  /// or for `run_command_line`.
  PumpedEnvironment CreatePumpedEnvironment(EnvironmentOptions options = {}, PumpOptions pump = {});

  /// The versions of what runs underneath.
  const Versions& versions() const noexcept;

  /// The file of the snapshot that environments start from; empty if they start without one.
  const std::string& snapshot() const noexcept;

  /// The protections of the process that need more than Node's public interface, and whether each
  /// holds with this libnode, on this system.
  const std::vector<Guard>& guards() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nodehost
