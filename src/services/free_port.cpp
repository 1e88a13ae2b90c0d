#include "free_port.hpp"

#include <fmt/format.h>
#include <uv.h>

#include "nodehost/errors.hpp"

namespace nodehost::services {

namespace {

// Listens, and stops again.
int Try(int port) {
  uv_loop_t loop;
  if (const int error = uv_loop_init(&loop); error != 0) return error;
  uv_tcp_t server;
  int error = uv_tcp_init(&loop, &server);
  if (error == 0) {
    sockaddr_in address{};
    uv_ip4_addr("127.0.0.1", port, &address);
    error = uv_tcp_bind(&server, reinterpret_cast<const sockaddr*>(&address), 0);
    if (error == 0) {
      error = uv_listen(reinterpret_cast<uv_stream_t*>(&server), 1, [](uv_stream_t*, int) {});
    }
    uv_close(reinterpret_cast<uv_handle_t*>(&server), nullptr);
  }
  uv_run(&loop, UV_RUN_DEFAULT);
  uv_loop_close(&loop);
  return error;
}

}  // namespace

void RequireFreePort(int port) {
  if (port < 0 || port > 65535) {
    throw HostError(fmt::format(
        "NodeServicesOptions::debug_port is {}; it must be 1 to 65535, or 0 for a free one.",
        port));
  }
  if (port == 0) return;
  if (const int error = Try(port); error != 0) {
    throw HostError(fmt::format(
        "NodeServicesOptions::debug_port: nothing can listen on 127.0.0.1:{}: {}. 0 takes a free "
        "port.",
        port, uv_strerror(error)));
  }
}

}  // namespace nodehost::services
