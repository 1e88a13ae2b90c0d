// A program with a NodeServices of worker processes, for tests that end it or change what it may
// do. Its arguments are what it does, the project and the worker's command.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "nodehost/node_services.hpp"
#include "nodehost/nodehost.hpp"

namespace nh = nodehost;

namespace {

using namespace std::chrono_literals;

constexpr unsigned kLandlockCreateRuleset = 444;  // on all architectures
constexpr std::uint32_t kNobody = 65534;

// As a kernel that has neither Landlock nor seccomp filters; of those, this is the last.
bool TakeKernelFeatures() {
  std::vector<sock_filter> code = {
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, kLandlockCreateRuleset},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENOSYS},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 3, SYS_prctl},
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, args)},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, PR_SET_SECCOMP},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EINVAL},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  };
  const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

int Run(std::string_view what, const std::string& project, const std::string& command) {
  nh::ChildProcessOptions children;
  children.command = {command};
  nh::NodeServicesOptions options;
  options.project_dir = project;
  options.watched_extensions = {};
  if (what == "as nobody") {
    if (geteuid() == 0 && setuid(kNobody) != 0) return 2;
    children.user = 0;
  } else if (what == "old kernel" || what == "old kernel, no network") {
    if (!TakeKernelFeatures()) return 2;
    children.rights.native_addons = false;
    children.rights.child_processes = false;
    if (what == "old kernel") {
      children.rights.write_files = {project};
    } else {
      children.rights.network = false;
    }
    options.on_output = [](std::string_view text) {
      std::fwrite(text.data(), 1, text.size(), stdout);
    };
  } else if (what == "two workers") {
    options.instances = 2;
  } else {
    return 3;
  }
  options.hosting = nh::ChildProcess(children);
  nh::NodejsPlatform platform;
  nh::NodeServices services(platform, std::move(options));
  if (what != "two workers") {
    std::printf("3 = %d\n", services.InvokeAsync<int>("./add", 1, 2).Get(20s));
    return 0;
  }
  int first = services.InvokeExportAsync<int>("./fails", "pid").Get(20s);
  int second = first;
  while (second == first) {  // the least busy one is called, and both are at first
    const auto busy = services.InvokeExportAsync<int>("./fails", "never");
    second = services.InvokeExportAsync<int>("./fails", "pid").Get(20s);
  }
  const auto spins = services.InvokeExportAsync<int>("./fails", "spins");
  std::printf("%d %d\n", first, second);
  std::fflush(stdout);
  std::this_thread::sleep_for(1h);
  return 0;
}

}  // namespace

int main(int, char** arguments) {
  try {
    return Run(arguments[1], arguments[2], arguments[3]);
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
    return 1;
  }
}
