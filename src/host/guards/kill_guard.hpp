// KillGuard: JavaScript may send signals to other processes, but not to the one it lives in.
#pragma once

namespace nodehost::host {

/// From now on kill() fails with EPERM when JavaScript - of a library's environment or of a Worker,
/// by process.kill or any other way through libuv and Node - means this process: its pid, one of
/// its threads, its process group, or everyone. Signal 0, which only asks, is let through, and so
/// is all that C++ does itself.
///
/// The host's own kill() is left alone: what is changed is the entry of libnode's (or libuv's)
/// table of imported functions. Linux only; elsewhere nothing is guarded. Returns whether it is.
bool RefuseSignalsToSelf();

/// From now on setpriority() fails with EPERM when JavaScript calls it by `os.setPriority`, for
/// whatever process: the priority of this one is the host's. Linux only. Returns whether
/// it holds.
bool RefusePriorities();

}  // namespace nodehost::host
