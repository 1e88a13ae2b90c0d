// Signal handlers and the signal mask are the host's before, during and after.
#include <doctest/doctest.h>

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>
#include <array>
#include <atomic>
#include <csignal>
#include <string>
#include <thread>

#include "support/host.hpp"

using test::kModules;

namespace {

constexpr std::array kSignals = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2,
                                 SIGPIPE, SIGCHLD, SIGALRM, SIGCONT, SIGTSTP, SIGWINCH,
                                 SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,  SIGABRT, SIGPROF};

std::atomic<int> calls = 0;
void CountCall(int) { ++calls; }

// What the process does on each signal, as text.
std::string Handlers() {
  std::string text;
  for (const int number : kSignals) {
    struct sigaction action {};
    sigaction(number, nullptr, &action);
    text += std::to_string(number) + ":" +
            std::to_string(reinterpret_cast<std::uintptr_t>(action.sa_handler)) + "/" +
            std::to_string(action.sa_flags & ~0x04000000) + " ";
  }
  return text;
}

std::string Mask() {
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  std::string text;
  for (const int number : kSignals) {
    if (sigismember(&mask, number) == 1) text += std::to_string(number) + " ";
  }
  return text;
}

void Install(int number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigaction(number, &action, nullptr);
}

void* HandlerOf(int number) {
  struct sigaction action {};
  sigaction(number, nullptr, &action);
  return reinterpret_cast<void*>(action.sa_handler);
}

// Everything the host could care about, set to the host's own.
void InstallHostHandlers() {
  for (const int number : {SIGINT, SIGTERM, SIGUSR2, SIGPIPE, SIGCHLD, SIGHUP}) {
    Install(number, CountCall);
  }
}

// Runs a child process to its end, on the event loop.
constexpr const char* kSpawn =
    "new Promise((done) => require('child_process').spawn('true').on('close', done))";

void Await(nh::Environment& node, const std::string& code) {
  node.Run([&](nh::Js& js) {
    js.Eval("globalThis.finished = false; Promise.resolve(" + code +
            ").then(() => { finished = true; })");
  });
  while (!node.Run([](nh::Js& js) { return js.Eval("finished").As<bool>(); })) usleep(1000);
}

}  // namespace

TEST_CASE("process: handlers and mask are the host's before, during and after") {
  InstallHostHandlers();
  const std::string handlers = Handlers();
  const std::string mask = Mask();
  {
    nh::NodejsPlatform platform;
    CHECK(Handlers() == handlers);
    nh::Environment node = platform.CreateEnvironment({.base_dir = kModules});
    CHECK(Handlers() == handlers);
    node.Run([](nh::Js& js) {
      js.Eval(
          "globalThis.f = () => {};"
          "for (const s of ['SIGINT', 'SIGTERM', 'SIGUSR2', 'SIGPIPE', 'SIGCHLD', 'SIGHUP'])"
          "  process.on(s, f);"
          "require('vm').runInNewContext('1', {}, { breakOnSigint: true });");
    });
    CHECK(Handlers() == handlers);
    node.Run([](nh::Js& js) {
      js.Eval(
          "for (const s of ['SIGINT', 'SIGTERM', 'SIGUSR2', 'SIGPIPE', 'SIGCHLD', 'SIGHUP'])"
          "  process.removeListener(s, f);");
    });
    CHECK(Handlers() == handlers);
    node.Stop();
    CHECK(Handlers() == handlers);
    CHECK(Mask() == mask);
  }
  CHECK(Handlers() == handlers);
  CHECK(Mask() == mask);
}

TEST_CASE("process: a subscription without allow_signals is inert, and emit reaches it") {
  nh::NodejsPlatform platform;
  Install(SIGUSR2, CountCall);
  nh::Environment node = platform.CreateEnvironment({.base_dir = kModules});
  node.Run(
      [](nh::Js& js) { js.Eval("globalThis.seen = 0; process.on('SIGUSR2', () => { ++seen; })"); });
  kill(getpid(), SIGUSR2);
  CHECK(calls == 1);
  CHECK(node.Run([](nh::Js& js) { return js.Eval("process.emit('SIGUSR2'); seen").As<int>(); }) ==
        1);
}

TEST_CASE("process: the JS thread does not take the host's signals") {
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment({.base_dir = kModules});
  const std::string blocked = node.Run([](nh::Js&) { return Mask(); });
  CHECK(blocked.find(std::to_string(SIGTERM) + " ") != std::string::npos);
  CHECK(blocked.find(std::to_string(SIGINT) + " ") != std::string::npos);
  CHECK(blocked.find(std::to_string(SIGSEGV) + " ") == std::string::npos);
}

TEST_CASE("process: allow_signals hands a signal over until JavaScript gives it up") {
  nh::NodejsPlatform platform;
  Install(SIGUSR2, CountCall);
  nh::Environment node = platform.CreateEnvironment({.base_dir = kModules, .allow_signals = true});
  for (int round = 0; round < 2; ++round) {
    node.Run([](nh::Js& js) {
      js.Eval("globalThis.seen = 0; globalThis.f = () => { ++seen; }; process.on('SIGUSR2', f)");
    });
    CHECK(HandlerOf(SIGUSR2) != reinterpret_cast<void*>(&CountCall));
    kill(getpid(), SIGUSR2);
    while (node.Run([](nh::Js& js) { return js.Eval("seen").As<int>(); }) == 0) usleep(1000);
    CHECK(calls == 0);
    node.Run([](nh::Js& js) { js.Eval("process.removeListener('SIGUSR2', f)"); });
    CHECK(HandlerOf(SIGUSR2) == reinterpret_cast<void*>(&CountCall));
  }
}

