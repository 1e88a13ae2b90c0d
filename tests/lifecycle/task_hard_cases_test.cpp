// Coroutines and Tasks where they are most likely to go wrong: other threads, late ends, forks, and
// loops that nobody turns.
#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "support/host.hpp"
#include "support/later.hpp"

using namespace std::chrono_literals;

using test::Later;
using test::NewEnvironment;

namespace {

// A coroutine that its owner destroys where it stands.
struct Owned {
  struct promise_type {
    Owned get_return_object() {
      return Owned(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  explicit Owned(std::coroutine_handle<promise_type> coroutine) : handle(coroutine) {}
  Owned(Owned&& other) noexcept : handle(std::exchange(other.handle, nullptr)) {}
  Owned& operator=(Owned&&) = delete;
  ~Owned() {
    if (handle) handle.destroy();
  }
  std::coroutine_handle<promise_type> handle;
};

template <class T>
Owned Await(nh::Task<T> task, std::shared_ptr<int> held, bool& went_on) {
  const auto copy = held;
  co_await task;
  went_on = true;
}

}  // namespace

TEST_CASE("a coroutine that waits may be destroyed on another thread") {
  nh::Environment node = NewEnvironment();
  const auto later = node.Import<Later>("./later.mjs");
  bool went_on = false;
  auto held = std::make_shared<int>(1);
  std::optional<Owned> on_js;
  node.Run([&](nh::Js&) { on_js.emplace(Await(later.never(), held, went_on)); });
  std::optional<Owned> here(Await(later.never(), held, went_on));
  CHECK(held.use_count() > 1);
  std::thread([&] {
    on_js.reset();
    here.reset();
  }).join();
  CHECK(held.use_count() == 1);
  CHECK(later.soon(1).Get() == 2);
  node.Stop();
  CHECK_FALSE(went_on);
}

TEST_CASE("a coroutine that waits may be destroyed after the environment") {
  bool went_on = false;
  auto held = std::make_shared<int>(1);
  std::optional<nh::Environment> node = NewEnvironment();
  const auto later = node->Import<Later>("./later.mjs");
  const nh::PromiseSource<int> source;
  std::optional<Owned> waiting(Await(source.task(), held, went_on));
  node.reset();
  waiting.reset();
  CHECK(held.use_count() == 1);
  CHECK(source.Resolve(1));
  CHECK_FALSE(went_on);
}

TEST_CASE("a coroutine is destroyed while its Task is being settled") {
  for (int round = 0; round < 200; ++round) {
    bool went_on = false;
    auto held = std::make_shared<int>(1);
    std::optional<nh::PromiseSource<int>> source(std::in_place);
    const auto body = [&]() -> nh::Task<void> {
      const auto copy = held;
      co_await source->task();
      went_on = true;
    };
    const nh::Task<void> task = body();
    std::thread settling([&] { source->Resolve(1); });
    task.Get();
    settling.join();
    CHECK(went_on);
    CHECK(held.use_count() == 1);
  }
}

TEST_CASE("a promise that is rejected while the environment stops still completes its Task") {
  nh::Environment node = NewEnvironment();
  const auto rejects = node.Run([](nh::Js& js) {
    return js.Eval("() => new Promise((_, reject) => process.on('exit', () => reject(1)))")
        .As<std::function<nh::Task<int>()>>();
  });
  const nh::Task<int> task = rejects();
  node.Run([](nh::Js&) {});
  CHECK(node.Stop().ended);
  CHECK_THROWS(task.Get());  // for that reason or because of the end, whichever was first
  CHECK_THROWS_AS(rejects().Get(), nh::EnvironmentStopped);
}

TEST_CASE("a Task-returning method of an environment that is gone") {
  std::optional<nh::Environment> node = NewEnvironment();
  const auto later = node->Import<Later>("./later.mjs");
  node.reset();
  CHECK_THROWS_AS(later.soon(1).Get(), nh::EnvironmentStopped);
  CHECK_THROWS_AS(later.soon.With({.timeout = 1s})(1).Get(), nh::EnvironmentStopped);
  const auto body = [&]() -> nh::Task<int> { co_return co_await later.soon(1); };
  CHECK_THROWS_AS(body().Get(), nh::EnvironmentStopped);
}

TEST_CASE("in a forked child a Task says what it is, and does not wait") {
  nh::Environment node = NewEnvironment();
  const auto later = node.Import<Later>("./later.mjs");
  const nh::Task<void> task = later.never();
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    const auto refuses = [](const auto& function) {
      try {
        function();
      } catch (const nh::HostError& error) {
        return std::string(error.what()).find("fork()") != std::string::npos;
      }
      return false;
    };
    if (!refuses([&] { task.Get(); })) _exit(1);
    if (!refuses([&] { later.soon(1).Get(); })) _exit(2);
    if (!refuses([&] { later.soon.With({.timeout = 1s})(1).Get(); })) _exit(3);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(later.soon(1).Get() == 2);
}

TEST_CASE("a pumped environment that is pumped no more: what waits with a limit comes back") {
  nh::PumpedEnvironment node =
      test::Platform().CreatePumpedEnvironment({.base_dir = test::kModules}, {});
  const auto later = node.Import<Later>("./later.mjs");
  std::thread([&] {
    CHECK_THROWS_AS(later.never().Get(10ms), nh::DeadlineExceeded);
    try {
      static_cast<void>(later.soon.With({.timeout = 10ms})(1).Get());
      FAIL("nothing was thrown");
    } catch (const nh::DeadlineExceeded& error) {
      CHECK_FALSE(error.started());
    }
  }).join();
  CHECK(later.soon(1).Get() == 2);  // on the thread that owns it
}
