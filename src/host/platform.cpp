#include "nodehost/platform.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join from fmt 11 on
#include <node.h>
#include <uv.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "exit_codes.hpp"
#include "guards/guards.hpp"
#include "guards/loop_guard.hpp"
#include "option_check.hpp"
#include "platform_state.hpp"
#include "process/loaded_from.hpp"
#include "process/process_title.hpp"
#include "process/resources.hpp"
#include "process/signals.hpp"
#include "process/start_variables.hpp"
#include "thread/fork_guard.hpp"
#include "thread_driver.hpp"

namespace nodehost {

namespace {

using node::ProcessInitializationFlags::Flags;

// V8 and Node can be started once in the life of a process, whatever became of the first time.
std::mutex start_mutex;
const char* started = nullptr;  // why there can be no other platform

// The platform, for the end of a process that does not destroy it.
host::PlatformState* living = nullptr;

// Stops the environments that still run: they must not run JavaScript while the destructors of
// libnode's static objects run. Registered after their construction, so called before them.
void StopAtProcessExit() {
  if (detail::InForkedChild()) return;
  host::PlatformState* state = nullptr;
  {
    const std::lock_guard lock(start_mutex);
    state = living;
  }
  if (!state) return;
  state->StopAll(std::chrono::milliseconds(0));
  state->EndWorkersHere();
}

// Node prints what these ask for and ends; as a library it prints nothing, and goes on.
void CheckPrintingOptions(const PlatformOptions& options) {
  constexpr std::string_view kPrinting[] = {"--version", "-v",           "--help",
                                            "-h",        "--v8-options", "--completion-bash"};
  for (const std::string& option : options.node_options) {
    if (std::ranges::find(kPrinting, option) == std::end(kPrinting)) continue;
    throw PlatformError(
        fmt::format("PlatformOptions::node_options: \"{}\" makes node print something and end, "
                    "which a library does not. NodejsPlatform::versions() tells the versions.",
                    option),
        host::kInvalidArgumentCode);
  }
}

std::string NoOption(const std::string& argument) {
  return fmt::format(
      "PlatformOptions::node_options: \"{}\" is not an option. Scripts are run with "
      "Environment::Import, and get the arguments in EnvironmentOptions::args.",
      argument);
}

// Throws for options that Node would refuse, while it can still be started with others. With
// `own_process` Node itself refuses them, which ends the program.
void CheckNodeOptions(const PlatformOptions& options) {
  if (options.own_process) return;
  CheckPrintingOptions(options);
  std::vector<std::string> args = {options.args.empty() ? "node" : options.args.front()};
  args.insert(args.end(), options.node_options.begin(), options.node_options.end());
  const host::OptionCheck check = host::CheckOptions(std::move(args));
  if (!check.errors.empty()) {
    throw PlatformError(fmt::format("PlatformOptions::node_options: {}. Node.js was not started, "
                                    "and can be started with other options.",
                                    fmt::join(check.errors, "; ")),
                        host::kInvalidArgumentCode);
  }
  if (!check.arguments.empty()) {
    throw PlatformError(NoOption(check.arguments.front()), host::kInvalidArgumentCode);
  }
}

void ClaimProcess(const PlatformOptions& options) {
  detail::CheckNotForked();
  const std::lock_guard lock(start_mutex);
  if (started) throw PlatformError(started);
  CheckNodeOptions(options);
  started =
      "Node.js was started in this process before: there can be one NodejsPlatform at a time, and "
      "no second one after it is gone. Keep one for as long as the program needs JavaScript.";
}

// Throws if the descriptors or threads are missing that Node, V8 and a first environment need:
// without them they abort or wait for ever.
void RequireResources(const PlatformOptions& options) {
  constexpr int kDescriptors = 16;
  constexpr int kUvThreads = 4;  // libuv's default
  // For delayed tasks, for deadlines, and for an environment.
  constexpr int kOtherThreads = 3;
  host::OpenMissingStdio();
  host::RequireDescriptors(kDescriptors, "Node.js");
  host::RequireThreads(options.v8_threads +
                           (options.uv_threads > 0 ? options.uv_threads : kUvThreads) +
                           kOtherThreads,
                       "Node.js");
}

// After Node has begun to start. With `own_process` the text is Node's own and nothing else, for
// the command prints it as node does; it is empty where Node has printed already what was asked
// for.
[[noreturn]] void Refuse(std::string text, int exit_code, bool own_process) {
  if (!own_process) {
    if (text.empty()) text = "Node.js did what its options ask for, and did not start.";
    text += " Node.js can be started only once in a process: start the program again.";
  }
  const std::lock_guard lock(start_mutex);
  started =
      "Node.js refused its options when it was first started in this process, and can be started "
      "only once. Correct the options and start the program again.";
  throw PlatformError(text, exit_code);
}

// libuv reads the size of its pool from the environment when the pool is first used; so it is used
// now, and the variable put back.
void StartThreadPool(int threads) {
  constexpr const char* kVariable = "UV_THREADPOOL_SIZE";
  const char* const value = std::getenv(kVariable);
  const std::optional<std::string> before =
      value ? std::optional<std::string>(value) : std::nullopt;
  uv_os_setenv(kVariable, std::to_string(threads).c_str());
  uv_loop_t loop;
  uv_work_t work;
  uv_loop_init(&loop);
  uv_queue_work(
      &loop, &work, [](uv_work_t*) {}, [](uv_work_t*, int) {});
  uv_run(&loop, UV_RUN_DEFAULT);
  uv_loop_close(&loop);
  if (before) {
    uv_os_setenv(kVariable, before->c_str());
  } else {
    uv_os_unsetenv(kVariable);
  }
}

// Only the V8 platform that Node makes itself has an agent that writes trace events. A library has
// it on request: libnode's static objects own the agent, and V8's threads may outlive those.
bool Traces(const PlatformOptions& options) {
  return options.own_process || !options.trace_categories.empty() ||
         std::ranges::any_of(options.node_options, [](const std::string& option) {
           return option.starts_with("--trace-event-categories");
         });
}

// What the options of a platform say in node's words. process.execArgv does not show them.
std::vector<std::string> OptionsForNode(const PlatformOptions& options) {
  std::vector<std::string> words;
  if (Traces(options) && options.v8_threads != PlatformOptions().v8_threads) {
    words.push_back(fmt::format("--v8-pool-size={}", options.v8_threads));
  }
  if (!options.trace_categories.empty()) {
    words.push_back(
        fmt::format("--trace-event-categories={}", fmt::join(options.trace_categories, ",")));
  }
  if (!options.trace_file.empty()) {
    words.push_back("--trace-event-file-pattern=" + options.trace_file);
  }
  return words;
}

Flags StartFlags(const PlatformOptions& options) {
  std::uint32_t flags = Flags::kNoInitializeV8;
  if (!Traces(options)) flags |= Flags::kNoInitializeNodeV8Platform;
  if (!options.own_process) {
    flags |= Flags::kNoStdioInitialization | Flags::kNoDefaultSignalHandling |
             Flags::kNoPrintHelpOrVersionOutput | Flags::kNoAdjustResourceLimits;
  }
  if (!options.allow_node_options_variable) flags |= Flags::kDisableNodeOptionsEnv;
  return static_cast<Flags>(flags);
}

Versions FindVersions() {
  return {.nodehost = NODEHOST_VERSION,
          .node = NODE_VERSION_STRING,
          .v8 = v8::V8::GetVersion(),
          .uv = uv_version_string(),
          .modules = std::to_string(NODE_MODULE_VERSION),
          .libnode_path = host::LoadedFrom(reinterpret_cast<const void*>(&node::SpinEventLoop))};
}

}  // namespace

void host::RequireUnstarted() {
  const std::lock_guard lock(start_mutex);
  if (started) throw PlatformError(started);
}

// Known from the beginning, so that the end of the process does not come in the middle of a start.
void host::PlatformState::Start(const std::shared_ptr<Driver>& driver) {
  {
    const std::lock_guard lock(mutex);
    if (ending) throw PlatformError("The process is ending: no environment can be made any more.");
    std::erase_if(drivers, [](const auto& other) { return other->TryJoin(); });
    drivers.push_back(driver);
  }
  try {
    driver->Start();
  } catch (...) {
    const std::lock_guard lock(mutex);
    std::erase(drivers, driver);
    throw;
  }
}

std::vector<std::shared_ptr<host::Driver>> host::PlatformState::All() {
  const std::lock_guard lock(mutex);
  return drivers;
}

// Not under the lock: a Worker may be making an environment.
void host::PlatformState::EndWorkersHere() {
  for (const auto& driver : All()) {
    if (driver->IsCurrent()) driver->instance().EndWorkers();
  }
}

bool host::PlatformState::StopAll(std::chrono::milliseconds timeout) {
  const auto began = std::chrono::steady_clock::now();
  {
    const std::lock_guard lock(mutex);
    ending = true;
  }
  const std::vector<std::shared_ptr<Driver>> all = All();
  for (const auto& driver : all) driver->instance().stopper().Request();
  bool ended = true;
  for (const auto& driver : all) {
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - began);
    const auto own = driver->instance().options().stop_timeout;
    ended &= driver->Stop(std::min(timeout, own) - passed).ended;
  }
  return ended;
}

