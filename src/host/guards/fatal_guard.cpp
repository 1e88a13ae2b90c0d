#include "fatal_guard.hpp"

#if defined(__linux__)
#include <node.h>
#include <unistd.h>
#include <uv.h>
#include <v8-platform.h>

#include <cstdlib>

#include "host/fatal_errors.hpp"
#include "imports.hpp"

namespace v8::base {
// V8 calls it when it has printed the text of a fatal error, and traps when it returns. Not in
// V8's public headers; null where libnode does not export it.
[[gnu::weak]] void SetPrintStackTrace(void (*print)());
}  // namespace v8::base
#endif

namespace nodehost::host {

#if defined(__linux__)

namespace {

pid_t guarded_process = 0;
v8::Platform::StackTracePrinter print_stack_trace = nullptr;

void ContainHere() {
  // Not in the child between fork() and exec(), which has a copy of this thread.
  if (getpid() == guarded_process) FatalErrors::Contain();
}

[[noreturn]] void GuardedAbort() {
  ContainHere();
  std::abort();
}

// Where Node gives up without an abort: when its stack of asynchronous contexts is corrupt.
[[noreturn]] void GuardedExit(int code) {
  ContainHere();
  std::exit(code);
}

[[noreturn]] void GuardedExitAtOnce(int code) {
  ContainHere();
  _exit(code);
}

}  // namespace

bool ContainAborts() {
  guarded_process = getpid();
  // libuv is in libnode, or a library of its own.
  const auto* const guarded = reinterpret_cast<const void*>(&GuardedAbort);
  const bool in_libuv = RedirectImport(reinterpret_cast<const void*>(&uv_run), "abort", guarded);
  return RedirectImport(reinterpret_cast<const void*>(&node::SpinEventLoop), "abort", guarded) &&
         in_libuv;
}

bool ContainExits() {
  guarded_process = getpid();
  const auto redirect = [](const char* name, auto* target) {
    return RedirectImport(reinterpret_cast<const void*>(&node::SpinEventLoop), name,
                          reinterpret_cast<const void*>(target));
  };
  const bool exits = redirect("exit", &GuardedExit);
  return redirect("_exit", &GuardedExitAtOnce) && exits;
}

bool ContainTraps(v8::Platform& platform) {
  if (!v8::base::SetPrintStackTrace) return false;
  guarded_process = getpid();
  print_stack_trace = platform.GetStackTracePrinter();
  v8::base::SetPrintStackTrace([] {
    if (print_stack_trace) print_stack_trace();
    ContainHere();
  });
  return true;
}

#else

bool ContainAborts() { return false; }

bool ContainExits() { return false; }

bool ContainTraps(v8::Platform&) { return false; }

#endif

}  // namespace nodehost::host
