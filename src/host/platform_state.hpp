// PlatformState: what environments need of the platform they come from.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <node.h>

#include "nodehost/platform.hpp"
#include "process/signals.hpp"
#include "start_snapshot.hpp"
#include "watchdog.hpp"

namespace nodehost {

namespace host {

class Driver;

/// Throws PlatformError if Node.js was started in this process, whatever became of it.
void RequireUnstarted();

struct PlatformState {
  ~PlatformState() { watchdog->Stop(); }

  PlatformOptions options;
  Versions versions;
  std::vector<Guard> guards;
  std::unique_ptr<node::MultiIsolatePlatform> node_platform;
  std::unique_ptr<StartSnapshot> snapshot;  // null: environments start without one
  std::optional<BrokenPipesIgnored> broken_pipes;
  std::vector<std::string> args;       // process.argv, as Node left it
  std::vector<std::string> exec_args;  // process.execArgv

  /// Shared with what outlives the platform: an environment that has ended is still called.
  const std::shared_ptr<Watchdog> watchdog = std::make_shared<Watchdog>();

  /// Held while an isolate is made or freed, where kIsolatesComeAndGoAlone.
  std::timed_mutex isolates_mutex;

  /// Those whose threads may still have to be joined.
  std::mutex mutex;
  std::vector<std::shared_ptr<Driver>> drivers;
  bool ending = false;

  std::vector<std::shared_ptr<Driver>> All();

  /// In a job, whose environment cannot end before the job returns: its Workers can. For the end of
  /// the process.
  void EndWorkersHere();

  /// Starts one, and forgets those that have ended. Throws PlatformError after StopAll.
  void Start(const std::shared_ptr<Driver>& driver);

  /// Stops all environments, each within its own timeout but none later than `timeout` from now,
  /// and joins their threads. Returns whether all of them have ended.
  bool StopAll(std::chrono::milliseconds timeout);
};

}  // namespace host

class NodejsPlatform::Impl : public host::PlatformState {};

}  // namespace nodehost
