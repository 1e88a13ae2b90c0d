// Fork guard: what a fork() of the host means. The child has a copy of the memory but none of the
// threads: a lock may be held for ever, and whoever waits for a JS thread waits for nobody. So in
// the child everything that would touch them throws, and everything that would clean up does not.
#pragma once

namespace nodehost::detail {

using ForkCallback = void (*)() noexcept;

/// From here on a fork() is noticed; `in_child` is then called in the child. Idempotent.
void WatchForks(ForkCallback in_child);

/// Whether this process is the fork()ed child of one that has or had a platform. Cheap.
bool InForkedChild() noexcept;

/// Throws EnvironmentStopped in such a child.
void CheckNotForked();

}  // namespace nodehost::detail
