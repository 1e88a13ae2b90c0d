#include "boundary.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "nodehost/errors.hpp"

namespace nodehost::host {

namespace {

std::string CheckedExecPath(const std::string& exec_path) {
  if (exec_path.empty()) return {};
  std::error_code error;
  const std::filesystem::path path = std::filesystem::absolute(exec_path, error);
  if (error || !std::filesystem::is_regular_file(path, error)) {
    throw HostError(fmt::format(
        "EnvironmentOptions::exec_path: \"{}\" is not a file. It must name a program that takes "
        "node's command line: node itself, or the nodehost command.",
        exec_path));
  }
  return path.string();
}

void Require(bool right, const char* taken, bool other, const char* other_name, const char* why) {
  if (right || !other) return;
  throw HostError(
      fmt::format("Rights::{}, but {} would get round that: set Rights::{} to false as well.",
                  taken, why, other_name));
}

const Rights& CheckedRights(const EnvironmentOptions& options) {
  CheckRights(options.rights);
  if (options.rights.builtins && options.run_command_line) {
    throw HostError(
        "Rights::builtins cannot be given together with EnvironmentOptions::run_command_line: "
        "node's own command line needs built-in modules of its choice.");
  }
  return options.rights;
}

bool AnyTaken(const Rights& rights) {
  return !rights.native_addons || !rights.child_processes || !rights.workers || !rights.network ||
         !rights.environment_variables || rights.read_files || rights.write_files ||
         rights.builtins;
}

thread_local Boundary* boundary_of_worker = nullptr;

}  // namespace

void CheckRights(const Rights& rights) {
  constexpr const char* kAddon = "an addon";
  constexpr const char* kChild = "a child process";
  const auto alone = [&](bool right, const char* taken) {
    Require(right, taken, rights.native_addons, "native_addons", kAddon);
    Require(right, taken, rights.child_processes, "child_processes", kChild);
  };
  Require(rights.child_processes, "child_processes is false", rights.native_addons, "native_addons",
          kAddon);
  alone(rights.network, "network is false");
  alone(rights.environment_variables, "environment_variables is false");
  alone(!rights.read_files, "read_files is given");
  alone(!rights.write_files, "write_files is given");
}

Boundary::Boundary(const EnvironmentOptions& options, bool own)
    : own_process(own),
      allow_signals(own || options.allow_signals),
      process_binding(own || options.process_binding),
      exec_path(CheckedExecPath(options.exec_path)),
      rights(CheckedRights(options)),
      files(rights),
      rights_taken(AnyTaken(rights)),
      max_external_mb(options.max_external_mb),
      out(1, options.on_stdout),
      err(2, options.on_stderr) {}

bool Boundary::needed() const noexcept {
  return !own_process || rights_taken || !exec_path.empty() || out.captured() || err.captured();
}

void Boundary::EnterWorker() noexcept { boundary_of_worker = this; }

Boundary* Boundary::OfWorker() noexcept { return boundary_of_worker; }

void Boundary::Cancel() noexcept {
  out.Cancel();
  err.Cancel();
}

void Boundary::Close() {
  signals.ReleaseAll();
  stdio.ReleaseAll();
  failure = nullptr;  // An error of JavaScript's keeps memory of the environment that this is of.
}

}  // namespace nodehost::host
