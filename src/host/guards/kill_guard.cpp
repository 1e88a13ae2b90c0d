#include "kill_guard.hpp"

#include <fmt/format.h>

#if defined(__linux__)
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>
#include <v8.h>

#include <cerrno>
#include <csignal>
#include <string>

#include "host/driver.hpp"
#include "imports.hpp"
#endif

namespace nodehost::host {

#if defined(__linux__)

namespace {

bool IsThisProcess(pid_t pid) {
  if (pid == getpid() || pid == 0 || pid == -1 || pid == -getpgrp()) return true;
  // Linux's kill() takes the id of any thread for the id of its process.
  return pid > 0 && access(fmt::format("/proc/self/task/{}", pid).c_str(), F_OK) == 0;
}

bool IsGuardedJavaScript() {
  if (!v8::Isolate::TryGetCurrent()) return false;
  auto* const driver = dynamic_cast<Driver*>(detail::JsThread::Current());  // null in Workers
  return !driver || !driver->instance().options().run_command_line;
}

int GuardedKill(pid_t pid, int signal) {
  if (signal != 0 && IsGuardedJavaScript() && IsThisProcess(pid)) {
    errno = EPERM;
    return -1;
  }
  return kill(pid, signal);
}

// The priority is the process's: a change would slow down the host, or other processes.
int GuardedSetPriority(__priority_which_t which, id_t who, int priority) {
  if (IsGuardedJavaScript()) {
    errno = EPERM;
    return -1;
  }
  return setpriority(which, who, priority);
}

}  // namespace

bool RefusePriorities() {
  return RedirectImport(reinterpret_cast<const void*>(&uv_kill), "setpriority",
                        reinterpret_cast<const void*>(&GuardedSetPriority));
}

bool RefuseSignalsToSelf() {
  // libuv is in libnode, or a library of its own; process._debugProcess is libnode's.
  const auto* const guarded = reinterpret_cast<const void*>(&GuardedKill);
  const bool in_libuv = RedirectImport(reinterpret_cast<const void*>(&uv_kill), "kill", guarded);
  return RedirectImport(reinterpret_cast<const void*>(&v8::V8::GetVersion), "kill", guarded) &&
         in_libuv;
}

#else

bool RefuseSignalsToSelf() { return false; }

bool RefusePriorities() { return false; }

#endif

}  // namespace nodehost::host
