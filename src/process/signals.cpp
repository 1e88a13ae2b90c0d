#include "signals.hpp"

#include <fmt/format.h>
#include <uv.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <stdexcept>
#include <vector>

#include "own_loops.hpp"
#include "thread/uv_handle.hpp"

#if !defined(_WIN32)
#include <pthread.h>
#endif

namespace nodehost::host {

#if defined(_WIN32)

// Windows has console events only, and libuv unsubscribes from those without a trace.
void SignalClaims::Claim(int) {}
void SignalClaims::Release(int) {}
void SignalClaims::ReleaseAll() {}
void ForgetSignals() {}
SignalsBlocked::SignalsBlocked(bool) {}
SignalsBlocked::~SignalsBlocked() = default;
BrokenPipesIgnored::BrokenPipesIgnored() = default;
BrokenPipesIgnored::~BrokenPipesIgnored() = default;

#else

namespace {

// A signal as the process sees it. libuv takes its handler away, and leaves SIG_DFL, when the last
// of its handles stops; a handle of ours that never stops keeps libuv from touching the signal
// while JavaScript subscribes and unsubscribes. Which handler is installed is then decided here.
struct Signal {
  int claims = 0;
  struct sigaction host {};  // what the host had when the first claim came
  struct sigaction libuv {};
  detail::UvHandle<uv_signal_t> guard;
};

// The guards' loop is never run: libuv's handler only writes to its pipe, and a full pipe is fine
// with it.
struct Signals {
  std::mutex mutex;
  std::map<int, Signal> all;
  std::unique_ptr<uv_loop_t> loop;
};

Signals& TheSignals() {
  static Signals* const signals =
      new Signals;  // never freed: signals arrive until the process ends
  return *signals;
}

// What the SIGCHLD handler calls. It may run on any thread while another one is set, so none is
// ever changed or freed; there are as many as the host has had handlers.
struct Chain {
  struct sigaction libuv {};
  struct sigaction host {};
};
std::atomic<const Chain*> chain{nullptr};

bool CallsTheSame(const struct sigaction& one, const struct sigaction& other) {
  constexpr int kKind = SA_SIGINFO;
  if ((one.sa_flags & kKind) != (other.sa_flags & kKind)) return false;
  return (one.sa_flags & kKind) != 0 ? one.sa_sigaction == other.sa_sigaction
                                     : one.sa_handler == other.sa_handler;
}

// With the mutex of Signals held.
void SetChain(const Chain& wanted) {
  static auto& all = *new std::vector<std::unique_ptr<const Chain>>;
  const auto known = std::ranges::find_if(all, [&](const auto& one) {
    return CallsTheSame(one->libuv, wanted.libuv) && CallsTheSame(one->host, wanted.host);
  });
  chain = known != all.end() ? known->get()
                             : all.emplace_back(std::make_unique<const Chain>(wanted)).get();
}

void CallAction(const struct sigaction& action, int number, siginfo_t* info, void* context) {
  if ((action.sa_flags & SA_SIGINFO) != 0) {
    if (action.sa_sigaction) action.sa_sigaction(number, info, context);
  } else if (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN) {
    action.sa_handler(number);
  }
}

void OnChildSignal(int number, siginfo_t* info, void* context) {
  const Chain& now = *chain.load();
  CallAction(now.libuv, number, info, context);
  CallAction(now.host, number, info, context);
}

bool IsOurs(const struct sigaction& action, const Signal& signal) {
  if ((action.sa_flags & SA_SIGINFO) != 0) return action.sa_sigaction == &OnChildSignal;
  return (signal.libuv.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == signal.libuv.sa_handler;
}

void Guard(Signals& signals, Signal& signal, int number) {
  const OwnLoops own_loops(OwnLoops::Of::kProcess);
  if (!signals.loop) {
    signals.loop = std::make_unique<uv_loop_t>();
    if (uv_loop_init(signals.loop.get()) != 0) {
      signals.loop.reset();
      throw std::runtime_error("A loop for signals could not be made.");
    }
  }
  signal.guard.Open(nullptr, uv_signal_init, signals.loop.get());
  const int error = uv_signal_start(
      signal.guard.get(), [](uv_signal_t*, int) {}, number);
  if (error != 0) {
    signal.guard.Close();
    uv_run(signals.loop.get(), UV_RUN_DEFAULT);
    throw std::runtime_error(
        fmt::format("Signal {} cannot be handled: {}", number, uv_strerror(error)));
  }
  sigaction(number, nullptr, &signal.libuv);
}

// Puts libuv's handler in place of the host's.
void Install(Signals& signals, Signal& signal, int number) {
  struct sigaction now {};
  sigaction(number, nullptr, &now);
  if (signal.guard.is_open() && signal.claims > 0 && IsOurs(now, signal)) return;
  signal.host = now;
  if (!signal.guard.is_open()) Guard(signals, signal, number);
  if (number != SIGCHLD) {
    sigaction(number, &signal.libuv, nullptr);
    return;
  }
  SetChain({.libuv = signal.libuv, .host = signal.host});
  struct sigaction both {};
  both.sa_sigaction = &OnChildSignal;
  both.sa_flags = SA_SIGINFO | SA_RESTART | (signal.host.sa_flags & (SA_ONSTACK | SA_NOCLDSTOP));
  both.sa_mask = signal.libuv.sa_mask;
  sigaction(number, &both, nullptr);
}

// Puts the host's handler back, unless the host has installed another one since.
void PutBack(const Signal& signal, int number) {
  struct sigaction now {};
  sigaction(number, nullptr, &now);
  if (IsOurs(now, signal)) sigaction(number, &signal.host, nullptr);
}

void ReleaseOne(int number, int count) {
  Signals& signals = TheSignals();
  const std::lock_guard lock(signals.mutex);
  Signal& signal = signals.all[number];
  signal.claims -= count;
  if (signal.claims == 0) PutBack(signal, number);
}

}  // namespace

void SignalClaims::Claim(int number) {
  {
    Signals& signals = TheSignals();
    const std::lock_guard lock(signals.mutex);
    Signal& signal = signals.all[number];
    Install(signals, signal, number);
    ++signal.claims;
  }
  const std::lock_guard lock(mutex_);
  ++counts_[number];
}

void SignalClaims::Release(int number) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = counts_.find(number);
    if (found == counts_.end()) return;
    if (--found->second == 0) counts_.erase(found);
  }
  ReleaseOne(number, 1);
}

