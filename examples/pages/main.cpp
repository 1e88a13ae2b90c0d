// A web server whose pages are rendered by React, in functions that are called by NodeServices.
// Where they run is said on the command line:
//
//     pages inprocess            in environments of this process
//     pages child                in a worker process, which is replaced when it ends
//     pages nats [URL [SUBJECT]]   in the workers of a subject, which `nodehost worker` starts
#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/read_until.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <asio/thread_pool.hpp>
#include <asio/write.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <nodehost/nats.hpp>
#include <nodehost/node_services.hpp>
#include <nodehost/nodehost.hpp>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace nh = nodehost;
using asio::ip::tcp;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kThreads = 16;          // pages that are sent at a time
constexpr std::size_t kMaxRequest = 16'384;   // bytes of a request's head
constexpr std::chrono::seconds kLimit = 30s;  // for a request and its answer

void Write(tcp::socket& socket, const std::string& text) {
  asio::write(socket, asio::buffer(text));
}

void Reply(tcp::socket& socket, const std::string& status, const std::string& type,
           const std::string& body) {
  Write(socket, "HTTP/1.1 " + status + "\r\nContent-Type: " + type +
                    "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
                    "\r\n\r\n" + body);
}

// Sends the parts of the page as they are rendered. One that breaks off has no last chunk, so that
// the browser knows; when the browser goes, so does the stream, and React renders no further.
void Send(tcp::socket& socket, const nh::ReadStream<>& page) {
  Write(socket,
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
        "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
  while (const auto part = page.Read().Get()) {
    if (part->size() == 0) continue;
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", part->size());
    Write(socket, std::string(size).append(part->text()).append("\r\n"));
  }
  Write(socket, "0\r\n\r\n");
}

void Answer(tcp::socket& socket, nh::NodeServices& services, const std::string& path) {
  const char* const module = "./pages.mjs";
  if (path == "/client.js") {
    const auto script = services.InvokeExportAsync<std::string>(module, "client");
    Reply(socket, "200 OK", "text/javascript", script.Get());
  } else if (path == "/instance") {
    const auto pid = services.InvokeExportAsync<int>(module, "instance");
    Reply(socket, "200 OK", "text/plain", std::to_string(pid.Get()));
  } else {
    Send(socket, services.InvokeExportAsync<nh::ReadStream<>>(module, "render", path).Get());
  }
}

void Serve(tcp::socket& socket, nh::NodeServices& services, const std::string& request) try {
  const std::size_t from = request.find(' ') + 1;
  // Behind parts of a page a reply is no chunk: then too the browser learns that it broke off.
  const char* const text = "text/plain; charset=utf-8";
  try {
    Answer(socket, services, request.substr(from, request.find(' ', from) - from));
  } catch (const nh::JsError& error) {  // what React, or esbuild, says
    Reply(socket, "500 Internal Server Error", text, error.name() + ": " + error.message());
  } catch (const nh::HostError& error) {  // the worker has ended, or takes too long
    Reply(socket, "503 Service Unavailable", text, error.what());
  }
} catch (const std::exception&) {
  // The browser has gone.
}

struct Connection {
  explicit Connection(tcp::socket accepted)
      : socket(std::move(accepted)), limit(socket.get_executor(), kLimit) {}

  // Ends the read or the write that is under way, in whichever thread.
  void Shutdown() {
    asio::error_code ignored;
    socket.shutdown(tcp::socket::shutdown_both, ignored);
  }

  tcp::socket socket;
  asio::steady_timer limit;
  std::string request;
};

// Its own thread accepts, and reads what the browsers ask, so that one that says nothing takes no
// thread of the pool's; those answer.
class Server {
 public:
  explicit Server(nh::NodeServices& services) : services_(services) {
    signals_.async_wait([this](const asio::error_code&, int) { io_.stop(); });
    Accept();
  }
  int port() const { return acceptor_.local_endpoint().port(); }

  // Until SIGINT or SIGTERM. What is being answered then breaks off.
  void Run() {
    io_.run();
    for (const auto& connection : open_) connection->Shutdown();
    services_.Stop(1s);
    pool_.join();
  }

 private:
  void Accept() {
    acceptor_.async_accept([this](const asio::error_code& error, tcp::socket socket) {
      if (!error) {
        Read(std::make_shared<Connection>(std::move(socket)));
        Accept();
      } else {  // such as too many open files: again when some may be closed
        pause_.expires_after(100ms);
        pause_.async_wait([this](const asio::error_code&) { Accept(); });
      }
    });
  }

  void Read(const std::shared_ptr<Connection>& connection) {
    open_.insert(connection);
    connection->limit.async_wait([connection](const asio::error_code& canceled) {
      if (!canceled) connection->Shutdown();
    });
    asio::async_read_until(connection->socket,
                           asio::dynamic_buffer(connection->request, kMaxRequest), "\r\n\r\n",
                           [this, connection](const asio::error_code& error, std::size_t) {
                             if (error) return Close(connection);
                             asio::post(pool_, [this, connection] {
                               Serve(connection->socket, services_, connection->request);
                               asio::post(io_, [this, connection] { Close(connection); });
                             });
                           });
  }

  void Close(const std::shared_ptr<Connection>& connection) {
    connection->limit.cancel();
    connection->Shutdown();
    open_.erase(connection);
  }

  nh::NodeServices& services_;
  asio::io_context io_;
  asio::thread_pool pool_{kThreads};
  asio::signal_set signals_{io_, SIGINT, SIGTERM};
  tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
  asio::steady_timer pause_{io_};
  std::set<std::shared_ptr<Connection>> open_;
};

std::shared_ptr<nh::HostingModel> Hosting(const std::vector<std::string>& arguments) {
  const std::string& name = arguments.at(0);
  if (name == "inprocess") return nh::InProcess();
  if (name == "child") return nh::ChildProcess();
  if (name != "nats") throw std::invalid_argument("no hosting model " + name);
  const auto option = [&](std::size_t i, const char* otherwise) {
    return arguments.size() > i ? arguments[i] : std::string(otherwise);
  };
  return nh::Nats(
      {.servers = {option(1, "nats://127.0.0.1:4222")}, .subject = option(2, "example.pages")});
}

}  // namespace

int main(int argc, char** argv) try {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.empty()) {
    return std::fprintf(stderr, "usage: pages inprocess|child|nats [URL [SUBJECT]]\n"), 2;
  }
  nh::NodejsPlatform platform;
  // Watches the project's files, .tsx among them.
  nh::NodeServices services(platform, {.project_dir = ".", .hosting = Hosting(arguments)});

  Server server(services);
  std::printf("http://127.0.0.1:%d/\n", server.port());
  std::fflush(stdout);
  server.Run();
} catch (const std::exception& error) {
  return std::fprintf(stderr, "pages: %s\n", error.what()), 1;
}
