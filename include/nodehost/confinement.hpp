// Confinement: what the kernel lets a process do. For processes of their own that run code nobody
// trusts: worker processes of NodeServices, or a program's own.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "nodehost/detail/export.hpp"
#include "nodehost/rights.hpp"

namespace nodehost {

/// Limits of a process, as setrlimit(2) knows them. Empty: as they are.
struct ResourceLimits {
  std::optional<std::size_t> memory_mb = {};     ///< Private memory, in MiB: RLIMIT_DATA.
  std::optional<std::size_t> cpu_seconds = {};   ///< Then SIGXCPU, and SIGKILL a second later.
  std::optional<std::size_t> file_size_mb = {};  ///< Of a file that is written, in MiB.
  std::optional<std::size_t> open_files = {};    ///< Descriptors.
};

/// Has the kernel hold `rights` and `limits` for this process, for ever, whatever JavaScript or
/// machine code then runs in it: `read_files`, `write_files` and `network` by Landlock (Linux 5.13
/// and 6.7), `network` and `child_processes` by seccomp. The other rights are JavaScript's alone.
/// Besides `read_files`, what Node and the C library read of the system stays readable: the
/// libraries, certificates, names and time zones, /proc/self, devices like /dev/urandom.
///
/// Returns what this kernel cannot hold, a sentence each; nothing if it holds all. Threads that run
/// already are not confined, so call it first in main(). Throws `HostError` for a folder that does
/// not exist and for a limit that is refused.
NODEHOST_API std::vector<std::string> Confine(const Rights& rights,
                                              const ResourceLimits& limits = {});

}  // namespace nodehost
