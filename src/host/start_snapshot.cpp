#include "start_snapshot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <utility>
#include <vector>

#include "nodehost/errors.hpp"
#include "process/loaded_from.hpp"
#include "process/option_names.hpp"

namespace node {
// Not in Node's public headers; null where libnode does not export it.
class SnapshotBuilder {
 public:
  [[gnu::weak]] static const std::vector<std::intptr_t>& CollectExternalReferences();
};
}  // namespace node

namespace nodehost::host {

namespace {

namespace fs = std::filesystem;

// Switches the snapshot off: for tests, and to find out whether a problem comes from it.
constexpr const char* kOffVariable = "NODEHOST_NO_SNAPSHOT";

// Node's own option for node's own snapshot means this one as well; and a debugger that is to break
// where Node's own JavaScript begins finds nothing to break in when a snapshot holds that.
constexpr std::string_view kOffOptions[] = {"--no-node-snapshot", "--inspect-brk-node"};

bool IsSwitchedOff(const PlatformOptions& options, const std::vector<std::string>& exec_args) {
  const char* const variable =
      options.allow_node_options_variable ? std::getenv("NODE_OPTIONS") : nullptr;
  const auto is_option = [](const std::string& argument) {
    return std::ranges::any_of(kOffOptions, [text = WithDashes(argument)](std::string_view name) {
      return text.starts_with(name);
    });
  };
  const auto is_in = [text = WithDashes(variable ? variable : "")](std::string_view name) {
    return text.find(name) != std::string::npos;
  };
  return std::getenv(kOffVariable) || std::ranges::any_of(exec_args, is_option) ||
         std::ranges::any_of(kOffOptions, is_in);
}

void Say(const PlatformOptions& options, std::string_view what) {
  const std::string line =
      fmt::format("nodehost: {}; environments start without it, and slower.\n", what);
  if (options.on_log) {
    options.on_log(line);
  } else {
    std::fputs(line.c_str(), stderr);
  }
}

// Beside libnode in an installed tree; where libnode is the system's, and in a build tree, it lies
// by libnodehost.
std::vector<fs::path> PlacesOfOwn() {
  const auto folder_of = [](const void* address) {
    return fs::path(LoadedFrom(address)).parent_path();
  };
  const fs::path libnode = folder_of(reinterpret_cast<const void*>(&node::SpinEventLoop));
  const fs::path libnodehost = folder_of(reinterpret_cast<const void*>(&LibnodeIdentity));
  return {libnode / kSnapshotName, libnodehost / kSnapshotName,
          libnodehost / "nodehost" / kSnapshotName};
}

// From Node.js 22 on without a copy.
template <class Data>
typename Data::Pointer ReadSnapshot(std::string_view blob) {
  if constexpr (requires { Data::FromBlob(blob); }) {
    return Data::FromBlob(blob);
  } else {
    return Data::FromBlob(std::vector<char>(blob.begin(), blob.end()));
  }
}

}  // namespace

// libnode keeps the table in a static object made on first use. At the end of the process that
// object has to go after the environments are stopped, for a Worker may just be starting.
void MakeAddressTable() {
  if (&node::SnapshotBuilder::CollectExternalReferences) {
    node::SnapshotBuilder::CollectExternalReferences();
  }
}

std::string LibnodeIdentity() {
  return fmt::format("Node.js {} of build {}", NODE_VERSION_STRING,
                     BuildIdOf(reinterpret_cast<const void*>(&node::SpinEventLoop)));
}

StartSnapshot::StartSnapshot(std::string path)
    : path_(std::move(path)),
      file_(path_, LibnodeIdentity()),
      data_(ReadSnapshot<node::EmbedderSnapshotData>(file_.contents().node)) {
  if (!data_) throw PlatformError(fmt::format("the snapshot {} is refused by Node.js", path_));
  if (file_.contents().scripts_of != detail::HostScriptsIdentity()) return;  // compiled anew then
  detail::UseCodeCaches(&file_.contents().scripts);
}

StartSnapshot::~StartSnapshot() { detail::UseCodeCaches(nullptr); }

std::unique_ptr<StartSnapshot> StartSnapshot::Find(const PlatformOptions& options,
                                                   const std::vector<std::string>& exec_args) {
  if (!options.start_from_snapshot) return nullptr;
  const bool own = options.snapshot.empty();
  if (own && IsSwitchedOff(options, exec_args)) return nullptr;
  const std::vector<fs::path> places =
      own ? PlacesOfOwn() : std::vector<fs::path>{fs::path(options.snapshot)};
  for (const fs::path& path : places) {
    // Not there, or what the process may read has been limited.
    if (own && !std::ifstream(path)) continue;
    try {
      return std::unique_ptr<StartSnapshot>(new StartSnapshot(path.string()));
    } catch (const PlatformError& refused) {
      Say(options, refused.what());
      return nullptr;
    }
  }
  return nullptr;
}

}  // namespace nodehost::host
