#include "node_setup.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join from fmt 11 on
#include <uv.h>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/node_version.hpp"
#include "nodehost/errors.hpp"
#include "process/own_loops.hpp"
#include "process/resources.hpp"

#ifndef _WIN32
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace nodehost::host {

namespace {

// How long to wait for other environments that start or are freed. Each takes milliseconds, but
// many on a busy machine are not served in order.
constexpr std::chrono::minutes kCreationTime{1};

// Held while an isolate is made or freed, where that must not happen on two threads at a time.
std::unique_lock<std::timed_mutex> LockIsolates(PlatformState& platform) {
  return detail::kIsolatesComeAndGoAlone ? std::unique_lock(platform.isolates_mutex)
                                         : std::unique_lock<std::timed_mutex>();
}

std::unique_lock<std::timed_mutex> TryToLockIsolates(PlatformState& platform) {
  if (!detail::kIsolatesComeAndGoAlone) return {};
  std::unique_lock lock(platform.isolates_mutex, kCreationTime);
  if (!lock) {
    throw PlatformError(
        "No environment could be made for a minute, because others were being made or cleaned up: "
        "native code in a Worker holds a clean-up up, or the machine is overloaded.");
  }
  return lock;
}

thread_local std::unique_lock<std::timed_mutex>* held_here = nullptr;

// Holds the lock until LetGoOfIsolates or its own end.
class Alone {
 public:
  explicit Alone(std::unique_lock<std::timed_mutex> lock) : lock_(std::move(lock)) {
    held_here = &lock_;
  }
  ~Alone() { held_here = nullptr; }
  Alone(const Alone&) = delete;
  Alone& operator=(const Alone&) = delete;

 private:
  std::unique_lock<std::timed_mutex> lock_;
};

std::uint64_t Flags(const PlatformOptions& platform, const EnvironmentOptions& options) {
  // Only a program's own Node may change the process's directory, ids and mask, and only one
  // environment of a process may own the inspector.
  std::uint64_t flags = options.run_command_line ? node::EnvironmentFlags::kDefaultFlags
                                                 : node::EnvironmentFlags::kNoFlags;
  // $NODE_PATH and $HOME/.node_modules are settings of the user's, not of the host.
  if (!platform.own_process) flags |= node::EnvironmentFlags::kNoGlobalSearchPaths;
  // Descriptors that JavaScript leaves open would stay open for as long as the host lives.
  if (!options.run_command_line) flags |= node::EnvironmentFlags::kTrackUnmanagedFds;
  if (!options.rights.native_addons) flags |= node::EnvironmentFlags::kNoNativeAddons;
  return flags;
}

#ifndef _WIN32
bool IsDevNull(int fd) {
  struct stat is {};
  struct stat null {};
  return fstat(fd, &is) == 0 && stat("/dev/null", &null) == 0 && is.st_rdev == null.st_rdev &&
         S_ISCHR(is.st_mode);
}
#endif

}  // namespace

std::unique_ptr<node::CommonEnvironmentSetup> MakeSetup(PlatformState& platform,
                                                        const EnvironmentOptions& options) {
  std::vector<std::string> args = platform.args;
  // What Node takes for the script is what debuggers list. Preload() takes it away from JavaScript.
  if (!options.run_command_line) args = {args.front(), options.name};
  args.insert(args.end(), options.args.begin(), options.args.end());
  std::vector<std::string> errors;
  constexpr int kDescriptors = 8;
  RequireDescriptors(kDescriptors, "An environment");
  const Alone alone(TryToLockIsolates(platform));
  const OwnLoops own_loops;
  const auto flags = static_cast<node::EnvironmentFlags::Flags>(Flags(platform.options, options));
  auto* const node_platform = platform.node_platform.get();
  auto setup = platform.snapshot ? node::CommonEnvironmentSetup::CreateFromSnapshot(
                                       node_platform, &errors, platform.snapshot->data(), args,
                                       platform.exec_args, flags)
                                 : node::CommonEnvironmentSetup::Create(
                                       node_platform, &errors, args, platform.exec_args, flags);
  if (!setup) {
    throw PlatformError(
        fmt::format("Node.js could not make an environment: {}", fmt::join(errors, "\n")));
  }
  return setup;
}

void LetGoOfIsolates() noexcept {
  if (held_here && held_here->owns_lock()) held_here->unlock();
}

void FreeSetup(PlatformState& platform, std::unique_ptr<node::CommonEnvironmentSetup> setup) {
  const Alone alone(LockIsolates(platform));
  const OwnLoops own_loops;
#ifndef _WIN32
  // libuv opens /dev/null with its first stream. Where a script has closed one of the standard
  // descriptors before, it got that number, and libuv aborts when it closes one of these: it stays.
  // And where a script has closed it, its number may be somebody else's by now.
  int& spare = setup->event_loop()->emfile_fd;
  if ((spare >= 0 && spare <= STDERR_FILENO) || !IsDevNull(spare)) spare = -1;
#endif
  setup.reset();
}

}  // namespace nodehost::host
