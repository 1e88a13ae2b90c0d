#include "worker_command.hpp"

#include <pthread.h>
#include <uv.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <exception>
#include <stop_token>
#include <thread>
#include <vector>

#include "nodehost/nats.hpp"
#include "nodehost/node_services.hpp"
#include "nodehost/nodehost.hpp"

#if defined(__linux__)
#include <sys/prctl.h>
#endif

namespace nodehost::cli {

namespace {

// What the worker gives up before it runs JavaScript.
void AddRights(CLI::App& app, Rights& rights, ResourceLimits& limits) {
  app.add_flag("!--no-native-addons", rights.native_addons, "No machine code is loaded");
  app.add_flag("!--no-child-processes", rights.child_processes,
               "No processes, no signals to others");
  app.add_flag("!--no-workers", rights.workers, "No worker_threads");
  app.add_flag("!--no-network", rights.network, "No sockets");
  app.add_flag("!--no-environment-variables", rights.environment_variables,
               "No environment variables but those that are given");
  app.add_option("--read-files", rights.read_files, "Only these folders and files are read");
  app.add_option("--write-files", rights.write_files, "Only in these folders files are written");
  app.add_option("--builtins", rights.builtins, "Only these of Node's modules");
  app.add_flag_callback(
      "--no-read-files", [&] { rights.read_files.emplace(); }, "No files are read");
  app.add_flag_callback(
      "--no-write-files", [&] { rights.write_files.emplace(); }, "None are written");
  app.add_flag_callback(
      "--no-builtins", [&] { rights.builtins.emplace(); }, "None of Node's modules");
  app.add_option("--memory-mb", limits.memory_mb, "Private memory, in MiB");
  app.add_option("--cpu-seconds", limits.cpu_seconds, "CPU time, in seconds");
  app.add_option("--file-size-mb", limits.file_size_mb, "The largest file, in MiB");
  app.add_option("--open-files", limits.open_files, "Descriptors");
}

// Where a worker takes its calls from, if not from the process that has started it.
void AddNats(CLI::App& app, WorkerArguments& arguments) {
  NatsOptions& nats = arguments.nats;
  auto* const server = app.add_option("--nats", nats.servers,
                                      "Takes its calls from these NATS servers: nats://HOST:4222");
  const auto needs_server = [&](CLI::Option* option) { return option->needs(server); };
  server->needs(needs_server(app.add_option("--subject", nats.subject, "The project's subject")));
  needs_server(app.add_option("--instances", arguments.instances, "Instances that share the calls")
                   ->check(CLI::PositiveNumber));
  needs_server(app.add_option("--watch", arguments.watched_extensions,
                              "New instances when files with these extensions change: .js .ts"));
  needs_server(app.add_option("--drain-seconds", arguments.drain_seconds,
                              "How long calls may take at SIGTERM; 30 without it")
                   ->check(CLI::NonNegativeNumber));
  needs_server(app.add_option("--nats-credentials", nats.credentials_file, "A file of nsc's"));
  needs_server(app.add_flag("--nats-tls", nats.tls, "Encrypts, whatever the address says"));
  needs_server(app.add_option("--nats-ca", nats.ca_file, "Trusted certificates"));
  needs_server(app.add_option("--nats-cert", nats.certificate_file, "This side's certificate"));
  needs_server(app.add_option("--nats-key", nats.key_file, "Its key"));
  server->each([&arguments](const std::string&) { arguments.with_nats = true; });
}

// Says stop at SIGTERM and SIGINT. Made before there are other threads, which are not to get them.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGTERM);
    sigaddset(&signals_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    thread_ = std::thread([this] {
      const timespec tick{.tv_sec = 0, .tv_nsec = 100'000'000};
      while (!source_.stop_requested()) {
        if (sigtimedwait(&signals_, nullptr, &tick) > 0) source_.request_stop();
      }
    });
  }
  ~StopSignals() {
    source_.request_stop();
    thread_.join();
  }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  std::stop_token token() const { return source_.get_token(); }

 private:
  sigset_t signals_{};
  std::stop_source source_;
  std::thread thread_;
};

// Whether the functions are to be held to less than this process may do.
bool IsConfined(const WorkerArguments& arguments) {
  const Rights& rights = arguments.rights;
  const ResourceLimits& limits = arguments.limits;
  return !rights.native_addons || !rights.child_processes || !rights.workers || !rights.network ||
         !rights.environment_variables || rights.read_files || rights.write_files ||
         rights.builtins || limits.memory_mb || limits.cpu_seconds || limits.file_size_mb ||
         limits.open_files;
}

// This process needs the network and keeps its rights: what gives some up is processes of its own.
int RunWithNats(const WorkerArguments& arguments) {
  try {
    const StopSignals signals;
    NodejsPlatform platform({.args = {arguments.program}, .allow_node_options_variable = true});
    std::shared_ptr<HostingModel> hosting;
    if (IsConfined(arguments)) {
      std::array<char, 4096> self{};
      std::size_t size = self.size();
      uv_exepath(self.data(), &size);
      hosting = ChildProcess(
          {.command = {self.data()}, .rights = arguments.rights, .limits = arguments.limits});
    }
    RunNatsWorker(platform,
                  {.nats = arguments.nats,
                   .project_dir = arguments.project_dir,
                   .hosting = hosting,
                   .instances = arguments.instances,
                   .watched_extensions = arguments.watched_extensions,
                   .drain_timeout = std::chrono::seconds(arguments.drain_seconds)},
                  signals.token());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", arguments.program.c_str(), error.what());
    return 1;
  }
}

}  // namespace

void DescribeWorker(CLI::App& verb, WorkerArguments& worker) {
  verb.add_option("--project", worker.project_dir, "The project's directory")
      ->check(CLI::ExistingDirectory);
  AddRights(verb, worker.rights, worker.limits);
  AddNats(verb, worker);
  verb.footer(
      "\nNodeServices starts it, with a socket as descriptor 3; or it takes calls from NATS.\n"
      "Example:\n"
      "  nodehost worker --project app --nats nats://127.0.0.1:4222");
}

int RunServiceWorker(const WorkerArguments& arguments) {
  if (arguments.with_nats) return RunWithNats(arguments);
  constexpr int kDescriptor = 3;
  if (uv_guess_handle(kDescriptor) != UV_NAMED_PIPE) {
    std::fprintf(stderr,
                 "%s: `worker` is started by NodeServices' ChildProcess model, with a socket as "
                 "descriptor 3, and there is none; or with --nats. To run a script use `%s run "
                 "script.js`.\n",
                 arguments.program.c_str(), arguments.program.c_str());
    return 2;
  }
#if defined(__linux__)
  // JavaScript would notice that the socket is closed, but not while a function does not return: so
  // the kernel ends this process with its parent.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  try {
    const auto missing = Confine(arguments.rights, arguments.limits);
    for (const std::string& one : missing) {
      std::fprintf(stderr, "%s worker: %s\n", arguments.program.c_str(), one.c_str());
      // Without the kernel nothing enforces this right: JavaScript must have the network here, for
      // the worker's own socket.
      if (!arguments.rights.network) return 1;
    }
    NodejsPlatform platform(
        {.args = {arguments.program}, .allow_node_options_variable = true, .own_process = true});
    return RunWorker(platform, {.project_dir = arguments.project_dir,
                                .descriptor = kDescriptor,
                                .modules = {},
                                .rights = arguments.rights});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", arguments.program.c_str(), error.what());
    return 1;
  }
}

}  // namespace nodehost::cli
