// The nodehost command: verbs of its own, and node's whole command line for everything else.
#include <uv.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "run.hpp"
#include "snapshot_command.hpp"
#include "version.hpp"
#include "worker.hpp"

namespace {

constexpr const char* kFooter = R"(
Any other command line is taken as node's own:
  nodehost script.js, nodehost -e CODE, nodehost --test, nodehost (the REPL), …
Child processes rely on it: they start process.execPath, which is this program.)";

// What the worker gives up before it runs JavaScript.
void AddRights(CLI::App& app, nodehost::Rights& rights, nodehost::ResourceLimits& limits) {
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
void AddNats(CLI::App& app, nodehost::cli::WorkerArguments& arguments) {
  nodehost::NatsOptions& nats = arguments.nats;
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

int Main(std::vector<std::string> arguments) {
  using namespace nodehost::cli;

  CLI::App app("Node.js, hosted by libnodehost.", "nodehost");
  app.footer(kFooter);
  app.set_version_flag("--version", VersionText());
  CLI::App* const run = app.add_subcommand(
      "run", "Runs a script as node does: run [node options] script.{js,cjs,mjs} [arguments]");
  run->prefix_command();  // what follows belongs to node and to the script
  run->set_help_flag();
  WorkerArguments worker_arguments;
  CLI::App* const worker = app.add_subcommand(
      "worker", "Calls a project's functions for a NodeServices in another process");
  worker->add_option("--project", worker_arguments.project_dir, "The project's directory")
      ->check(CLI::ExistingDirectory);
  worker->add_option("--inspect-port", worker_arguments.inspect_port,
                     "Opens the inspector on this port");
  AddRights(*worker, worker_arguments.rights, worker_arguments.limits);
  AddNats(*worker, worker_arguments);
  SnapshotCommand snapshot;
  CLI::App* const make_snapshot =
      app.add_subcommand("snapshot", "Writes a start-up snapshot: snapshot [entry.js] -o FILE");
  DescribeSnapshot(*make_snapshot, snapshot);
  app.require_subcommand(1);

  // Only these words are ours. A script named "run" is started with `nodehost ./run`, and so on.
  const std::string_view first = arguments.size() > 1 ? arguments[1] : std::string_view();
  if (first == "run") {
    arguments.erase(arguments.begin() + 1);
    if (arguments.size() == 1 || arguments[1] == "--help") {
      const bool asked = arguments.size() > 1;
      std::fputs(app.help("", CLI::AppFormatMode::Sub).c_str(), asked ? stdout : stderr);
      return asked ? 0 : 2;
    }
    return RunNode(std::move(arguments));
  }
  const bool verb = first == "worker" || first == "snapshot";
  if (first != "--help" && first != "--version" && !verb) return RunNode(std::move(arguments));
  worker_arguments.program = arguments.front();
  try {
    std::vector<std::string> ours(arguments.rbegin(), arguments.rend() - 1);  // as CLI11 wants it
    if (!verb) ours = {std::string(first)};
    app.parse(ours);
  } catch (const CLI::ParseError& outcome) {  // how CLI11 ends after --help and --version
    return app.exit(outcome);
  }
  return first == "snapshot" ? RunSnapshot(snapshot) : RunServiceWorker(worker_arguments);
}

}  // namespace

int main(int argc, char** argv) {
  argv = uv_setup_args(argc, argv);  // process.title = "…" writes over the originals
  return Main({argv, argv + argc});
}
