// What JavaScript might do to the process it lives in, and is refused.
#include <doctest/doctest.h>

#include <csignal>
#include <string>

#include <unistd.h>

#include "support/host.hpp"

using test::ErrorOf;
using test::NewEnvironment;

namespace {

void CheckRefused(const std::string& code, const std::string& error_code) {
  nh::Environment node = NewEnvironment();
  const nh::JsError error = ErrorOf([&] { node.Run([&](nh::Js& js) { js.Eval(code); }); });
  CHECK(error.code() == error_code);
  CHECK(node.Run([](nh::Js& js) { return js.Eval("1").As<int>(); }) == 1);
}

}  // namespace

TEST_CASE("process.kill of the own process is refused") {
  for (const std::string signal : {"'SIGTERM'", "'SIGKILL'", "'SIGUSR1'", "'SIGPIPE'", "15"}) {
    CheckRefused("process.kill(process.pid, " + signal + ")", "EPERM");
  }
}

TEST_CASE("process.kill of the own process group, of everyone, and of a thread is refused") {
  CheckRefused("process.kill(0, 'SIGTERM')", "EPERM");
  CheckRefused("process.kill(-1, 'SIGTERM')", "EPERM");
  CheckRefused("process.kill(" + std::to_string(-getpgrp()) + ", 'SIGTERM')", "EPERM");
  CheckRefused(
      "for (const id of require('fs').readdirSync('/proc/self/task')) process.kill(+id, 'SIGTERM')",
      "EPERM");
}

TEST_CASE("process._kill and process._debugProcess are no way round") {
  nh::Environment node = NewEnvironment();
  CHECK(node.Run([](nh::Js& js) { return js.Eval("process._kill(process.pid, 9)").As<int>(); }) <
        0);
  CHECK_THROWS_AS(node.Run([](nh::Js& js) { js.Eval("process._debugProcess(process.pid)"); }),
                  nh::JsError);
}

TEST_CASE("process.kill of the own process is refused in a Worker") {
  nh::Environment node = NewEnvironment();
  CHECK(node.Import<std::string>("./worker-kills.mjs", "code") == "EPERM");
}

TEST_CASE("process.kill may ask, and may end a child") {
  nh::Environment node = NewEnvironment();
  CHECK(node.Run([](nh::Js& js) { return js.Eval("process.kill(process.pid, 0)").As<bool>(); }));
  CHECK(node.Import<std::string>("./kills-child.mjs", "signal") == "SIGTERM");
}

TEST_CASE("the host's own kill is as it was") {
  static volatile std::sig_atomic_t seen = 0;
  NewEnvironment().Run([](nh::Js&) {});
  std::signal(SIGUSR2, [](int) { seen = 1; });
  CHECK(kill(getpid(), SIGUSR2) == 0);
  CHECK(seen == 1);
  // A job is C++, but is called by JavaScript's thread: C++ calls the system's kill, not libnode's.
  seen = 0;
  NewEnvironment().Run([](nh::Js&) { kill(getpid(), SIGUSR2); });
  while (seen == 0) usleep(1000);
}

TEST_CASE("process.abort is refused") {
  CheckRefused("process.abort()", "ERR_WORKER_UNSUPPORTED_OPERATION");
}

TEST_CASE("what belongs to the process cannot be changed") {
  for (const std::string call : {"chdir('/')", "umask(0)", "setuid(1)", "setgid(1)", "seteuid(1)",
                                 "setegid(1)", "setgroups([1])", "initgroups(1, 1)"}) {
    CheckRefused("process." + call, "ERR_WORKER_UNSUPPORTED_OPERATION");
  }
  CheckRefused("require('v8').setFlagsFromString('--stack-size=100000')",
               "ERR_WORKER_UNSUPPORTED_OPERATION");
}

TEST_CASE("process.dlopen of what is no addon throws") {
  CheckRefused("process.dlopen({ exports: {} }, '/nowhere.node')", "ERR_DLOPEN_FAILED");
  CheckRefused("process.dlopen({ exports: {} }, require.resolve('./geo.js'))", "ERR_DLOPEN_FAILED");
  CheckRefused("process.dlopen({ exports: {} }, 'libutil.so.1')", "ERR_DLOPEN_FAILED");
}

TEST_CASE("a command's JavaScript may end its process") {
  // The signal is ignored here, but it is sent: kill does not fail.
  nh::NodejsPlatform platform(
      {.args = {"node", "-e", "process.exitCode = process.kill(process.pid, 'SIGUSR2') ? 5 : 6"},
       .own_process = true});
  std::signal(SIGUSR2, SIG_IGN);
  nh::Environment node = platform.CreateEnvironment({.run_command_line = true});
  CHECK(node.WaitForExit() == 5);
}