void SignalClaims::ReleaseAll() {
  std::map<int, int> counts;
  {
    const std::lock_guard lock(mutex_);
    counts.swap(counts_);
  }
  for (const auto& [number, count] : counts) ReleaseOne(number, count);
}

void ForgetSignals() {
  Signals& signals = TheSignals();
  const std::lock_guard lock(signals.mutex);
  if (!signals.loop) return;
  const OwnLoops own_loops(OwnLoops::Of::kProcess);
  for (auto& [number, signal] : signals.all) {
    if (!signal.guard.is_open()) continue;
    // Stopping it, libuv leaves SIG_DFL.
    struct sigaction now {};
    sigaction(number, nullptr, &now);
    signal.guard.Close();
    sigaction(number, &now, nullptr);
  }
  // libuv closes a handle once all that its signal has written was read; a script that has closed
  // the numbers of others may have had that read elsewhere. The loop is kept then.
  for (int turns = 0; turns < 100 && uv_run(signals.loop.get(), UV_RUN_NOWAIT) != 0; ++turns) {
  }
  if (uv_loop_close(signals.loop.get()) != 0) {
    static const uv_loop_t* const kept = signals.loop.release();
    static_cast<void>(kept);
  }
  signals.loop.reset();
  signals.all.clear();
}

SignalsBlocked::SignalsBlocked(bool block) : blocked_(block) {
  if (!blocked_) return;
  sigset_t all;
  sigfillset(&all);
  for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGPROF}) {
    sigdelset(&all, own);
  }
  blocked_ = pthread_sigmask(SIG_BLOCK, &all, &before_) == 0;
}

SignalsBlocked::~SignalsBlocked() {
  if (blocked_) pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

BrokenPipesIgnored::BrokenPipesIgnored() {
  struct sigaction action {};
  if (sigaction(SIGPIPE, nullptr, &action) != 0) return;
  if ((action.sa_flags & SA_SIGINFO) != 0 || action.sa_handler != SIG_DFL) return;
  action.sa_handler = SIG_IGN;
  ignored_ = sigaction(SIGPIPE, &action, nullptr) == 0;
}

BrokenPipesIgnored::~BrokenPipesIgnored() {
  struct sigaction action {};
  if (!ignored_ || sigaction(SIGPIPE, nullptr, &action) != 0) return;
  if ((action.sa_flags & SA_SIGINFO) != 0 || action.sa_handler != SIG_IGN) return;
  action.sa_handler = SIG_DFL;
  sigaction(SIGPIPE, &action, nullptr);
}

#endif

}  // namespace nodehost::host
