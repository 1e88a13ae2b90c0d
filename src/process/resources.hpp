// What a process must have left for Node.js to start: V8 and libuv abort it, or wait for ever,
// where the system refuses them a descriptor or a thread. So whoever starts them asks first.
#pragma once

namespace nodehost::host {

/// Opens /dev/null for each of the descriptors 0 to 2 that is closed. libuv would take their
/// numbers for descriptors of its own, which `console` then writes to.
void OpenMissingStdio();

/// Throws PlatformError if `count` more descriptors cannot be had. `what` needs them: "The
/// environment".
void RequireDescriptors(int count, const char* what);

/// Throws PlatformError if `count` more threads cannot run at one time. `what` needs them.
void RequireThreads(int count, const char* what);

}  // namespace nodehost::host
