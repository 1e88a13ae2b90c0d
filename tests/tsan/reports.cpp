// Says which of ThreadSanitizer's reports count: libnode and the C++ library are not compiled for
// it, and it does not see by what they agree on who accesses memory. Where our code is innermost on
// each side of a race, a report is right.
#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <string_view>

// The interface of sanitizer/tsan_interface.h that debuggers use.
extern "C" {
int __tsan_get_report_data(void* report, const char** description, int* count, int* stacks,
                           int* accesses, int* locations, int* mutexes, int* threads,
                           int* unique_threads, void** sleep_trace, unsigned long trace_size);
int __tsan_get_report_mop(void* report, unsigned long index, int* thread, void** address, int* size,
                          int* write, int* atomic, void** trace, unsigned long trace_size);
// Of this program's own, which libtsan finds.
[[gnu::visibility("default")]] const char* __tsan_default_options();
[[gnu::visibility("default")]] void __tsan_on_report(void* report);
}

namespace {

constexpr std::string_view kNotCompiledForIt = "libnode.so";
constexpr std::string_view kBetween[] = {"libtsan.so", "libc.so", "libstdc++.so"};
constexpr int kFailed = 66;  // ThreadSanitizer's own exit code

bool IsOurs(const void* const* trace, std::size_t size) {
  for (std::size_t i = 0; i < size && trace[i]; ++i) {
    Dl_info about{};
    if (dladdr(trace[i], &about) == 0) continue;
    const std::string_view file = about.dli_fname;
    const auto names_file = [&](std::string_view name) {
      return file.find(name) != std::string_view::npos;
    };
    if (std::any_of(std::begin(kBetween), std::end(kBetween), names_file)) continue;
    return !names_file(kNotCompiledForIt);
  }
  return false;
}

}  // namespace

const char* __tsan_default_options() { return "exitcode=0"; }

void __tsan_on_report(void* report) {
  const char* description = nullptr;
  int numbers[8] = {};
  void* trace[64] = {};
  __tsan_get_report_data(report, &description, &numbers[0], &numbers[1], &numbers[2], &numbers[3],
                         &numbers[4], &numbers[5], &numbers[6], trace, std::size(trace));
  const int accesses = numbers[2];
  for (int i = 0; i < accesses; ++i) {
    void* address = nullptr;
    void* stack[64] = {};
    __tsan_get_report_mop(report, static_cast<unsigned long>(i), &numbers[0], &address, &numbers[1],
                          &numbers[3], &numbers[4], stack, std::size(stack));
    if (!IsOurs(stack, std::size(stack))) return;
  }
  std::fprintf(stderr, "This report counts: %s\n", description);
  // At once: a program's end may be an _exit of its own, and reports come in after its last
  // destructor.
  _exit(kFailed);
}
