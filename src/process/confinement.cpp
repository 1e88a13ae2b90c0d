#include "nodehost/confinement.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "nodehost/errors.hpp"

#if defined(__linux__)
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#endif

namespace nodehost {

#if defined(__linux__)

namespace {

std::string Reason() { return std::strerror(errno); }

// --- Landlock ------------------------------------------------------------------------------------
// As <linux/landlock.h> of Linux 6.7 has it; the headers of older systems know less.

struct RulesetAttributes {
  std::uint64_t handled_access_fs;
  std::uint64_t handled_access_net;
};
struct [[gnu::packed]] PathBeneath {
  std::uint64_t allowed_access;
  std::int32_t parent_fd;
};

enum Access : std::uint64_t {
  kExecute = 1 << 0,
  kWriteFile = 1 << 1,
  kReadFile = 1 << 2,
  kReadDir = 1 << 3,
  kRemoveDir = 1 << 4,
  kRemoveFile = 1 << 5,
  kMakeChar = 1 << 6,
  kMakeDir = 1 << 7,
  kMakeReg = 1 << 8,
  kMakeSock = 1 << 9,
  kMakeFifo = 1 << 10,
  kMakeBlock = 1 << 11,
  kMakeSym = 1 << 12,
  kRefer = 1 << 13,     // ABI 2
  kTruncate = 1 << 14,  // ABI 3
};
constexpr std::uint64_t kBindTcp = 1 << 0, kConnectTcp = 1 << 1;  // ABI 4
constexpr std::uint64_t kReading = kReadFile | kReadDir;
constexpr std::uint64_t kWriting = kWriteFile | kRemoveDir | kRemoveFile | kMakeChar | kMakeDir |
                                   kMakeReg | kMakeSock | kMakeFifo | kMakeBlock | kMakeSym;
constexpr std::uint64_t kOfFiles = kExecute | kWriteFile | kReadFile | kTruncate;
constexpr int kRulePathBeneath = 1;
constexpr long kCreateRuleset = 444, kAddRule = 445, kRestrictSelf = 446;  // on all architectures
constexpr int kVersionFlag = 1;

// What the C library and Node read when they look up a name, a user or the time, or check a
// certificate, and what they load late.
constexpr std::array kSystemReads = {
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/share/nodejs",  // Debian keeps some of the JavaScript of its libnode there
    "/usr/share/zoneinfo",
    "/usr/share/ca-certificates",
    "/etc/ssl",
    "/etc/pki",
    "/etc/ld.so.cache",
    "/etc/hosts",
    "/etc/resolv.conf",
    "/etc/nsswitch.conf",
    "/etc/host.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/localtime",
    "/etc/timezone",
    "/proc/self",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/cpuinfo",
    "/proc/loadavg",
    "/sys/fs/cgroup",
    "/sys/devices/system/cpu",
    "/dev/null",
    "/dev/zero",
    "/dev/urandom",
    "/dev/random",
};

class Ruleset {
 public:
  Ruleset(std::uint64_t files, std::uint64_t network) : files_(files) {
    const RulesetAttributes attributes{files, network};
    // Before ABI 4 the kernel knows the first field only, and refuses a larger struct that says
    // more.
    const std::size_t size = network ? sizeof attributes : sizeof attributes.handled_access_fs;
    descriptor_ = static_cast<int>(syscall(kCreateRuleset, &attributes, size, 0));
    if (descriptor_ < 0) {
      throw HostError(fmt::format("The kernel makes no Landlock rules: {}.", Reason()));
    }
  }
  ~Ruleset() { close(descriptor_); }
  Ruleset(const Ruleset&) = delete;
  Ruleset& operator=(const Ruleset&) = delete;

  /// False if there is no such path.
  bool Allow(const char* path, std::uint64_t access) const {
    const int file = open(path, O_PATH | O_CLOEXEC);
    if (file < 0) return false;
    struct stat status {};
    fstat(file, &status);
    if (!S_ISDIR(status.st_mode)) access &= kOfFiles;
    const PathBeneath rule{access & files_, file};
    const bool added =
        rule.allowed_access == 0 || syscall(kAddRule, descriptor_, kRulePathBeneath, &rule, 0) == 0;
    const std::string reason = added ? std::string() : Reason();
    close(file);
    if (!added) throw HostError(fmt::format("Landlock refuses {}: {}.", path, reason));
    return true;
  }