NodejsPlatform::NodejsPlatform(PlatformOptions options) {
  if (options.v8_threads < 1 || options.v8_threads > 128) {
    throw PlatformError(
        fmt::format("PlatformOptions::v8_threads is {}; it must be 1 to 128.", options.v8_threads));
  }
  if (options.uv_threads < 0 || options.uv_threads > 1024) {
    throw PlatformError(
        fmt::format("PlatformOptions::uv_threads is {}; it must be 0 (libuv's default) to 1024.",
                    options.uv_threads));
  }
  RequireResources(options);
  ClaimProcess(options);
  if (!options.own_process) host::ProtectLoops();
  if (options.uv_threads > 0) StartThreadPool(options.uv_threads);

  std::vector<std::string> args = {options.args.empty() ? "node" : options.args.front()};
  const std::vector<std::string> words = OptionsForNode(options);
  args.insert(args.end(), words.begin(), words.end());
  args.insert(args.end(), options.node_options.begin(), options.node_options.end());
  if (options.own_process && !options.args.empty()) {
    args.insert(args.end(), options.args.begin() + 1, options.args.end());
  }
  detail::WatchForks(&detail::JsThread::ForgetCurrent);
  host::GiveProcessTitle();
  const auto result = [&] {
    const host::NodeVariablesHidden hidden(!options.allow_node_options_variable);
    const host::SignalsBlocked blocked(!options.own_process);  // for threads that Node starts
    return node::InitializeOncePerProcess(args, StartFlags(options));
  }();
  if (result->early_return()) {
    Refuse(fmt::format("{}", fmt::join(result->errors(), "\n")), result->exit_code(),
           options.own_process);
  }
  // Node takes what is left for a script and its arguments, which a library does not run.
  if (!options.own_process && result->args().size() > 1) {
    Refuse(NoOption(result->args()[1]), host::kInvalidArgumentCode, /*own_process=*/false);
  }

  impl_ = std::make_unique<Impl>();
  impl_->options = std::move(options);
  impl_->args = result->args();
  impl_->exec_args = result->exec_args();
  impl_->exec_args.erase(impl_->exec_args.begin(),
                         impl_->exec_args.begin() + static_cast<std::ptrdiff_t>(words.size()));
  impl_->versions = FindVersions();
  {
    const host::SignalsBlocked blocked(!impl_->options.own_process);
    impl_->watchdog->Start();
    impl_->node_platform.reset(result->platform());
    if (!impl_->node_platform) {
      impl_->node_platform = node::MultiIsolatePlatform::Create(impl_->options.v8_threads);
      v8::V8::InitializePlatform(impl_->node_platform.get());
    }
  }
  v8::V8::Initialize();
  host::MakeAddressTable();
  impl_->snapshot = host::StartSnapshot::Find(impl_->options, impl_->exec_args);
  if (!impl_->options.own_process) impl_->broken_pipes.emplace();
  impl_->guards = host::PutUpGuards(impl_->options, *impl_->node_platform);
  host::ReportMissing(impl_->guards, impl_->options.on_log);
  // V8's threads outlive a plug-in that is closed, and Node.js could not be started anew.
  host::KeepLoaded(reinterpret_cast<const void*>(&StopAtProcessExit));
  host::KeepLoadedForAll(reinterpret_cast<const void*>(&node::SpinEventLoop));
  const std::lock_guard lock(start_mutex);
  living = impl_.get();
  std::atexit(&StopAtProcessExit);
}

