// A nats-server and workers of the test's own, on a free port of the loopback interface.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "models.hpp"
#include "nodehost/nats.hpp"

namespace test {

/// A process that is killed with its object.
class Process {
 public:
  using Output = std::function<void(std::string_view)>;
  using Variables = std::map<std::string, std::optional<std::string>>;

  Process(std::vector<std::string> command, const Output& output, const Variables& variables = {}) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    std::vector<char*> arguments;
    for (std::string& one : command) arguments.push_back(one.data());
    arguments.push_back(nullptr);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], 1);
      dup2(ends[1], 2);
      for (const auto& [name, value] : variables) {
        if (value) {
          setenv(name.c_str(), value->c_str(), 1);
        } else {
          unsetenv(name.c_str());
        }
      }
      execv(arguments[0], arguments.data());
      _exit(127);
    }
    close(ends[1]);
    reader_ = std::thread([output, from = ends[0]] {
      char buffer[4096];
      for (ssize_t size; (size = read(from, buffer, sizeof buffer)) > 0;) {
        if (output) output({buffer, static_cast<std::size_t>(size)});
      }
      close(from);
    });
  }
  ~Process() { End(SIGKILL); }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const noexcept { return pid_; }

  /// Sends `signal`, waits for its end, and returns its exit code, or less than 0 by a signal.
  int End(int signal) {
    if (pid_ == 0) return 0;
    kill(pid_, signal);
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    reader_.join();
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  pid_t pid_ = 0;
  std::thread reader_;
};

class NatsServer {
 public:
  explicit NatsServer(std::vector<std::string> options = {})
      : port_(FreePort()), options_(std::move(options)) {
    Start();
  }

  void Start() {
    std::vector<std::string> command = {NODEHOST_NATS_SERVER, "-a", "127.0.0.1", "-p",
                                        std::to_string(port_)};
    command.insert(command.end(), options_.begin(), options_.end());
    process_.emplace(std::move(command), nullptr);
    if (!Eventually([this] { return Answers(port_); })) throw std::runtime_error("nats-server");
  }
  void Stop() { process_.reset(); }

  /// The same server for all tests of a process that do not stop it.
  static NatsServer& Shared() {
    static NatsServer server;
    return server;
  }

  std::string url() const { return "nats://127.0.0.1:" + std::to_string(port_); }

 private:
  static sockaddr_in Address(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  static int FreePort() {
    const int socket_of = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = Address(0);
    socklen_t size = sizeof address;
    if (bind(socket_of, reinterpret_cast<sockaddr*>(&address), size) != 0) return 0;
    getsockname(socket_of, reinterpret_cast<sockaddr*>(&address), &size);
    close(socket_of);
    return ntohs(address.sin_port);
  }
  static bool Answers(int port) {
    const int socket_of = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = Address(port);
    const bool answers =
        connect(socket_of, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(socket_of);
    return answers;
  }

  const int port_;
  const std::vector<std::string> options_;
  std::optional<Process> process_;
};

inline std::string NewSubject() {
  static std::atomic<int> last{0};
  return "test." + std::to_string(getpid()) + "." + std::to_string(++last);
}

/// The hosting model Nats with a worker process of its own, which takes over those options that are
/// the worker's affair.
class NatsWithWorker final : public nh::HostingModel {
 public:
  NatsWithWorker()
      : options_{.servers = {NatsServer::Shared().url()}, .subject = NewSubject()},
        model_(nh::Nats(options_)) {}

  void Start(const nh::HostingContext& context) override {
    std::vector<std::string> command = {NODEHOST_COMMAND, "worker",
                                        "--nats",         options_.servers[0],
                                        "--subject",      options_.subject,
                                        "--project",      context.project_dir,
                                        "--instances",    std::to_string(context.instances)};
    if (!worker_) {
      worker_.emplace(
          std::move(command),
          [output = context.on_output](std::string_view text) { Print(text, output); },
          context.env);
    }
    model_->Start(context);
  }
  void Invoke(std::shared_ptr<nh::Invocation> invocation) override {
    model_->Invoke(std::move(invocation));
  }
  void Cancel(std::uint64_t id) override { model_->Cancel(id); }
  void Restart() override { model_->Restart(); }
  void Stop() override { model_->Stop(); }

 private:
  // What the worker says itself is not the functions' output.
  static void Print(std::string_view text, const std::function<void(std::string_view)>& output) {
    if (output && text.rfind("nodehost: ", 0) != 0) output(text);
  }

  const nh::NatsOptions options_;
  std::shared_ptr<nh::HostingModel> model_;
  std::optional<Process> worker_;
};

struct Nats {
  static std::shared_ptr<nh::HostingModel> Make() { return std::make_shared<NatsWithWorker>(); }
};

}  // namespace test
