// Environments that the program's own thread runs: Poll, its file descriptor and wake-ups, calls
// from everywhere, and their end.
#include <doctest/doctest.h>
#include <poll.h>
#include <pthread.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/counter.hpp"
#include "support/host.hpp"

using namespace std::chrono_literals;

namespace {

nh::PumpedEnvironment NewPumped(nh::PumpOptions pump = {}) {
  return test::Platform().CreatePumpedEnvironment({.base_dir = test::kModules}, std::move(pump));
}

void Wait(const nh::PumpedEnvironment& node) {
  pollfd loop{node.fd(), POLLIN, 0};
  const auto timeout = node.timeout();
  poll(&loop, 1, timeout ? static_cast<int>(timeout->count()) : -1);
}

// The program's loop: waits as told and polls, until `done`. A wake-up that is missed is a hang.
template <class F>
void Pump(nh::PumpedEnvironment& node, F done) {
  while (!done()) {
    Wait(node);
    node.Poll();
  }
}

void Eval(nh::AnyEnvironment& node, const char* code) {
  node.Run([&](nh::Js& js) { js.Eval(code); });
}

template <class T>
T Get(nh::AnyEnvironment& node, const char* code) {
  return node.Run([&](nh::Js& js) { return js.Eval(code).As<T>(); });
}

}  // namespace

TEST_CASE("Run on the owner is inline, on the owner's own thread") {
  auto node = NewPumped();
  CHECK(node.Run([](nh::Js& js) { return js.Eval("6 * 7").As<int>(); }) == 42);
  const auto thread = node.Run([](nh::Js&) { return std::this_thread::get_id(); });
  CHECK((thread == std::this_thread::get_id()));
  CHECK_FALSE(node.OnJsThread());
  CHECK(node.Run([&](nh::Js&) { return node.OnJsThread(); }));
}

TEST_CASE("Run on the owner comes after the jobs that waited") {
  auto node = NewPumped();
  node.Post([](nh::Js& js) { js.Eval("globalThis.order = 'posted'"); });
  CHECK(Get<std::string>(node, "order") == "posted");
}

TEST_CASE("Promises and ticks that an inline Run leaves have run when it returns") {
  auto node = NewPumped();
  Eval(node, "globalThis.n = 0; Promise.resolve().then(() => n++); process.nextTick(() => n++)");
  CHECK(Get<int>(node, "n") == 2);
}

TEST_CASE("timeout tells of timers, and Poll runs them") {
  auto node = NewPumped();
  node.Poll();
  Eval(node, "globalThis.fired = 0; setTimeout(() => fired++, 20)");
  const auto timeout = node.timeout();
  REQUIRE(timeout.has_value());
  CHECK(timeout->count() <= 20);
  Pump(node, [&] { return Get<int>(node, "fired") == 1; });
}

TEST_CASE("Sockets, the thread pool and fetch are served by waiting on fd") {
  auto node = NewPumped();
  Eval(node, R"(
    globalThis.text = '';
    const server = require('http').createServer((request, response) => response.end('hello'));
    server.listen(0, '127.0.0.1', async () => {
      const response = await fetch(`http://127.0.0.1:${server.address().port}/`);
      const stat = await require('fs/promises').stat('.');
      text = await response.text() + ' ' + stat.isDirectory();
      server.closeAllConnections();
      server.close();
    }))");
  bool done = false;
  Pump(node, [&] { return done || (done = Get<std::string>(node, "text") == "hello true"); });
  CHECK(node.Stop(10s).clean);
}

TEST_CASE("Without work, a Poll returns and nothing wakes") {
  auto node = NewPumped();
  for (int i = 0; i < 10; ++i) CHECK(node.Poll());
  const auto timeout = node.timeout();  // V8 may have a timer of its own
  CHECK((!timeout || timeout->count() > 0));
  pollfd loop{node.fd(), POLLIN, 0};
  CHECK(poll(&loop, 1, 0) == 0);
}

TEST_CASE("Run, RunAsync, Post and typed calls come from other threads") {
  auto node = NewPumped();
  std::atomic<bool> done = false;
  std::thread other([&] {
    auto log = node.RunAsync([](nh::Js& js) { return js.Eval("'async'").As<std::string>(); });
    CHECK(log.get() == "async");
    CHECK(node.Run([](nh::Js& js) { return js.Eval("2 ** 10").As<int>(); }) == 1024);
    struct Path {
      nh::Method<std::string(std::string)> basename;
    };
    CHECK(node.Import<Path>("node:path").basename("/a/b.txt") == "b.txt");
    node.Post([&](nh::Js&) { done = true; });
  });
  Pump(node, [&] { return done.load(); });
  other.join();
}