TEST_CASE("process: two environments share a signal, and the last to end puts it back") {
  nh::NodejsPlatform platform;
  Install(SIGTERM, CountCall);
  nh::Environment one = platform.CreateEnvironment({.base_dir = kModules, .allow_signals = true});
  nh::Environment two = platform.CreateEnvironment({.base_dir = kModules, .allow_signals = true});
  for (nh::Environment* node : {&one, &two}) {
    node->Run([](nh::Js& js) { js.Eval("process.on('SIGTERM', () => {})"); });
  }
  one.Stop();
  CHECK(HandlerOf(SIGTERM) != reinterpret_cast<void*>(&CountCall));
  two.Stop();
  CHECK(HandlerOf(SIGTERM) == reinterpret_cast<void*>(&CountCall));
}

TEST_CASE("process: a handler the host installs meanwhile stays") {
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment({.base_dir = kModules, .allow_signals = true});
  node.Run([](nh::Js& js) { js.Eval("globalThis.f = () => {}; process.on('SIGUSR2', f)"); });
  Install(SIGUSR2, CountCall);
  node.Run([](nh::Js& js) { js.Eval("process.removeListener('SIGUSR2', f)"); });
  CHECK(HandlerOf(SIGUSR2) == reinterpret_cast<void*>(&CountCall));
}

TEST_CASE("process: the host hears of its children while JavaScript has children of its own") {
  nh::NodejsPlatform platform;
  Install(SIGCHLD, CountCall);
  nh::Environment node = platform.CreateEnvironment({.base_dir = kModules});
  node.Run([](nh::Js& js) {
    js.Eval("globalThis.child = require('child_process').spawn('sleep', ['100'])");
  });
  const pid_t own = fork();
  if (own == 0) _exit(5);
  while (calls == 0) usleep(1000);
  int status = 0;
  CHECK(waitpid(own, &status, 0) == own);
  CHECK(WEXITSTATUS(status) == 5);
  Await(node, "new Promise((done) => child.on('close', done).kill('SIGKILL'))");
  CHECK(HandlerOf(SIGCHLD) == reinterpret_cast<void*>(&CountCall));
  Await(node, kSpawn);
  node.Run([](nh::Js& js) { js.Eval("require('child_process').execFileSync('true')"); });
  CHECK(HandlerOf(SIGCHLD) == reinterpret_cast<void*>(&CountCall));
}

TEST_CASE("process: a child process left over at the end gives SIGCHLD back") {
  nh::NodejsPlatform platform;
  Install(SIGCHLD, CountCall);
  nh::Environment node = platform.CreateEnvironment({.base_dir = kModules});
  const int child = node.Run([](nh::Js& js) {
    return js.Eval("require('child_process').spawn('sleep', ['100']).pid").As<int>();
  });
  node.Stop(std::chrono::milliseconds(50));
  CHECK(HandlerOf(SIGCHLD) == reinterpret_cast<void*>(&CountCall));
  kill(child, SIGKILL);
}

// Whichever of its handlers the host has at the moment; SIGCHLD sent to the own thread is handled
// before raise() returns.
TEST_CASE("process: the host hears of each SIGCHLD while claims come and go on other threads") {
  nh::NodejsPlatform platform;
  Install(SIGCHLD, CountCall);
  const auto with_children = [&platform](int rounds) {
    nh::Environment node = platform.CreateEnvironment({.base_dir = kModules});
    for (int i = 0; i < rounds; ++i) {
      node.Run([](nh::Js& js) { js.Eval("require('child_process').spawnSync('true')"); });
    }
  };
  with_children(1);  // libuv installs its handler the first time
  std::atomic<bool> done = false;
  int raised = 0;
  calls = 0;
  std::thread raising([&] {
    for (; !done; ++raised) raise(SIGCHLD);
  });
  std::thread claiming([&] { with_children(25); });
  with_children(25);
  for (int i = 0; i < 20; ++i) {
    Install(SIGCHLD, i % 2 == 0 ? [](int) { ++calls; } : CountCall);
    with_children(1);
  }
  claiming.join();
  done = true;
  raising.join();
  CHECK(raised > 0);
  CHECK(calls >= raised);
}

TEST_CASE("process: SIGPIPE is ignored if nobody handles it, until the platform ends") {
  CHECK(HandlerOf(SIGPIPE) == reinterpret_cast<void*>(SIG_DFL));
  {
    nh::NodejsPlatform platform;
    CHECK(HandlerOf(SIGPIPE) == reinterpret_cast<void*>(SIG_IGN));
  }
  CHECK(HandlerOf(SIGPIPE) == reinterpret_cast<void*>(SIG_DFL));
}

TEST_CASE("process: a closed pipe is EPIPE in JavaScript") {
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  close(ends[0]);
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment({.base_dir = kModules});
  CHECK(test::ErrorOf([&] {
          node.Run(
              [&](nh::Js& js) { js.Eval("(fd) => require('fs').writeSync(fd, 'x')")(ends[1]); });
        }).code() == "EPIPE");
}
