// Standard input, output and error: their modes are the host's, their texts go where it says.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>
#include <array>
#include <atomic>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/host.hpp"

using namespace std::chrono_literals;
using test::kModules;

namespace {

// The writes of one stream, each for itself.
struct Captured {
  std::vector<std::string> writes;
  std::function<void(std::string_view)> callback = [this](std::string_view text) {
    writes.emplace_back(text);
  };
  std::string all() const {
    std::string text;
    for (const std::string& one : writes) text += one;
    return text;
  }
};

struct Flags {
  int status;
  int descriptor;
  bool operator==(const Flags&) const = default;
};
// The flags that fcntl can change. O_LARGEFILE is left out: it differs between ways of opening.
Flags FlagsOf(int fd) {
  return {fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK | O_APPEND), fcntl(fd, F_GETFD)};
}

// Puts `fd` in the place of a standard descriptor, and the old one back.
class Redirect {
 public:
  Redirect(int fd, int standard) : standard_(standard), before_(dup(standard)) {
    dup2(fd, standard);
  }
  ~Redirect() {
    dup2(before_, standard_);
    close(before_);
  }

 private:
  const int standard_;
  const int before_;
};

void WaitUntil(nh::Environment& node, const char* condition) {
  while (!node.Run([&](nh::Js& js) { return js.Eval(condition).As<bool>(); })) usleep(1000);
}

}  // namespace

TEST_CASE("process: output goes to the callbacks, whole and in order") {
  Captured out;
  Captured err;
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment(
      {.base_dir = kModules, .on_stdout = out.callback, .on_stderr = err.callback});
  node.Run([](nh::Js& js) {
    js.Eval(
        "console.log('grüße %d', 1);"
        "process.stdout.write('two ');"
        "process.stdout.write(Buffer.from([0xff, 0x00, 0xe2]));"
        "process.stdout.write('c3a4', 'hex', () => { globalThis.done = true; });"
        "console.info({ a: 1 });"
        "console.error('E');"
        "process._rawDebug('raw %s', 'debug');");
  });
  WaitUntil(node, "globalThis.done === true");
  CHECK(out.writes == std::vector<std::string>{"grüße 1\n", "two ", std::string("\xff\0\xe2", 3),
                                               "\xc3\xa4", "{ a: 1 }\n"});
  CHECK(err.writes == std::vector<std::string>{"E\n", "raw debug\n"});
}

TEST_CASE("process: large writes arrive in one piece") {
  Captured out;
  nh::NodejsPlatform platform;
  nh::Environment node =
      platform.CreateEnvironment({.base_dir = kModules, .on_stdout = out.callback});
  node.Run([](nh::Js& js) { js.Eval("process.stdout.write('ä'.repeat(1 << 20))"); });
  REQUIRE(out.writes.size() == 1);
  CHECK(out.writes[0].size() == 2u << 20);
}

TEST_CASE("process: warnings go to the callback") {
  Captured err;
  nh::NodejsPlatform platform;
  nh::Environment node =
      platform.CreateEnvironment({.base_dir = kModules, .on_stderr = err.callback});
  node.Run([](nh::Js& js) {
    js.Eval(
        "process.on('warning', () => { globalThis.done = true; });"
        "process.emitWarning('careful')");
  });
  WaitUntil(node, "globalThis.done === true");
  CHECK(err.all().find("Warning: careful") != std::string::npos);
}

TEST_CASE("process: util.debuglog goes to the callback") {
  Captured err;
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment(
      {.base_dir = kModules, .env = {{"NODE_DEBUG", "mine"}}, .on_stderr = err.callback});
  node.Run([](nh::Js& js) { js.Eval("require('util').debuglog('mine')('said %d', 1)"); });
  CHECK(err.all().find("said 1") != std::string::npos);
}

TEST_CASE("process: each environment has its own output, and Workers their parent's") {
  Captured one;
  Captured two;
  Captured errors;
  nh::NodejsPlatform platform;
  nh::Environment first = platform.CreateEnvironment(
      {.base_dir = kModules, .on_stdout = one.callback, .on_stderr = errors.callback});
  nh::Environment second =
      platform.CreateEnvironment({.base_dir = kModules, .on_stdout = two.callback});
  second.Run([](nh::Js& js) { js.Eval("console.log('second')"); });
  first.Run([](nh::Js& js) {
    js.Eval(
        "const { Worker } = require('worker_threads');"
        "new Worker(`for (let i = 0; i < 100; ++i) console.log('line', i);"
        "            console.error('wörker'); process._rawDebug('raw');`, { eval: true })"
        "  .on('exit', () => { globalThis.done = true; })");
  });
  WaitUntil(first, "globalThis.done === true");
  std::string expected;
  for (int i = 0; i < 100; ++i) expected += "line " + std::to_string(i) + "\n";
  CHECK(one.all() == expected);
  CHECK(two.all() == "second\n");
  CHECK(errors.all() == "wörker\nraw\n");
}

