// RequireFreePort: for a port on which another process is about to listen.
#pragma once

namespace nodehost::services {

/// Throws HostError if nobody can listen on `port` of this machine's own address, 127.0.0.1, now. 0
/// is always good. Any thread.
void RequireFreePort(int port);

}  // namespace nodehost::services
