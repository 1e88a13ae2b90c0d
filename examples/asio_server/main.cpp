// A server on Asio whose pages are made by JavaScript: a coroutine a connection, which awaits what
// an async function returns, for half a second at most. It asks itself for three pages, and ends.
#include <asio/awaitable.hpp>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/completion_condition.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/read_until.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <chrono>
#include <cstdio>
#include <nodehost/asio.hpp>
#include <nodehost/nodehost.hpp>
#include <string>

namespace nh = nodehost;
using asio::use_awaitable;
using asio::ip::tcp;

struct Pages {
  nh::Method<nh::Task<std::string>(std::string, nh::AbortSignal)> render;
};

// "GET /hello" to its answer.
asio::awaitable<std::string> Answer(const Pages& pages, std::string path) {
  try {
    const auto render = pages.render.With({.timeout = std::chrono::milliseconds(500)});
    co_return co_await nh::AsyncWait(render(path, {}), use_awaitable);
  } catch (const nh::DeadlineExceeded&) {
    co_return "given up";  // and JavaScript's signal is aborted
  } catch (const nh::JsError& error) {
    co_return error.message();
  }
}

asio::awaitable<void> Serve(tcp::socket socket, const Pages& pages) {
  std::string request;
  co_await asio::async_read_until(socket, asio::dynamic_buffer(request), "\r\n\r\n", use_awaitable);
  const std::size_t from = request.find(' ') + 1;
  const std::string path = request.substr(from, request.find(' ', from) - from);
  const std::string body = co_await Answer(pages, path);
  const std::string reply =
      "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  co_await asio::async_write(socket, asio::buffer(reply), use_awaitable);
}

asio::awaitable<void> Listen(tcp::acceptor& acceptor, const Pages& pages) {
  for (;;) {
    tcp::socket socket = co_await acceptor.async_accept(use_awaitable);
    asio::co_spawn(acceptor.get_executor(), Serve(std::move(socket), pages), asio::detached);
  }
}

asio::awaitable<void> Ask(tcp::endpoint server, std::string path) {
  tcp::socket socket(co_await asio::this_coro::executor);
  co_await socket.async_connect(server, use_awaitable);
  const std::string request = "GET " + path + " HTTP/1.1\r\n\r\n";
  co_await asio::async_write(socket, asio::buffer(request), use_awaitable);
  std::string reply;
  co_await asio::async_read_until(socket, asio::dynamic_buffer(reply), "\r\n\r\n", use_awaitable);
  const std::size_t body = reply.find("\r\n\r\n") + 4;
  const std::size_t length = std::stoul(reply.substr(reply.find(": ") + 2));
  if (reply.size() - body < length) {
    co_await asio::async_read(socket, asio::dynamic_buffer(reply),
                              asio::transfer_exactly(length - (reply.size() - body)),
                              use_awaitable);
  }
  std::printf("GET %s: %s\n", path.c_str(), reply.c_str() + body);
}

int main() {
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment({.base_dir = PAGES});
  const auto pages = node.Import<Pages>("./pages.mjs");

  asio::io_context io;
  tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  asio::co_spawn(io, Listen(acceptor, pages), asio::detached);
  asio::co_spawn(
      io,
      [&]() -> asio::awaitable<void> {
        for (const char* path : {"/hello", "/slow", "/nothing"}) {
          co_await Ask(acceptor.local_endpoint(), path);
        }
        io.stop();
      },
      asio::detached);
  io.run();
}
