// Streams with packages from npm: React renders into an HTTP server of C++'s, sharp changes an
// image on its way.
#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "support/host.hpp"

namespace {

class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) { REQUIRE(descriptor >= 0); }
  ~Socket() { close(descriptor_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int get() const { return descriptor_; }

  void Send(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t sent = send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  std::string Receive() const {
    char buffer[8192];
    const ssize_t received = recv(descriptor_, buffer, sizeof buffer, 0);
    return {buffer, received > 0 ? static_cast<std::size_t>(received) : 0};
  }

 private:
  const int descriptor_;
};

// Listens on the loopback interface; small buffers, so that a slow client is felt soon.
class Server {
 public:
  Server() : listening_(socket(AF_INET, SOCK_STREAM, 0)) {
    const int small = 8192;
    setsockopt(listening_.get(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    sockaddr_in address = Loopback(0);
    REQUIRE(bind(listening_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(listen(listening_.get(), 1) == 0);
    socklen_t size = sizeof address;
    getsockname(listening_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }

  int Accept() const { return accept(listening_.get(), nullptr, nullptr); }

  int Connect() const {
    const int made = socket(AF_INET, SOCK_STREAM, 0);
    const int small = 8192;
    setsockopt(made, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    sockaddr_in address = Loopback(port_);
    REQUIRE(connect(made, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    return made;
  }

 private:
  static sockaddr_in Loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

  const Socket listening_;
  std::uint16_t port_ = 0;
};

}  // namespace

TEST_CASE(
    "React's renderToPipeableStream writes to an HTTP server of C++'s, as fast as it is read") {
  nh::Environment node = test::Platform().CreateEnvironment({.base_dir = NODEHOST_TEST_PACKAGES});
  using Render = nh::Method<void(nh::WriteStream<>, int)>;
  const auto render = node.Run([](nh::Js& js) {
    return js
        .Eval(R"((sink, count) => {
      const { createElement } = require('react');
      const { renderToPipeableStream } = require('react-dom/server');
      const row = (i) => createElement('li', { key: i }, `Row ${i} `.repeat(20));
      const List = () => createElement('ul', null, Array.from({ length: count }, (_, i) => row(i)));
      const { pipe } = renderToPipeableStream(createElement(List), {
        onShellReady() { pipe(sink); },
      });
    })")
        .As<Render>();
  });
  constexpr int kRows = 20'000;
  const Server server;
  std::atomic<std::size_t> sent = 0;
  std::thread serving([&] {
    const Socket client(server.Accept());
    client.Receive();  // the request
    nh::Pipe<> body = nh::NewPipe();
    render(body.writable, kRows);
    client.Send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n");
    for (const nh::Bytes& chunk : body.readable) {
      client.Send(chunk.text());
      sent += chunk.size();
    }
  });
  std::string page;
  {
    const Socket client(server.Connect());
    client.Send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    page = client.Receive();
    // Whoever does not read on holds the server, and React, up.
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    CHECK(sent < 2'000'000);
    for (std::string part = client.Receive(); !part.empty(); part = client.Receive()) page += part;
  }
  serving.join();
  CHECK(page.starts_with("HTTP/1.1 200 OK"));
  CHECK(page.find("<li>Row 0 ") != std::string::npos);
  CHECK(page.ends_with("Row 19999 </li></ul>"));
  CHECK(sent > 3'000'000);
}

namespace {

// What `through` gives for `bytes`, which are written to it in pieces.
std::vector<std::uint8_t> Through(const nh::Duplex<>& through, const nh::Bytes& bytes) {
  std::thread writer([&] {
    constexpr std::size_t kPiece = 1000;
    for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
      through.writable.Write(bytes.Slice(at, std::min(kPiece, bytes.size() - at))).Get();
    }
    through.writable.End().Get();
  });
  std::vector<std::uint8_t> came;
  for (const nh::Bytes& chunk : through.readable) {
    came.insert(came.end(), chunk.begin(), chunk.end());
  }
  writer.join();
  return came;
}

}  // namespace

TEST_CASE("sharp resizes an image that C++ streams through it") {
  const std::string folder = NODEHOST_TEST_SHARP;
  if (folder.empty()) {
    MESSAGE("skipped: the npm package sharp is not there for this platform");
    return;
  }
  nh::Environment node = test::Platform().CreateEnvironment({.base_dir = folder});
  const auto duplex = [&](const char* code) {
    return node.Run([&](nh::Js& js) { return js.Eval(code).As<nh::Duplex<>>(); });
  };
  constexpr std::size_t kSide = 256;
  nh::Bytes pixels(kSide * kSide * 3);
  for (std::size_t i = 0; i < pixels.size(); i += 3) pixels[i] = 200;  // red
  const std::vector<std::uint8_t> png =
      Through(duplex("require('sharp')({ raw: { width: 256, height: 256, channels: 3 } })"
                     "  .resize(16, 8, { fit: 'fill' }).png()"),
              pixels);
  CHECK(std::string(png.begin(), png.begin() + 4) == "\x89PNG");
  const std::vector<std::uint8_t> small =
      Through(duplex("require('sharp')().raw()"), nh::Bytes(std::vector(png)));
  REQUIRE(small.size() == 16 * 8 * 3);
  CHECK(small[0] == 200);
  CHECK(small[1] == 0);
  CHECK(small.back() == 0);
}
