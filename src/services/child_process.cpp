// ChildProcess: the functions run in worker processes. In an environment of its own ChildCalls has
// the calls, and js/first_use/service_children.js starts the processes and replaces them.
#include <fmt/format.h>
#ifndef _WIN32
#include <pwd.h>
#endif

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <optional>
#include <utility>

#include "child_calls.hpp"
#include "control_environment.hpp"
#include "free_port.hpp"
#include "host/back_off.hpp"
#include "nodehost/await_value.hpp"
#include "nodehost/hosting_model.hpp"
#include "nodehost/node_services.hpp"
#include "nodehost/promise.hpp"
#include "nodehost/task.hpp"
#include "process/boundary.hpp"
#include "process/loaded_from.hpp"
#include "service_scripts.hpp"

namespace nodehost {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kLongestTimer{(1LL << 31) - 1};  // of JavaScript's setTimeout

// The command beside the library: lib/../bin where it is installed, the same folder where it is
// built.
std::string FindCommand() {
  const std::filesystem::path library = host::LoadedFrom(reinterpret_cast<void*>(&FindCommand));
  std::error_code error;
  for (const char* const folder : {".", "../bin"}) {
    const auto command = (library.parent_path() / folder / "nodehost").lexically_normal();
    if (std::filesystem::is_regular_file(command, error)) return command.string();
  }
  return "nodehost";
}

// Numbers of 64 bits would be bigints in JavaScript.
struct ChildrenSettings {
  std::vector<std::string> command;
  std::string cwd;
  std::map<std::string, std::optional<std::string>> env;
  double instances;
  double launchTimeout;
  std::optional<std::function<void(Bytes)>> onOutput;
  std::optional<int> debugPort;
  bool hideVariables;
  std::optional<std::uint32_t> uid;
  std::optional<std::uint32_t> gid;
};

// The options of `nodehost worker` that say what it gives up.
void AddRights(const Rights& rights, std::vector<std::string>& command) {
  const auto flag = [&](bool right, const char* option) {
    if (!right) command.emplace_back(option);
  };
  flag(rights.native_addons, "--no-native-addons");
  flag(rights.child_processes, "--no-child-processes");
  flag(rights.workers, "--no-workers");
  flag(rights.network, "--no-network");
  flag(rights.environment_variables, "--no-environment-variables");
  const auto list = [&](const std::optional<std::vector<std::string>>& names, const char* option) {
    if (!names) return;
    command.push_back(fmt::format("--{}{}", names->empty() ? "no-" : "", option));
    command.insert(command.end(), names->begin(), names->end());
  };
  list(rights.read_files, "read-files");
  list(rights.write_files, "write-files");
  list(rights.builtins, "builtins");
}

void AddLimits(const ResourceLimits& limits, std::vector<std::string>& command) {
  const auto add = [&](const std::optional<std::size_t>& value, const char* option) {
    if (!value) return;
    command.emplace_back(option);
    command.push_back(std::to_string(*value));
  };
  add(limits.memory_mb, "--memory-mb");
  add(limits.cpu_seconds, "--cpu-seconds");
  add(limits.file_size_mb, "--file-size-mb");
  add(limits.open_files, "--open-files");
}

// Without a group the workers would keep this process's, root's for the most part.
std::optional<std::uint32_t> GroupOf(const ChildProcessOptions& options) {
#ifndef _WIN32
  if (options.user && !options.group) {
    passwd account{};
    passwd* found = nullptr;
    std::vector<char> names(1 << 16);
    getpwuid_r(*options.user, &account, names.data(), names.size(), &found);
    if (found) return found->pw_gid;
    throw HostError(fmt::format(
        "ChildProcessOptions::user is {}, which has no account here that names a group. Give "
        "ChildProcessOptions::group, too, or the workers would keep this process's.",
        *options.user));
  }
#endif
  return options.group;
}

// The pauses before a process is replaced, which all hosting models share. `pauses_after` is told
// how many processes have come to nothing, one after the other, if none lives and none is due yet;
// else 0.
Object BackOffFunctions(Js& js, std::atomic<int>& pauses_after) {
  Object functions = Object::New(js);
  functions.Set("givesUpAt", host::BackOff::kGivesUpAt);
  functions.Set("failuresAfter", [](int failures, bool served, double lived_ms) {
    const std::chrono::milliseconds lived(static_cast<std::int64_t>(lived_ms) + 1);
    return host::BackOff{failures}.AfterEnd(served, lived).failures;
  });
  functions.Set("setPausesAfter", [&pauses_after](int failures) { pauses_after = failures; });
  functions.Set("pauseAfter", [](int failures) {
    return static_cast<int>(host::BackOff{failures}.pause().count());
  });
  return functions;
}

class ChildProcessModel final : public HostingModel {
 public:
  explicit ChildProcessModel(ChildProcessOptions options) : options_(std::move(options)) {}
  ~ChildProcessModel() override { Stop(); }