  void Apply() const {
    if (syscall(kRestrictSelf, descriptor_, 0) != 0) {
      throw HostError(fmt::format("Landlock cannot confine this process: {}.", Reason()));
    }
  }

 private:
  const std::uint64_t files_;
  int descriptor_ = -1;
};

void AllowAll(const Ruleset& rules, const std::vector<std::string>& paths, const char* field,
              std::uint64_t access) {
  for (const std::string& path : paths) {
    if (!rules.Allow(path.c_str(), access)) {
      throw HostError(fmt::format("Rights::{}: {}: {}. Each must exist.", field, path, Reason()));
    }
  }
}

void ConfineFilesAndTcp(const Rights& rights, std::vector<std::string>& missing) {
  const bool files = rights.read_files || rights.write_files;
  if (!files && rights.network) return;
  const long version = syscall(kCreateRuleset, nullptr, 0, kVersionFlag);
  if (version < 1) {
    if (files) {
      missing.emplace_back(
          "This kernel has no Landlock (Linux 5.13), so it does not hold read_files and "
          "write_files.");
    }
    return;
  }
  std::uint64_t handled = 0;
  if (rights.read_files) handled |= kReading;
  std::uint64_t writing = kWriting;
  if (version >= 2) writing |= kRefer;
  if (version >= 3) writing |= kTruncate;
  if (rights.write_files) handled |= writing;
  const std::uint64_t network = rights.network || version < 4 ? 0 : kBindTcp | kConnectTcp;
  if (handled == 0 && network == 0) return;
  const Ruleset rules(handled, network);
  if (rights.read_files) {
    AllowAll(rules, *rights.read_files, "read_files", kReading);
    for (const char* const path : kSystemReads) rules.Allow(path, kReading);
  }
  if (rights.write_files) {
    AllowAll(rules, *rights.write_files, "write_files", writing);
    rules.Allow("/dev/null", kWriteFile);
    if (version < 3) {
      missing.emplace_back(
          "This kernel's Landlock (before Linux 6.2) does not keep files outside of write_files "
          "from being truncated.");
    }
  }
  rules.Apply();
}

// --- seccomp -------------------------------------------------------------------------------------

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kArchitecture = 0;
#endif

/// A seccomp filter that lets everything through but for what is added.
class Filter {
 public:
  Filter() {
    Load(offsetof(seccomp_data, arch));
    // Calls by the numbers of another architecture would pass the checks by number.
    JumpIf(BPF_JEQ, kArchitecture, 1, 0);
    Return(SECCOMP_RET_KILL_PROCESS);
    Load(offsetof(seccomp_data, nr));
#if defined(__x86_64__)
    constexpr std::uint32_t kX32 = 0x40000000;
    JumpIf(BPF_JGE, kX32, 0, 1);
    Return(SECCOMP_RET_KILL_PROCESS);
#endif
  }

  void Refuse(long call, int error) {
    JumpIf(BPF_JEQ, static_cast<std::uint32_t>(call), 0, 1);
    Return(SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error));
  }

  /// Unless the argument is `value`. The lower half of the argument only, all these calls know.
  void RefuseUnless(long call, unsigned argument, std::uint32_t value, int error) {
    JumpIf(BPF_JEQ, static_cast<std::uint32_t>(call), 0, 4);
    Load(Argument(argument));
    JumpIf(BPF_JEQ, value, 1, 0);
    Return(SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error));
    Load(offsetof(seccomp_data, nr));
  }

  /// Unless the argument has all of `bits`.
  void RefuseWithout(long call, unsigned argument, std::uint32_t bits, int error) {
    JumpIf(BPF_JEQ, static_cast<std::uint32_t>(call), 0, 4);
    Load(Argument(argument));
    JumpIf(BPF_JSET, bits, 1, 0);
    Return(SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error));
    Load(offsetof(seccomp_data, nr));
  }

  /// False where the kernel has no seccomp filters.
  bool Apply() {
    Return(SECCOMP_RET_ALLOW);
    const sock_fprog program{static_cast<unsigned short>(code_.size()), code_.data()};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
  }

 private:
  static std::uint32_t Argument(unsigned number) {
    return static_cast<std::uint32_t>(offsetof(seccomp_data, args) +
                                      number * sizeof(std::uint64_t));  // little endian
  }
  void Load(std::size_t offset) {
    code_.push_back({BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(offset)});
  }
  void JumpIf(int test, std::uint32_t value, std::uint8_t then, std::uint8_t otherwise) {
    code_.push_back({static_cast<std::uint16_t>(BPF_JMP | test | BPF_K), then, otherwise, value});
  }
  void Return(std::uint32_t action) { code_.push_back({BPF_RET | BPF_K, 0, 0, action}); }

  std::vector<sock_filter> code_;
};

