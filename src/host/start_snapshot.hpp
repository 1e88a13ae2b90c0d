// StartSnapshot: what environments of this process start from, in place of running Node's
// bootstrap: a heap in which it has run. See host/snapshot_maker.cpp for how it is made.
//
// V8 wants all isolates of a process to be made from the same snapshot: it is found before the
// first environment, and used by all.
#pragma once

#include <node.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/code_caches.hpp"
#include "nodehost/platform.hpp"
#include "process/snapshot_file.hpp"

namespace nodehost::host {

/// The file beside libnode or libnodehost that the build has put there.
inline constexpr const char* kSnapshotName = "nodehost.snapshot";

/// Names the libnode of this process: its version and the build it comes from.
std::string LibnodeIdentity();

/// Makes the table of native addresses that isolates are read from a snapshot with, also from one
/// that libnode has of its own: before the platform registers what stops the environments at the
/// end of the process.
void MakeAddressTable();

class StartSnapshot {
 public:
  /// The one that `options` ask for, or that lies beside libnode; null where there is none that
  /// fits. `exec_args` are node's options, of which --no-node-snapshot switches it off. What does
  /// not fit is said in one line, by `on_log` or on stderr. When V8 is up.
  static std::unique_ptr<StartSnapshot> Find(const PlatformOptions& options,
                                             const std::vector<std::string>& exec_args);

  ~StartSnapshot();
  StartSnapshot(const StartSnapshot&) = delete;
  StartSnapshot& operator=(const StartSnapshot&) = delete;

  const std::string& path() const noexcept { return path_; }
  const node::EmbedderSnapshotData* data() const noexcept { return data_.get(); }

 private:
  explicit StartSnapshot(std::string path);

  const std::string path_;
  const SnapshotFile file_;
  node::EmbedderSnapshotData::Pointer data_;
};

}  // namespace nodehost::host
