#include "guards.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "fatal_guard.hpp"
#include "kill_guard.hpp"
#include "loop_guard.hpp"
#include "nodehost/platform.hpp"

namespace nodehost::host {

namespace {

// Puts `guard` up with `put_up`, which returns whether it holds.
template <class F>
Guard PutUp(Guard guard, const char* off_because, const char* missing_because, F&& put_up) {
  if (off_because) {
    guard.state = GuardState::kOff;
    guard.reason = off_because;
  } else if (!put_up()) {
    guard.state = GuardState::kMissing;
    guard.reason = missing_because;
  }
  return guard;
}

}  // namespace

std::vector<Guard> PutUpGuards(const PlatformOptions& options, v8::Platform& platform) {
  const char* const own = options.own_process ? "PlatformOptions::own_process" : nullptr;
  const char* const abort_off =
      !own && options.abort_on_fatal_error ? "PlatformOptions::abort_on_fatal_error" : own;
  return {
      PutUp(
          {.name = "kill", .protects = "JavaScript cannot send signals to the process it lives in"},
          own, "libnode's import of kill() cannot be redirected", RefuseSignalsToSelf),
      PutUp({.name = "abort",
             .protects = "a failed check of Node's, or a fatal error that V8 reports to it, ends "
                         "the environment and not the process"},
            abort_off, "libnode's import of abort() cannot be redirected", ContainAborts),
      PutUp({.name = "exit",
             .protects = "Node's own exit(), over async contexts that do not add up, ends the "
                         "environment and not the process"},
            abort_off, "libnode's imports of exit() and _exit() cannot be redirected",
            ContainExits),
      PutUp({.name = "priority", .protects = "JavaScript cannot change the process's priority"},
            own, "libnode's import of setpriority() cannot be redirected", RefusePriorities),
      PutUp({.name = "loops",
             .protects = "JavaScript cannot close the descriptors that event loops stand on"},
            own, "libnode's imports of close() and its like cannot be redirected",
            AreLoopsProtected),
      PutUp({.name = "trap",
             .protects = "a failed check of V8's own ends the environment and not the process"},
            abort_off, "libnode does not export v8::base::SetPrintStackTrace",
            [&] { return ContainTraps(platform); }),
  };
}

void ReportMissing(const std::vector<Guard>& guards,
                   const std::function<void(std::string_view)>& log) {
  for (const Guard& guard : guards) {
    if (guard.state != GuardState::kMissing) continue;
    const std::string line = fmt::format(
        "nodehost: the guard \"{}\" does not hold, because {}. Without it, this is not so: {}.\n",
        guard.name, guard.reason, guard.protects);
    if (log) {
      log(line);
    } else {
      std::fputs(line.c_str(), stderr);
    }
  }
}

}  // namespace nodehost::host
