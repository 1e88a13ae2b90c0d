// Rights: what the JavaScript of one environment may do beyond computing. Everything is allowed by
// default; each field takes one right away, in the environment and in its Workers.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace nodehost {

/// Takes rights away from one environment. What is refused throws an Error with the code
/// ERR_ACCESS_DENIED and the name of the field, unless it is said otherwise.
///
/// How it holds: the native function itself is taken out of reach before any user code runs, not
/// merely wrapped or hidden. Prototype pollution, `process.binding`, `Module._load`,
/// `process.getBuiltinModule`, `vm` contexts, WebAssembly and Workers with options of their own all
/// end at the same missing function; the tests try each. With any right gone, in-process debugging
/// (`node:inspector`) and `v8.setFlagsFromString` are refused too, which could bring it back.
///
/// What it is not: a sandbox for hostile code. Files are not limited by environment: code that may
/// write any file can, on Linux, write the memory of its own process. Node's permission model
/// limits files, for all environments of the process:
/// `PlatformOptions::node_options = {"--permission", "--allow-fs-read=/app/*"}`.
struct Rights {
  /// Loading machine code: `.node` addons, extensions of `node:sqlite`, OpenSSL engines. Machine
  /// code can do everything, so the other fields ask for this one to be false as well.
  bool native_addons = true;

  /// `node:child_process`, `node:cluster`, and signals to other processes. A child process is not
  /// bound by its parent's rights. False needs `native_addons` false.
  bool child_processes = true;

  /// `node:worker_threads`, and module hooks, which run in one.
  bool workers = true;

  /// Sockets of every kind (TCP, UDP, pipes) and DNS: `node:net`, `node:http`, `fetch`, … They fail
  /// with EACCES, as when the system refuses. Standard input stays, and so does what the host has
  /// open: `node:fs` may write to its descriptors. False needs `native_addons` and
  /// `child_processes` false.
  bool network = true;

  /// The environment variables of the process. False: `process.env` holds what
  /// `EnvironmentOptions::env` says, and nothing else. The file /proc/self/environ, if files may be
  /// read, and `os.homedir()` still tell of the real ones. False needs `native_addons` and
  /// `child_processes` false.
  bool environment_variables = true;

  /// If given: the built-in modules that may be loaded, by their names without "node:"; all others
  /// are as if they did not exist, and `process.binding` is refused. This shapes what programs see.
  /// What they may do is for the other fields to say: objects that are always there, such as
  /// `process.stdin` and the loader itself, lead to parts of `fs` and `net`.
  std::optional<std::vector<std::string>> builtins = {};
};

}  // namespace nodehost