NodejsPlatform::~NodejsPlatform() {
  if (detail::InForkedChild()) {
    // Its threads are not there to be joined.
    static_cast<void>(impl_.release());
    return;
  }
  const bool ended = impl_->StopAll(std::chrono::milliseconds::max());
  if (ended) {
    v8::V8::Dispose();
    if (Traces(impl_->options)) {
      static_cast<void>(impl_->node_platform.release());  // Node's own
      node::TearDownOncePerProcess();                     // writes the trace events that are left
    } else {
      v8::V8::DisposePlatform();
      // Without TearDownOncePerProcess: it frees root certificates that libnode keeps in static
      // objects, and those are gone when a static platform is destroyed at the end of the process.
    }
    host::ForgetSignals();
  }
  const std::lock_guard lock(start_mutex);
  // A thread that native code holds, or that is the calling one, uses the platform when it returns:
  // so the platform is kept.
  if (ended) {
    living = nullptr;
  } else {
    static_cast<void>(impl_.release());
  }
  started =
      "The NodejsPlatform of this process is gone, and Node.js can be started only once. Keep it "
      "for as long as the program needs JavaScript.";
}

Environment NodejsPlatform::CreateEnvironment(EnvironmentOptions options) {
  detail::CheckNotForked();
  auto driver = std::make_shared<host::ThreadDriver>(*impl_, std::move(options));
  impl_->Start(driver);
  return Environment(std::move(driver));
}

const Versions& NodejsPlatform::versions() const noexcept { return impl_->versions; }

const std::string& NodejsPlatform::snapshot() const noexcept {
  static const std::string none;
  return impl_->snapshot ? impl_->snapshot->path() : none;
}

const std::vector<Guard>& NodejsPlatform::guards() const noexcept { return impl_->guards; }

}  // namespace nodehost
