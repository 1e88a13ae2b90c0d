// Tasks as operations of Asio; with a compiler for which Asio has coroutines.
#if __has_include(<asio.hpp>)
#include <asio/detail/config.hpp>
#endif
#if defined(ASIO_HAS_CO_AWAIT)

#include <doctest/doctest.h>

#include <asio/awaitable.hpp>
#include <asio/bind_executor.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/use_future.hpp>
#include <exception>
#include <memory>
#include <string>
#include <thread>

#include "nodehost/asio.hpp"
#include "support/host.hpp"

namespace {

struct Later {
  nh::Method<nh::Task<std::string>(std::string)> shout;
  nh::Method<nh::Task<void>(std::string)> fail;
  nh::Method<nh::Task<void>()> nothing;
};

}  // namespace

TEST_CASE("asio: a coroutine of Asio's awaits a Task, and goes on in its context") {
  nh::Environment node = test::NewEnvironment();
  const auto later = node.Import<Later>("./later.mjs");
  asio::io_context io;
  std::string text;
  std::string error;
  bool stayed = false;
  const auto body = [&]() -> asio::awaitable<void> {
    text = co_await nh::AsyncWait(later.shout("a"), asio::use_awaitable);
    co_await nh::AsyncWait(later.nothing(), asio::use_awaitable);
    try {
      co_await nh::AsyncWait(later.fail("broken"), asio::use_awaitable);
    } catch (const nh::JsError& thrown) {
      error = thrown.message();
    }
    stayed = true;
  };
  asio::co_spawn(io, body, asio::detached);
  io.run();  // it does not run out of work while JavaScript has it
  CHECK(text == "a!");
  CHECK(error == "broken");
  CHECK(stayed);
}

TEST_CASE("asio: any completion token will do, a value that can only be moved, too") {
  nh::Environment node = test::NewEnvironment();
  const auto later = node.Import<Later>("./later.mjs");
  asio::io_context io;
  auto future = asio::co_spawn(
      io,
      [&]() -> asio::awaitable<std::string> {
        co_return co_await nh::AsyncWait(later.shout("b"), asio::use_awaitable);
      },
      asio::use_future);
  const nh::PromiseSource<std::unique_ptr<int>> source;
  int moved = 0;
  nh::AsyncWait(source.task(),
                asio::bind_executor(
                    io, [&](std::exception_ptr, std::unique_ptr<int> value) { moved = *value; }));
  CHECK(source.Resolve(std::make_unique<int>(5)));
  io.run();
  CHECK(moved == 5);
  CHECK(future.get() == "b!");
  CHECK_THROWS_AS(nh::AsyncWait(nh::Task<int>(), [](std::exception_ptr, int) {}), nh::HostError);
}

TEST_CASE("asio: a coroutine of this library's goes on in an io_context") {
  nh::Environment node = test::NewEnvironment();
  const auto later = node.Import<Later>("./later.mjs");
  asio::io_context io;
  auto work = asio::make_work_guard(io);
  std::thread thread([&] { io.run(); });
  const auto id = thread.get_id();
  // Named: what it captures lives as long as it does, and the coroutine longer than the call.
  const auto run = [&]() -> nh::Task<bool> {
    co_await later.shout("a").On(nh::AsioExecutor(io.get_executor()));
    const bool first = std::this_thread::get_id() == id;
    co_await later.shout("b");  // and comes back to it
    co_return first&& std::this_thread::get_id() == id;
  };
  CHECK(run().Get());
  work.reset();
  thread.join();
}

#endif