TEST_CASE("A typed interface and a module with top-level await work on the owner outside Poll") {
  auto node = NewPumped();
  struct Path {
    nh::Method<std::string(std::string)> basename;
  };
  const auto path = node.Import<Path>("node:path");
  CHECK(path.basename("/a/b.txt") == "b.txt");
  CHECK(node.Import<std::string>("./waits.mjs", "value") == "waited");
}

TEST_CASE("On the owner, Get does the jobs that other threads need before they settle the Task") {
  auto node = NewPumped();
  struct Later {
    nh::Method<nh::Task<std::string>(nh::Task<std::string>)> settled;
    nh::Method<nh::Task<>()> never;
  };
  const auto later = node.Import<Later>("./later.mjs");
  const nh::PromiseSource<std::string> source;
  const nh::Task<std::string> task = later.settled(source.task());
  std::thread other([&] {
    std::this_thread::sleep_for(10ms);
    source.Resolve(Get<std::string>(node, "'a job'"));
  });
  CHECK(task.Get() == "fulfilled: a job");
  other.join();
  CHECK_THROWS_AS(later.never().Get(), nh::HostError);
}

TEST_CASE("A stream is written on the owner, which waits for the answer to each chunk") {
  auto node = NewPumped();
  struct Streams {
    nh::Method<nh::Duplex<>()> echo;
  };
  const nh::Duplex<> echo = node.Import<Streams>("./streams.mjs").echo();
  for (int i = 0; i < 100; ++i) {
    echo.writable.Write(nh::Bytes::CopyOf(std::to_string(i))).Get();
    CHECK(echo.readable.Read().Get()->text() == std::to_string(i));
  }
}

TEST_CASE("on_wake is called for jobs, timers and input, and once until the owner comes") {
  Counter wakes;
  auto node = NewPumped({.on_wake = [&] { wakes.Add(); }});
  const auto pump_until = [&](auto done) {
    while (!done()) {
      wakes.Take();
      node.Poll();
    }
  };
  std::atomic<bool> posted = false;
  std::thread([&] { node.Post([&](nh::Js&) { posted = true; }); }).join();
  pump_until([&] { return posted.load(); });

  Eval(node, "globalThis.timer = 0; setTimeout(() => timer++, 10)");
  pump_until([&] { return Get<int>(node, "timer") == 1; });

  Eval(node, "globalThis.stat = 0; require('fs').stat('.', () => stat++)");
  pump_until([&] { return Get<int>(node, "stat") == 1; });

  node.Poll();
  const int before = wakes.count();
  for (int i = 0; i < 100; ++i) node.Post([](nh::Js&) {});
  pollfd loop{node.fd(), POLLIN, 0};
  CHECK(poll(&loop, 1, -1) == 1);
  node.Stop(10s);  // no call comes after it
  CHECK(wakes.count() <= before + 1);
}

TEST_CASE("Two environments of one thread, and one with a thread of its own, do not disturb") {
  auto a = NewPumped();
  auto b = NewPumped();
  auto c = test::NewEnvironment();
  Eval(a, "globalThis.who = 'a'");
  Eval(b, "globalThis.who = 'b'");
  Eval(c, "globalThis.who = 'c'");
  const auto all = a.Run([&](nh::Js& js) {
    std::string text = js.Eval("who").As<std::string>();
    text += b.Run([&](nh::Js& other) {
      return other.Eval("who").As<std::string>() + Get<std::string>(a, "who");
    });
    text += Get<std::string>(c, "who");
    CHECK(b.Poll());
    return text + js.Eval("who").As<std::string>();
  });
  CHECK(all == "abaca");
  CHECK(b.Stop(10s).clean);
  CHECK(Get<std::string>(a, "who") == "a");
}

TEST_CASE("Poll on another thread, and inside a job, is refused with a sentence") {
  auto node = NewPumped();
  CHECK_THROWS_WITH_AS(std::async(std::launch::async, [&] { node.Poll(); }).get(),
                       doctest::Contains("on another thread than the one that made it"),
                       nh::WrongThread);
  CHECK_THROWS_AS(std::async(std::launch::async, [&] { node.timeout(); }).get(), nh::WrongThread);
  node.Run([&](nh::Js&) {
    CHECK_THROWS_WITH_AS(node.Poll(), doctest::Contains("inside a job"), nh::HostError);
  });
  CHECK_THROWS_WITH_AS(node.WaitForExit(), doctest::Contains("wait for itself"), nh::HostError);
  CHECK_THROWS_AS(test::Platform().CreatePumpedEnvironment({.run_command_line = true}),
                  nh::HostError);
}

