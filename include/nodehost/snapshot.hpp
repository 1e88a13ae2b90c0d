// Start-up snapshots: a program's own packages, loaded once and stored, so that every environment
// starts with them in memory.
#pragma once

#include <string>
#include <vector>

#include "nodehost/detail/export.hpp"

namespace nodehost {

struct SnapshotOptions {
  /// The file to write.
  std::string output;

  /// A CommonJS file, as for node's command line. It runs once, now; what it has loaded with
  /// `require`, and its changes to global objects, are there in each environment that starts from
  /// the snapshot. Empty: a snapshot of Node.js alone.
  std::string entry = {};

  /// Options of Node and of V8 to run it with, as in `PlatformOptions::node_options`.
  std::vector<std::string> node_options = {};
};

/// Writes a start-up snapshot for `PlatformOptions::snapshot`, which fits the libnode of this
/// process.
///
/// It works in children of this process, made by fork(): call it where no other thread runs yet,
/// and before there is a NodejsPlatform. What a snapshot cannot hold makes it fail: ES modules,
/// open files and sockets, timers, child processes, Workers. `process.env` and the working
/// directory are the new process's own, but what a package has read of them when it was loaded
/// stays.
///
/// It has run without the limits of `Rights`; what it does later has them: see your-process.md.
///
/// Throws `PlatformError` if it cannot be made; what the entry file's JavaScript throws goes to
/// stderr as `node` prints it.
NODEHOST_API void WriteSnapshot(const SnapshotOptions& options);

}  // namespace nodehost
