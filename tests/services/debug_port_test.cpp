// NodeServicesOptions::debug_port: which instance has the inspector, and what becomes of a port
// that cannot be had.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "models.hpp"

using namespace test;

#define MODELS InProcess, ChildProcess

namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

class Socket {
 public:
  Socket() : descriptor_(socket(AF_INET, SOCK_STREAM, 0)) {}
  ~Socket() { Close(); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  void Close() {
    if (descriptor_ != -1) close(std::exchange(descriptor_, -1));
  }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

// A port that somebody listens on, for as long as it lives.
class TakenPort {
 public:
  explicit TakenPort(int port = 0) {
    const int on = 1;
    setsockopt(socket_.descriptor(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address = Loopback(port);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (bind(socket_.descriptor(), any, size) != 0 || listen(socket_.descriptor(), 1) != 0 ||
        getsockname(socket_.descriptor(), any, &size) != 0) {
      throw std::runtime_error("nothing can listen on port " + std::to_string(port));
    }
    number_ = ntohs(address.sin_port);
  }
  int number() const { return number_; }
  void Free() { socket_.Close(); }

 private:
  Socket socket_;
  int number_ = 0;
};

int FreePort() { return TakenPort().number(); }

// A debugger, by WebSocket.
class Debugger {
 public:
  Debugger(int port, const std::string& url) {
    const sockaddr_in address = Loopback(port);
    if (connect(socket_.descriptor(), reinterpret_cast<const sockaddr*>(&address),
                sizeof address) != 0) {
      throw std::runtime_error("nobody listens");
    }
    Send("GET " + url.substr(url.rfind('/')) +
         " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    std::string answer;
    while (!answer.ends_with("\r\n\r\n")) answer += Receive(1);
    if (answer.find(" 101 ") == std::string::npos) throw std::runtime_error(answer);
    reader_ = std::thread([this] { ReadAll(); });
  }
  ~Debugger() {
    shutdown(socket_.descriptor(), SHUT_RDWR);
    reader_.join();
  }
  Debugger(const Debugger&) = delete;
  Debugger& operator=(const Debugger&) = delete;

  // Pauses the JavaScript that runs next.
  void Pause() {
    SendMessage(R"({"id":1,"method":"Debugger.enable"})");
    SendMessage(R"({"id":2,"method":"Debugger.pause"})");
    if (!Eventually([&] { return pauses_.load(); })) throw std::runtime_error("no answer");
  }
  void Resume() { SendMessage(R"({"id":3,"method":"Debugger.resume"})"); }

 private:
  void Send(const std::string& text) {
    if (send(socket_.descriptor(), text.data(), text.size(), MSG_NOSIGNAL) < 0) {
      throw std::runtime_error("the inspector has gone");
    }
  }
  // A short text frame, masked with zeros.
  void SendMessage(const std::string& text) {
    Send(std::string("\x81") + static_cast<char>(0x80 | text.size()) + std::string(4, '\0') + text);
  }

  std::string Receive(std::size_t size) {
    std::string text(size, '\0');
    if (size == 0) return text;  // recv would wait
    if (recv(socket_.descriptor(), text.data(), size, MSG_WAITALL) != static_cast<ssize_t>(size)) {
      throw std::runtime_error("the inspector has gone");
    }
    return text;
  }
  std::size_t ReceiveNumber(std::size_t size) {
    std::size_t number = 0;
    for (const char byte : Receive(size)) number = number << 8 | static_cast<unsigned char>(byte);
    return number;
  }

  void ReadAll() {
    constexpr std::size_t kClose = 8;
    try {
      while (true) {
        const std::size_t kind = ReceiveNumber(1) & 0xf;
        std::size_t size = ReceiveNumber(1);
        if (size == 126) size = ReceiveNumber(2);
        if (size == 127) size = ReceiveNumber(8);
        if (Receive(size).find("\"id\":2") != std::string::npos) pauses_ = true;
        if (kind == kClose) Send(std::string("\x88\x80") + std::string(4, '\0'));
      }
    } catch (const std::runtime_error&) {
    }
    shutdown(socket_.descriptor(), SHUT_RDWR);
  }

  Socket socket_;
  std::atomic<bool> pauses_{false};
  std::thread reader_;
};

template <class Model>
nh::NodeServicesOptions DebugOptions(int port) {
  auto options = Options<Model>();
  options.debug_port = port;
  return options;
}

std::string Url(nh::NodeServices& services) {
  return services.InvokeExportAsync<std::string>("./debugged", "url").Get(20s);
}

// The inspector's URL once the newest instance has one that is not `before`; '' if it gets none.
std::string UrlAfter(nh::NodeServices& services, const std::string& before) {
  std::string url;
  const bool found = Eventually([&] {
    url = Url(services);
    return !url.empty() && url != before;
  });
  return found ? url : "";
}

std::string Start(int port) { return "ws://127.0.0.1:" + std::to_string(port) + "/"; }

}  // namespace

TEST_CASE_TEMPLATE("the inspector moves to the newest instance", Model, MODELS) {
  const int port = FreePort();
  nh::NodeServices services(Platform(), DebugOptions<Model>(port));
  std::string url = UrlAfter(services, "");
  CHECK(url.find(Start(port)) == 0);
  for (int i = 0; i < 3; ++i) {
    services.Restart();
    const std::string next = UrlAfter(services, url);
    CHECK(next.find(Start(port)) == 0);
    CHECK_NOTHROW(Debugger(port, next));
    url = next;
  }
}

TEST_CASE_TEMPLATE("the inspector moves while a debugger is connected", Model, MODELS) {
  const int port = FreePort();
  nh::NodeServices services(Platform(), DebugOptions<Model>(port));
  const std::string url = UrlAfter(services, "");
  const Debugger debugger(port, url);
  const auto under_way = services.InvokeExportAsync<std::string>("./styles", "later", 2000, "done");
  services.Restart();
  const std::string next = UrlAfter(services, url);
  CHECK(next.find(Start(port)) == 0);
  CHECK_NOTHROW(Debugger(port, next));
  CHECK_FALSE(under_way.done());
  CHECK(under_way.Get(20s) == "done");
}

TEST_CASE_TEMPLATE("what a debugger has paused keeps the inspector, and holds up no call", Model,
                   MODELS) {
  const int port = FreePort();
  nh::NodeServices services(Platform(), DebugOptions<Model>(port));
  const std::string url = UrlAfter(services, "");
  Debugger debugger(port, url);
  debugger.Pause();
  const auto paused = services.InvokeExportAsync<int>("./styles", "returns", 1, 2);
  services.Restart();
  CHECK(Eventually(
      [&] { return services.InvokeExportAsync<int>("./styles", "returns", 2, 3).Get(20s) == 5; }));
  CHECK(Url(services).empty());
  CHECK_FALSE(paused.done());
  debugger.Resume();
  CHECK(paused.Get(20s) == 3);
  CHECK(UrlAfter(services, url).find(Start(port)) == 0);
}

TEST_CASE_TEMPLATE("an instance that runs JavaScript lets go of the inspector later", Model,
                   MODELS) {
  const int port = FreePort();
  nh::NodeServices services(Platform(), DebugOptions<Model>(port));
  const std::string url = UrlAfter(services, "");
  const auto spins = services.InvokeExportAsync<std::string>("./debugged", "spins", 500);
  std::this_thread::sleep_for(100ms);
  services.Restart();
  services.Restart();
  CHECK(UrlAfter(services, url).find(Start(port)) == 0);
  CHECK(spins.Get(20s) == "spun");
}

TEST_CASE_TEMPLATE("what takes the place of an instance that has ended has the inspector", Model,
                   MODELS) {
  const int port = FreePort();
  nh::NodeServices services(Platform(), DebugOptions<Model>(port));
  const std::string url = UrlAfter(services, "");
  FailureOf<nh::InstanceEnded>(services.InvokeExportAsync<int>("./debugged", "exits"));
  CHECK(UrlAfter(services, url).find(Start(port)) == 0);
}

TEST_CASE_TEMPLATE("a free port stays the same", Model, MODELS) {
  nh::NodeServices services(Platform(), DebugOptions<Model>(0));
  const std::string url = UrlAfter(services, "");
  const std::string port = url.substr(0, url.rfind('/'));
  services.Restart();
  CHECK(UrlAfter(services, url).find(port) == 0);
}

TEST_CASE_TEMPLATE("a port that somebody else has is an error at the start", Model, MODELS) {
  const TakenPort taken;
  std::string text;
  try {
    const nh::NodeServices services(Platform(), DebugOptions<Model>(taken.number()));
  } catch (const nh::HostError& error) {
    text = error.what();
  }
  CHECK(text.find("127.0.0.1:" + std::to_string(taken.number())) != std::string::npos);
  CHECK_THROWS_AS(nh::NodeServices(Platform(), DebugOptions<Model>(65536)), nh::HostError);
}

TEST_CASE_TEMPLATE("a port that is lost to somebody else later stops no calls", Model, MODELS) {
  const int port = FreePort();
  std::mutex mutex;
  std::string printed;
  auto options = DebugOptions<Model>(port);
  options.on_output = [&](std::string_view text) {
    const std::lock_guard lock(mutex);
    printed += text;
  };
  const auto has_printed = [&](const std::string& text) {
    const std::lock_guard lock(mutex);
    return printed.find(text) != std::string::npos;
  };
  nh::NodeServices services(Platform(), std::move(options));
  CHECK(UrlAfter(services, "").find(Start(port)) == 0);
  // Somebody is quicker: the port is taken as soon as the old instance has let go.
  services.InvokeExportAsync<void>("node:inspector", "close").Get(20s);
  std::optional<TakenPort> taken(port);
  services.Restart();
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get(20s) == 3);
  CHECK(Eventually([&] { return has_printed("NodeServicesOptions::debug_port: "); }));
  CHECK(has_printed(std::to_string(port)));
  CHECK(Url(services).empty());
  taken.reset();
  services.Restart();
  CHECK(UrlAfter(services, "").find(Start(port)) == 0);
}

TEST_CASE("a debugger and fewer rights exclude each other") {
  auto options = DebugOptions<ChildProcess>(0);
  nh::Rights rights;
  rights.workers = false;
  options.hosting = nh::ChildProcess({.command = {NODEHOST_COMMAND}, .rights = rights});
  CHECK_THROWS_WITH_AS(nh::NodeServices(Platform(), std::move(options)),
                       "NodeServicesOptions::debug_port: a debugger would give back what "
                       "ChildProcessOptions::rights take away. Give all rights where you debug.",
                       nh::HostError);
}
