// The known ways round Rights, tried one by one in a confined worker: none of them gets there.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "models.hpp"
#include "support/lacks.hpp"

using namespace test;

namespace {

// A copy of the fixture in a folder of its own, and beside it what its functions must not reach.
class Attempts {
 public:
  explicit Attempts(bool confined) : services_(Platform(), Options(confined)) {
    outside_.Write("secret.txt", "SECRET");
    Restore();
  }

  std::vector<std::string> Names(const char* kind) {
    return services_.InvokeExportAsync<std::vector<std::string>>("./ways_round", "names", kind)
        .Get(20s);
  }
  template <class... A>
  std::string Go(const char* kind, const std::string& name, const A&... arguments) {
    return services_.With({.timeout = 10s})
        .InvokeExportAsync<std::string>("./ways_round", "go", kind, name, arguments...)
        .Get(20s);
  }

  /// Where nothing is given up, what reaches into Node's insides may end the worker.
  std::string Try(const char* kind, const std::string& name, const std::string& file) {
    try {
      return Go(kind, name, file);
    } catch (const nh::InstanceEnded& error) {
      return error.what();
    }
  }

  std::string secret() const { return outside_.path() + "/secret.txt"; }
  std::string target() const { return outside_.path() + "/target.txt"; }
  void Restore() const { outside_.Write("target.txt", "target"); }
  std::string Target() const {
    std::ifstream file(target());
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  nh::NodeServicesOptions Options(bool confined) {
    for (const char* const file : {"ways_round.js", "add.js"}) {
      std::ifstream from(kProject + "/" + file);
      project_.Write(file, std::string(std::istreambuf_iterator<char>(from), {}));
    }
    nh::Rights rights;
    if (confined) {
      rights.native_addons = false;
      rights.child_processes = false;
      rights.network = false;
      rights.read_files = {project_.path()};
      rights.write_files = {project_.path()};
    }
    nh::NodeServicesOptions options;
    options.project_dir = project_.path();
    options.hosting = nh::ChildProcess({.command = {NODEHOST_COMMAND}, .rights = rights});
    options.watched_extensions = {};
    options.on_output = [](std::string_view) {};
    return options;
  }

  test::TemporaryFolder project_;
  test::TemporaryFolder outside_;
  nh::NodeServices services_;
};

// A TCP port of the loopback interface that is listened to.
class Listener {
 public:
  Listener() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(listen(socket_, 16) == 0);
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { close(socket_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  int port() const noexcept { return port_; }

 private:
  const int socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int port_ = 0;
};

}  // namespace

TEST_CASE("the ways to a file, a process and a socket lead there where nothing is given up") {
  Attempts attempts(false);
  int there = 0;
  for (const std::string& name : attempts.Names("reads")) {
    there += attempts.Try("reads", name, attempts.secret()) == "SECRET" ? 1 : 0;
  }
  CHECK(there >= 20);
  there = 0;
  for (const std::string& name : attempts.Names("writes")) {
    attempts.Restore();
    static_cast<void>(attempts.Try("writes", name, attempts.target()));
    there += attempts.Target() != "target" ? 1 : 0;
  }
  CHECK(there >= 8);
  for (const char* const name : {"spawnSync", "aShell", "exec", "fork", "aSignal"}) {
    CAPTURE(name);
    CHECK(attempts.Go("starts", name) == "started");
  }
  const Listener listener;
  for (const char* const name : {"tcp", "udp", "aServer"}) {
    CAPTURE(name);
    CHECK(attempts.Go("connects", name, listener.port()) == "connected");
  }
}

TEST_CASE("no known way round rights leads to a file outside") {
  if (test::LacksFileRights()) return;
  Attempts attempts(true);
  for (const std::string& name : attempts.Names("reads")) {
    CAPTURE(name);
    CHECK(attempts.Go("reads", name, attempts.secret()).find("SECRET") == std::string::npos);
  }
  for (const std::string& name : attempts.Names("writes")) {
    CAPTURE(name);
    const std::string led_to = attempts.Go("writes", name, attempts.target());
    CAPTURE(led_to);
    CHECK(attempts.Target() == "target");
  }
}

TEST_CASE("no known way round rights starts a program, reaches a process or a socket") {
  if (test::LacksFileRights()) return;
  Attempts attempts(true);
  for (const std::string& name : attempts.Names("starts")) {
    CAPTURE(name);
    const std::string led_to = attempts.Go("starts", name);
    CAPTURE(led_to);
    CHECK(led_to != "started");
    CHECK(led_to != "done");
  }
  const Listener listener;
  for (const std::string& name : attempts.Names("connects")) {
    CAPTURE(name);
    const std::string led_to =
        attempts.Go("connects", name, listener.port(), "/run/dbus/system_bus_socket");
    CAPTURE(led_to);
    CHECK(led_to.find("refused: ") == 0);
  }
}
