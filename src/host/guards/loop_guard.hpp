// LoopGuard: keeps the descriptors that event loops stand on, and those that other environments
// have in their loops, from being closed by JavaScript: `fs.closeSync` takes any number, and a loop
// that loses one aborts.
#pragma once

namespace nodehost::host {

/// From now on libuv cannot close by way of JavaScript what it has made for a loop: epoll
/// descriptors, and the eventfds and pipes that wake loops. The close fails with EBADF. What
/// JavaScript makes itself - sockets, watchers, the short-lived loop of a synchronous child process
/// - is closed by the thread that made it only, also at the environment's end. C++ of the host's
/// that uses libuv closes on any thread of its own what it made on any other; in JavaScript's
/// place, in a job, only what that thread made. A thread of libuv's pool that there is before this
/// call counts as the host's. Before the first loop is made. Linux only.
void ProtectLoops();

/// Whether that holds.
bool AreLoopsProtected();

}  // namespace nodehost::host