TEST_CASE("A thread with too little stack is refused") {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 256 << 10);
  test::Platform();
  pthread_t thread{};
  std::string text;
  pthread_create(
      &thread, &attributes,
      [](void* data) -> void* {
        try {
          NewPumped();
        } catch (const nh::HostError& error) {
          *static_cast<std::string*>(data) = error.what();
        }
        return nullptr;
      },
      &text);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  CHECK(text.find("KiB of stack left") != std::string::npos);
}

TEST_CASE("Stop on the owner runs what is left, and its handlers") {
  auto node = NewPumped();
  Eval(node, "setTimeout(() => require('fs').stat('.', () => process.exitCode = 5), 10)");
  const nh::StopResult result = node.Stop(10s);
  CHECK(result.ended);
  CHECK(result.clean);
  CHECK(result.exit_code == 5);
  CHECK_FALSE(node.Poll());
  CHECK(node.fd() == -1);
  CHECK_THROWS_AS(Eval(node, "1"), nh::EnvironmentStopped);
}

TEST_CASE("Stop on the owner terminates at the deadline: a server, a busy loop") {
  auto server = NewPumped();
  Eval(server, "require('net').createServer().listen(0, '127.0.0.1')");
  const nh::StopResult result = server.Stop(50ms);
  CHECK(result.ended);
  CHECK_FALSE(result.clean);
  REQUIRE(result.still_alive.size() == 1);
  CHECK(result.still_alive[0].find("TCPServerWrap") == 0);

  auto busy = NewPumped();
  Eval(busy, "setImmediate(() => { while (true); })");
  const nh::StopResult ended = busy.Stop(50ms);
  CHECK(ended.ended);
  CHECK_FALSE(ended.clean);
}

TEST_CASE("Stop on another thread ends an environment whose owner polls") {
  auto node = NewPumped();
  Eval(node, "setInterval(() => {}, 5)");
  auto result = std::async(std::launch::async, [&] { return node.Stop(50ms); });
  Pump(node, [&] { return !node.Poll(); });
  CHECK(result.get().ended);
  CHECK(node.exit_code() == 1);
}

TEST_CASE("Stop on another thread says that the owner does not poll") {
  auto node = NewPumped();
  const auto result = std::async(std::launch::async, [&] { return node.Stop(10ms); }).get();
  CHECK_FALSE(result.ended);
  CHECK(result.still_alive ==
        std::vector<std::string>{"The thread that owns the environment did not call Poll"});
}

TEST_CASE("process.exit in Run and in Poll ends the environment") {
  auto node = NewPumped();
  CHECK_THROWS_AS(Eval(node, "process.exit(7)"), nh::EnvironmentStopped);
  CHECK(node.exit_code() == 7);
  CHECK_FALSE(node.Poll());

  auto later = NewPumped();
  Eval(later, "setTimeout(() => process.exit(8), 1)");
  Pump(later, [&] { return later.exit_code().has_value(); });
  CHECK(later.exit_code() == 8);
}

TEST_CASE("An uncaught error in Poll is the environment's own") {
  std::string text;
  auto node =
      test::Platform().CreatePumpedEnvironment({.on_uncaught = [&](const nh::JsError& error) {
        text = error.message();
        return nh::UncaughtAction::kContinue;
      }});
  Eval(node, "setTimeout(() => { throw new Error('late') }, 1)");
  Pump(node, [&] { return !text.empty(); });
  CHECK(text == "late");
  CHECK(node.Poll());
}

TEST_CASE("Stopped and destroyed inside its own job, it ends when the owner leaves it") {
  auto stopped = NewPumped();
  const auto inside = stopped.Run([&](nh::Js&) { return stopped.Stop(10s); });
  CHECK_FALSE(inside.ended);
  CHECK_FALSE(stopped.Poll());
  CHECK(stopped.exit_code() == 0);

  auto destroyed = std::make_unique<nh::PumpedEnvironment>(NewPumped());
  auto* const node = destroyed.get();
  node->Post([&](nh::Js& js) {
    destroyed.reset();
    CHECK(js.Eval("'still here'").As<std::string>() == "still here");
  });
  CHECK_FALSE(node->Poll());
}

TEST_CASE("A start-up script that throws leaves the thread free for another") {
  const auto error = test::ErrorOf([] {
    test::Platform().CreatePumpedEnvironment({.start_script = "throw new RangeError('no')"});
  });
  CHECK(error.name() == "RangeError");
  auto node = NewPumped();
  CHECK(Get<int>(node, "1 + 1") == 2);
}

TEST_CASE("The platform's end stops those that are left") {
  static std::optional<nh::PumpedEnvironment> left;
  left.emplace(NewPumped());
  Eval(*left, "setInterval(() => {}, 5)");
}
