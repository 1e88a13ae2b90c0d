// FatalGuard: V8 and Node abort the process when a check of theirs fails: on an array of more
// elements than V8 can have, on a native function of Node's that is called in a way its own
// JavaScript never does. In a library host that is the end of one environment, not of the program.
#pragma once

namespace v8 {
class Platform;
}

namespace nodehost::host {

/// From now on such an error ends the environment on whose thread, or on a Worker's of which, it
/// happens: `EndReason::kFatalError`. V8 cannot be left from inside, so the thread is parked for
/// ever. Threads of the program and of V8 itself abort as before. Linux only; what V8 ends with a
/// trap instead of abort(), its own checks, needs a libnode that exports
/// `v8::base::SetPrintStackTrace`, as the prebuilt one does.
void ContainFatalErrors(v8::Platform& platform);

}  // namespace nodehost::host
