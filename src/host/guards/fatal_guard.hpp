// FatalGuard: V8 and Node abort the process when a check of theirs fails: on an array of more
// elements than V8 can have, on a native function of Node's that is called in a way its own
// JavaScript never does. In a library host that is the end of one environment, not of the program.
#pragma once

namespace v8 {
class Platform;
}

namespace nodehost::host {

/// From now on a call of abort() by libnode or libuv, on an environment's thread or on a Worker's
/// of it, ends that environment: `EndReason::kFatalError`. V8 cannot be left from inside, so the
/// thread is parked for ever. Threads of the program and of V8 itself abort as before. Returns
/// whether it holds: on Linux only.
bool ContainAborts();

/// From now on a call of exit() or _exit() by libnode ends the environment, as ContainAborts has
/// it. Node makes that call when its stack of asynchronous contexts is corrupt.
bool ContainExits();

/// From now on a failed check of V8's, which ends in a trap and not in abort(), ends the
/// environment likewise. Returns whether it holds: on Linux, if libnode exports
/// `v8::base::SetPrintStackTrace`, as the prebuilt one does.
bool ContainTraps(v8::Platform& platform);

}  // namespace nodehost::host