void RefuseProcesses(Filter& filter) {
  const auto self = static_cast<std::uint32_t>(getpid());
  filter.Refuse(SYS_execve, EACCES);
  filter.Refuse(SYS_execveat, EACCES);
#if defined(SYS_fork)
  filter.Refuse(SYS_fork, EACCES);
  filter.Refuse(SYS_vfork, EACCES);
#endif
  filter.RefuseWithout(SYS_clone, 0, CLONE_THREAD, EACCES);
  // A filter cannot read its flags, which are in memory. The C library falls back to clone.
  filter.Refuse(SYS_clone3, ENOSYS);
  filter.RefuseUnless(SYS_kill, 0, self, EPERM);
  filter.RefuseUnless(SYS_tgkill, 0, self, EPERM);
  filter.Refuse(SYS_tkill, EPERM);
  filter.RefuseUnless(SYS_rt_sigqueueinfo, 0, self, EPERM);
  filter.Refuse(SYS_pidfd_open, EPERM);
  filter.Refuse(SYS_ptrace, EPERM);
  filter.Refuse(SYS_process_vm_readv, EPERM);
  filter.Refuse(SYS_process_vm_writev, EPERM);
}

void ConfineCalls(const Rights& rights, std::vector<std::string>& missing) {
  if (rights.network && rights.child_processes) return;
  constexpr const char* kNotHeld =
      "This system has no seccomp filters for libnodehost, so the kernel does not hold network and "
      "child_processes.";
  if (kArchitecture == 0) {
    missing.emplace_back(kNotHeld);
    return;
  }
  Filter filter;
  if (!rights.child_processes) RefuseProcesses(filter);
  if (!rights.network) {
    filter.Refuse(SYS_socket, EACCES);          // pairs of sockets reach nobody else
    filter.Refuse(SYS_io_uring_setup, ENOSYS);  // which makes sockets by itself
  }
  if (!filter.Apply()) missing.emplace_back(kNotHeld);
}

// --- limits --------------------------------------------------------------------------------------

void Limit(__rlimit_resource resource, const std::optional<std::size_t>& value, rlim_t unit,
           const char* field, rlim_t grace = 0) {
  if (!value) return;
  const rlimit limit{*value * unit, *value * unit + grace};
  if (setrlimit(resource, &limit) != 0) {
    throw HostError(fmt::format("ResourceLimits::{}: {} is refused: {}.", field, *value, Reason()));
  }
}

void SetLimits(const ResourceLimits& limits) {
  constexpr rlim_t kMega = 1 << 20;
  Limit(RLIMIT_DATA, limits.memory_mb, kMega, "memory_mb");
  Limit(RLIMIT_CPU, limits.cpu_seconds, 1, "cpu_seconds", 1);
  Limit(RLIMIT_FSIZE, limits.file_size_mb, kMega, "file_size_mb");
  Limit(RLIMIT_NOFILE, limits.open_files, 1, "open_files");
}

}  // namespace

std::vector<std::string> Confine(const Rights& rights, const ResourceLimits& limits) {
  std::vector<std::string> missing;
  SetLimits(limits);
  // Asked for by Landlock and seccomp: no program that is started gets more rights than this one.
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    throw HostError(fmt::format("This process cannot give up privileges: {}.", Reason()));
  }
  ConfineFilesAndTcp(rights, missing);
  ConfineCalls(rights, missing);
  return missing;
}

#else

std::vector<std::string> Confine(const Rights&, const ResourceLimits&) {
  return {"Only Linux holds rights and limits; JavaScript's own checks are all there is here."};
}

#endif

}  // namespace nodehost
