// A program with an event loop of its own, and Node.js in it, all on one thread: epoll waits for a
// timer of the program, for events from another thread, and for Node, which serves HTTP.
#include <nodehost/nodehost.hpp>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <system_error>
#include <thread>

namespace nh = nodehost;

// The program's loop: a function for each file descriptor.
class EventLoop {
 public:
  void Add(int fd, std::function<void()> ready) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
    if (fd < 0 || epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) {
      throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
    handlers_[fd] = std::move(ready);
  }
  void Remove(int fd) {
    epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
    handlers_.erase(fd);
  }
  void WaitAndDispatch(int timeout_ms) {
    epoll_event events[8];
    const int ready = epoll_wait(epoll_, events, 8, timeout_ms);
    for (int i = 0; i < ready; ++i) handlers_.at(events[i].data.fd)();
  }

 private:
  const int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  std::map<int, std::function<void()>> handlers_;
};

// Reads the 8 bytes that an eventfd or a timerfd counts in.
std::uint64_t TakeCount(int fd) {
  std::uint64_t count = 0;
  return read(fd, &count, sizeof count) == sizeof count ? count : 0;
}

constexpr const char* kServer = R"(
  const http = require('http');
  let ticks = 0;
  globalThis.onTick = (n) => { ticks = n; };
  const server = http.createServer((request, response) => {
    setTimeout(() => response.end(`served after ${ticks} ticks`), 20);  // a timer of Node's
  });
  globalThis.get = async (path) => {
    if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
    const response = await fetch(`http://127.0.0.1:${server.address().port}${path}`);
    console.log(`GET ${path}: ${await response.text()}`);
    server.closeAllConnections();
    server.close();
    globalThis.served = true;
  };
  globalThis.served = false;
  server.listen(0, '127.0.0.1');
)";

int main() try {
  nh::NodejsPlatform platform;
  auto node = platform.CreatePumpedEnvironment({.start_script = kServer});
  auto on_tick = node.Import<nh::Method<void(int)>>("globalThis", "onTick");
  auto get = node.Import<nh::Method<void(std::string)>>("globalThis", "get");
  auto served = [&] {
    return node.Run([](nh::Js& js) { return js.Global()["served"].As<bool>(); });
  };

  EventLoop loop;
  const int node_fd = node.fd();
  loop.Add(node_fd, [] {});  // what is ready there, Poll does below

  int ticks = 0;
  const int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  const itimerspec every_10_ms{{0, 10'000'000}, {0, 10'000'000}};
  timerfd_settime(timer, 0, &every_10_ms, nullptr);
  loop.Add(timer, [&] {
    TakeCount(timer);
    if (++ticks <= 3) std::printf("tick %d of the program\n", ticks), std::fflush(stdout);
    on_tick(ticks);  // JavaScript is on this thread: a plain call
  });

  // Somebody else has something to say: as in a GUI, an event is queued and the loop woken.
  const int event = eventfd(0, EFD_CLOEXEC);
  loop.Add(event, [&] {
    TakeCount(event);
    get("/about");
  });
  std::thread somebody_else([&] {
    const std::uint64_t one = 1;
    if (write(event, &one, sizeof one) < 0) std::perror("write");
  });

  while (ticks < 3 || !served()) {
    const auto timeout = node.timeout();  // asked right before each wait
    loop.WaitAndDispatch(timeout ? static_cast<int>(timeout->count()) : -1);
    node.Poll();
  }

  somebody_else.join();
  loop.Remove(node_fd);
  const nh::StopResult result = node.Stop();
  std::printf("JavaScript ended with exit code %d\n", result.exit_code.value_or(-1));
} catch (const std::exception& error) {
  return std::fprintf(stderr, "event_loop: %s\n", error.what()), 1;
}