  void Start(const HostingContext& context) override {
    if (control_) services::ThrowStartedTwice();
    host::CheckRights(options_.rights);
    if (context.debug_port) services::RequireFreePort(*context.debug_port);
    ChildrenSettings settings{.command = options_.command,
                              .cwd = context.project_dir,
                              .env = context.env,
                              .instances = static_cast<double>(context.instances),
                              .launchTimeout = static_cast<double>(
                                  std::min(context.launch_timeout, kLongestTimer).count()),
                              .onOutput = {},
                              .debugPort = context.debug_port,
                              .hideVariables = !options_.rights.environment_variables,
                              .uid = options_.user,
                              .gid = GroupOf(options_)};
    if (settings.command.empty()) settings.command = {FindCommand()};
    for (std::string argument :
         {std::string("worker"), std::string("--project"), context.project_dir}) {
      settings.command.push_back(std::move(argument));
    }
    const std::size_t with_all_rights = settings.command.size();
    AddRights(options_.rights, settings.command);
    if (context.debug_port && settings.command.size() != with_all_rights) {
      throw HostError(
          "NodeServicesOptions::debug_port: a debugger would give back what "
          "ChildProcessOptions::rights take away. Give all rights where you debug.");
    }
    AddLimits(options_.limits, settings.command);
    if (context.on_output) {
      settings.onOutput = [on_output = context.on_output](const Bytes& bytes) {
        on_output(bytes.text());
      };
    }
    control_.emplace(services::NewControlEnvironment(context.platform));
    try {
      control_->Run([&](Js& js) { StartChildren(js, settings); });
    } catch (const JsError& error) {
      if (error.code() != "EPERM" || (!settings.uid && !settings.gid)) throw;
      throw HostError(
          "ChildProcessOptions::user and group: only root may give worker processes to another "
          "user or group.");
    }
  }

  void Invoke(std::shared_ptr<Invocation> invocation) override {
    calls_->Invoke(std::move(invocation));
  }

  void Cancel(std::uint64_t id) override {
    try {
      control_->Post([this, id](Js&) { calls_->Cancel(id); });
    } catch (const EnvironmentStopped&) {
      // The control environment has ended, and the processes end with it.
    }
  }

  int PausesAfter() const override { return pauses_after_; }

  void Restart() override {
    try {
      control_->Run([this](Js&) { calls_->children().Call("restart"); });
    } catch (const EnvironmentStopped&) {
      // The control environment has ended: there is nothing to restart.
    }
  }

  void Stop() override {
    if (!control_ || control_->exit_code()) return;
    const Task<void> stopped =
        control_->RunAsync([this](Js&) -> Task<void> { co_await calls_->children().Call("stop"); });
    try {
      stopped.Get(5s);
    } catch (const std::exception&) {
      // The processes end when their sockets are closed.
    }
    control_->Stop(0ms);  // kept: other threads may be about to cancel a call
  }

 private:
  void StartChildren(Js& js, const ChildrenSettings& settings) {
    calls_ = services::ChildCalls::New(js);
    const Object options = services::WireOptions(js);
    options.Set("calls", calls_->Functions(js));
    options.Set("backOff", BackOffFunctions(js, pauses_after_));
    options.Set("inspector", services::RunScript(js, "inspector", Object::New(js)));
    calls_->set_children(
        services::RunScript(js, "children", options).Call("makeChildren", settings));
  }

  const ChildProcessOptions options_;
  std::atomic<int> pauses_after_{0};
  std::shared_ptr<services::ChildCalls> calls_;  // of `control_`
  std::optional<Environment> control_;
};

}  // namespace

std::shared_ptr<HostingModel> ChildProcess(ChildProcessOptions options) {
  return std::make_shared<ChildProcessModel>(std::move(options));
}

}  // namespace nodehost