TEST_CASE("process: what a callback throws is the stream's error") {
  nh::NodejsPlatform platform;
  nh::Environment node =
      platform.CreateEnvironment({.base_dir = kModules, .on_stdout = [](std::string_view) {
                                    throw std::runtime_error("log is full");
                                  }});
  node.Run([](nh::Js& js) {
    js.Eval(
        "process.stdout.on('error', (e) => { globalThis.text = e.message; });"
        "process.stdout.write('x')");
  });
  WaitUntil(node, "globalThis.text !== undefined");
  CHECK(node.Run([](nh::Js& js) { return js.Eval("text").As<std::string>(); }) == "log is full");
}

TEST_CASE("process: without callbacks output is written to the descriptor as it is") {
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  const Redirect redirect(ends[1], 1);
  const Flags before = FlagsOf(1);
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment({.base_dir = kModules});
  // More than the pipe holds: the reader is needed in the middle of it.
  std::string read_back;
  std::thread reader([&] {
    std::array<char, 4096> buffer{};
    while (read_back.size() < 300001) {
      const ssize_t count = read(ends[0], buffer.data(), buffer.size());
      if (count <= 0) break;
      read_back.append(buffer.data(), static_cast<std::size_t>(count));
    }
  });
  node.Run([](nh::Js& js) { js.Eval("console.log('x'.repeat(300000))"); });
  CHECK(FlagsOf(1) == before);
  reader.join();
  CHECK(read_back == std::string(300000, 'x') + "\n");
  node.Stop();
  CHECK(FlagsOf(1) == before);
}

TEST_CASE("process: Stop ends an environment whose output nobody reads") {
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  const Redirect redirect(ends[1], 1);
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment({.base_dir = kModules});
  auto never = node.RunAsync([](nh::Js& js) { js.Eval("for (;;) console.log('x'.repeat(1000))"); });
  CHECK(never.wait_for(100ms) == std::future_status::timeout);
  node.Stop(50ms);
  CHECK_THROWS_AS(never.get(), nh::EnvironmentStopped);
}

TEST_CASE("process: output to a closed pipe is EPIPE") {
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  close(ends[0]);
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment({.base_dir = kModules});
  const Redirect redirect(ends[1], 1);
  node.Run([](nh::Js& js) {
    js.Eval(
        "process.stdout.on('error', (e) => { globalThis.code = e.code; });"
        "process.stdout.write('x')");
  });
  WaitUntil(node, "globalThis.code !== undefined");
  CHECK(node.Run([](nh::Js& js) { return js.Eval("code").As<std::string>(); }) == "EPIPE");
}

TEST_CASE("process: a pipe read as standard input is as before when the environment is gone") {
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  const Redirect redirect(ends[0], 0);
  const Flags before = FlagsOf(0);
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment({.base_dir = kModules});
  node.Run([](nh::Js& js) {
    js.Eval("process.stdin.on('data', (d) => { globalThis.text = String(d); })");
  });
  REQUIRE(write(ends[1], "hello", 5) == 5);
  WaitUntil(node, "globalThis.text === 'hello'");
  CHECK(FlagsOf(0).status != before.status);  // what is to be undone
  node.Stop(50ms);
  CHECK(FlagsOf(0) == before);
}

TEST_CASE("process: a terminal has its modes and flags back when the environment is gone") {
  int host_end = -1;
  int terminal = -1;
  REQUIRE(openpty(&host_end, &terminal, nullptr, nullptr, nullptr) == 0);
  const Redirect in(terminal, 0);
  const Redirect out(terminal, 1);
  const std::array before = {FlagsOf(0), FlagsOf(1)};
  termios modes{};
  tcgetattr(0, &modes);
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment({.base_dir = kModules});
  CHECK(node.Run([](nh::Js& js) {
    return js
        .Eval(
            "console.log('to the terminal'); process.stdin.setRawMode(true);"
            "process.stdout.isTTY && process.stdin.isRaw")
        .As<bool>();
  }));
  CHECK(FlagsOf(1) == before[1]);
  termios raw{};
  tcgetattr(0, &raw);
  CHECK(raw.c_lflag != modes.c_lflag);
  node.Stop(50ms);
  termios after{};
  tcgetattr(0, &after);
  CHECK(after.c_lflag == modes.c_lflag);
  CHECK(after.c_iflag == modes.c_iflag);
  CHECK(FlagsOf(0) == before[0]);
  CHECK(FlagsOf(1) == before[1]);
}
