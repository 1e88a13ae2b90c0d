// FatalGuard: V8 and Node abort the process when a check of theirs fails: on an array of more
// elements than V8 can have, on a native function of Node's that is called in a way its own
// JavaScript never does. In a library host that is the end of one environment, not of the program.
#pragma once

namespace v8 {
class Platform;
}

namespace nodehost::host {

/// From now on a call of abort() by libnode, on an environment's thread or on a Worker's of it,
/// ends that environment: `EndReason::kFatalError`. V8 cannot be left from inside, so the thread is
/// parked for ever. Threads of the program and of V8 itself abort as before. Returns whether it
/// holds: on Linux only.
bool ContainAborts();

/// The same for calls of exit() and _exit() by libnode, which Node makes when its own books do not
/// add up: when its stack of asynchronous contexts is corrupt.
bool ContainExits();

/// The same for V8's own checks, which end in a trap instead of abort(). Returns whether it holds:
/// on Linux, with a libnode that exports `v8::base::SetPrintStackTrace`, as the prebuilt one does.
bool ContainTraps(v8::Platform& platform);

}  // namespace nodehost::host
