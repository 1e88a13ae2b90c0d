#include "instance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/activity.hpp"
#include "engine/host_functions.hpp"
#include "engine/js_errors.hpp"
#include "engine/realm.hpp"
#include "engine/start_scripts.hpp"
#include "engine/uncaught.hpp"
#include "node_setup.hpp"
#include "nodehost/errors.hpp"
#include "process/reaper.hpp"
#include "termination.hpp"
#include "worker_thread.hpp"

namespace node {
// What process.exit calls; not in Node's public headers, and null where libnode does not export it.
[[gnu::weak]] void StopWorkers(Environment*) __asm__(
    "_ZN4node11Environment24stop_sub_worker_contextsEv");
}  // namespace node

namespace nodehost::host {

namespace {

std::string CheckedBaseDir(const EnvironmentOptions& options) {
  const std::string& base_dir = options.base_dir;
  std::error_code error;
  const auto path = std::filesystem::absolute(base_dir, error).lexically_normal();
  if (error || !std::filesystem::is_directory(path, error)) {
    // Modules of a command line are looked for by where its script is, and `node` starts in a
    // directory that is gone.
    if (options.run_command_line) return "/";
    throw HostError(
        fmt::format("EnvironmentOptions::base_dir: \"{}\" is not a directory. It must name the "
                    "directory modules are resolved from.",
                    base_dir));
  }
  return path.string();
}

// The platform's, and what the options had, which is taken out of them.
std::vector<Module> TakeModules(const PlatformOptions& platform, EnvironmentOptions& options) {
  std::vector<Module> modules = platform.modules;
  std::ranges::move(std::exchange(options.modules, {}), std::back_inserter(modules));
  return modules;
}

// Without on_log, texts about uncaught errors go to on_stderr.
EnvironmentOptions WithLog(EnvironmentOptions options) {
  if (!options.on_log && options.on_stderr) {
    options.on_log = [write = options.on_stderr](std::string_view text) {
      write(std::string(text) + '\n');
    };
  }
  return options;
}

// libuv waits for the children of living loops only.
void ReapChildren(uv_loop_t* loop, Watchdog& watchdog) {
  std::vector<int> children;
  uv_walk(
      loop,
      [](uv_handle_t* handle, void* list) {
        if (handle->type != UV_PROCESS || uv_is_active(handle) == 0) return;
        static_cast<std::vector<int>*>(list)->push_back(
            uv_process_get_pid(reinterpret_cast<uv_process_t*>(handle)));
      },
      &children);
  if (children.empty()) return;
  const auto in_a_moment = [] { return Watchdog::Clock::now() + std::chrono::milliseconds(100); };
  watchdog.At(in_a_moment(),
              [reaper = Reaper(std::move(children)),
               in_a_moment]() mutable -> std::optional<Watchdog::Clock::time_point> {
                if (!reaper.Look()) return std::nullopt;
                return in_a_moment();
              });
}

}  // namespace

Instance::Entered::Entered(Instance& instance)
    : current_(instance.thread_),
      locker_(instance.setup_->isolate()),
      isolate_scope_(instance.setup_->isolate()),
      handle_scope_(instance.setup_->isolate()),
      context_scope_(instance.setup_->context()) {}

Instance::Instance(detail::JsThread& thread, PlatformState& platform, EnvironmentOptions options)
    : thread_(thread),
      platform_(platform),
      modules_(TakeModules(platform.options, options)),
      options_(WithLog(std::move(options))),
      base_dir_(CheckedBaseDir(options_)),
      boundary_(options_, platform.options.own_process),
      debugger_(thread),
      stopper_(thread, boundary_, debugger_, *platform.watchdog),
      jobs_(thread, *platform.node_platform),
      deadlines_(thread, jobs_, &debugger_, platform.watchdog),
      fatal_errors_(thread, jobs_, stopper_, options_),
      memory_limits_(thread),
      busy_watch_(options_) {
  boundary_.on_worker_lost = [this] {
    WorkerThread::LoseCurrent();
    fatal_errors_.OnWorkerLost();
  };
  boundary_.on_inspector = [this](std::string url) { debugger_.OnOpen(std::move(url)); };
  boundary_.wait_for_debugger = [this](const std::function<void()>& wait) {
    debugger_.WaitForDebugger(wait, std::nullopt);
    deadlines_.StopWhatIsDue();
  };
}

Instance::~Instance() = default;

void Instance::SetUp() {
  setup_ = MakeSetup(platform_, options_);
  boundary_.has_name_in_argv = !options_.run_command_line;
  boundary_.takes_process_state = platform_.snapshot && !options_.run_command_line;
  boundary_.takes_kept_functions = platform_.snapshot && !platform_.options.snapshot.empty();
}

void Instance::Load() {
  realm_ = std::make_unique<detail::RealmOwner>(
      thread_, setup_->isolate(), setup_->context(),
      detail::RealmResources{setup_->array_buffer_allocator(), workers_});
  detail::Realm& realm = *realm_->operator->();
  node::SetProcessExitHandler(setup_->env(),
                              [this](node::Environment*, int code) { OnProcessExit(code); });
  OpenHandles();
  node::AddEnvironmentCleanupHook(
      setup_->isolate(), [](void* data) { static_cast<Instance*>(data)->CloseHandles(); }, this);
  detail::BeginBoundary(realm, boundary_);
  detail::SetEnvironmentVariables(realm, base_dir_, options_.env, !platform_.options.own_process,
                                  boundary_.hides_variables());
  detail::InstallUncaughtHandlers(realm, options_);
  const auto attach = [&] {
    thread_.life().Attach(TerminationOf(thread_, setup_->env(), platform_.watchdog,
                                        [workers = workers_] { workers->EndAll(); }));
  };
  if (options_.run_command_line) {
    attach();
    thread_.life().SetReady();
    static_cast<void>(
        node::LoadEnvironment(setup_->env(), node::StartExecutionCallback{}, Preload()));
    if (boundary_.failure) std::rethrow_exception(boundary_.failure);
    return;
  }
  LoadLibrary();
  attach();  // no sooner: nothing of the program's has run
  debugger_.Prepare(setup_->isolate());
  deadlines_.RunStart([this] { RunStartScript(); }, options_.start_timeout, stopper_);
}

node::EmbedderPreloadCallback Instance::Preload() {
  return [this, put_in_force = detail::PreloadOf(boundary_)](
             node::Environment* env, v8::Local<v8::Value> process, v8::Local<v8::Value> require) {
    if (thread_.IsCurrent()) {
      put_in_force(env, process, require);
      if (options_.run_command_line) PrepareCommandLine();
      return;
    }
    v8::Isolate* const isolate = v8::Isolate::GetCurrent();
    v8::TryCatch caught(isolate);
    detail::ListenForUncaughtOnce(isolate);
    put_in_force(env, process, require);
    if (!caught.HasCaught() && workers_->offered()) {
      WorkerThread::Start({platform_, thread_.name(), base_dir_, workers_}, require);
    }
    if (caught.HasCaught()) caught.ReThrow();
  };
}

void Instance::PrepareCommandLine() {
  try {
    AddModules(thread_.js());
  } catch (...) {
    if (!boundary_.failure) boundary_.failure = std::current_exception();
  }
  if (!boundary_.failure) return;
  // No script may run without the limits that it was to have: Node prints this, and ends.
  detail::Realm& realm = *realm_->operator->();
  setup_->isolate()->ThrowException(detail::ToJsError(realm, boundary_.failure));
}

// They are not kept here: what JavaScript has left in one, as a callback, keeps this object.
void Instance::AddModules(Js& js) {
  for (const Module& module : std::exchange(modules_, {})) js.AddModule(module);
}

void Instance::LoadLibrary() {
  std::exception_ptr failure;
  const auto loaded = node::LoadEnvironment(
      setup_->env(),
      [&](const node::StartExecutionCallbackInfo& info) -> v8::MaybeLocal<v8::Value> {
        try {
          detail::Realm& realm = *thread_.realm();
          if (!realm.host_scripts().has_require()) {
            if (platform_.snapshot) {
              throw PlatformError(
                  fmt::format("{} keeps Node.js from running what limits JavaScript.",
                              platform_.snapshot->path()));
            }
            detail::TakeRequire(realm, info.native_require);
          }
          realm.bridge().Load();
        } catch (...) {
          failure = std::current_exception();
        }
        return v8::Undefined(setup_->isolate());
      },
      Preload());
  if (boundary_.failure) std::rethrow_exception(boundary_.failure);
  if (failure) std::rethrow_exception(failure);
  if (loaded.IsEmpty()) throw PlatformError("Node.js could not load its environment.");
}

void Instance::RunStartScript() {
  if (options_.start_script.empty() && modules_.empty()) return;
  auto run = [this](Js& js) {
    AddModules(js);
    if (!options_.start_script.empty()) js.Eval(options_.start_script, "start_script.js");
  };
  detail::RunJob job(run);
  detail::BorrowedJob borrowed(job);
  jobs_.Run(borrowed);
  job.Take();
}

void Instance::OpenHandles() {
  uv_loop_t* const loop = setup_->event_loop();
  v8::Isolate* const isolate = setup_->isolate();
  stopper_.Open(loop, isolate);
  memory_limits_.Open(isolate, options_, platform_.options.own_process);
  deadlines_.Open(loop, isolate);
  busy_watch_.Open(loop, isolate);
  // A library's environment lives until it is stopped; a command's, until it has nothing to do.
  jobs_.Open(loop, isolate, /*keeps_loop_alive=*/!options_.run_command_line);
  meter_.Open(loop, isolate, jobs_.wake(), options_.max_heap_mb << 20);
  if (options_.low_memory) idle_collector_.Open(loop, isolate);
}

void Instance::CloseHandles() {
  idle_collector_.Close();
  meter_.Close();
  jobs_.Close();
  busy_watch_.Close();
  deadlines_.Close();
  memory_limits_.Close();
  stopper_.Close();
}

void Instance::OnProcessExit(int exit_code) {
  if (!thread_.EndJavaScript({.exit_code = exit_code})) return;
  thread_.Refuse();
  detail::ThrowTermination(setup_->isolate());
}

void Instance::Conclude(int exit_code) {
  thread_.EndJavaScript({.reason = EndReason::kFinished});
  fatal_errors_.LogEnd();
  thread_.life().Note({.exit_code = exit_code});  // that of process.exit stays
  thread_.Refuse();
  workers_->EndAll();
  workers_->Clear();
  thread_.life().Detach();
  debugger_.CloseInspector(setup_->isolate());
  if (!platform_.options.own_process) ReapChildren(setup_->event_loop(), *platform_.watchdog);
  realm_.reset();
}

void Instance::Free() {
  const detail::JsThread::CurrentScope current(thread_);
  if (setup_) FreeSetup(platform_, std::move(setup_));
  boundary_.Close();
}

void Instance::EndWorkers() {
  if (!node::StopWorkers || !setup_ || v8::Isolate::TryGetCurrent() != setup_->isolate()) return;
  // Or the listeners of the Workers' ends would run.
  thread_.EndJavaScript({.reason = EndReason::kFinished});
  const v8::HandleScope handle_scope(setup_->isolate());
  const v8::Context::Scope context_scope(setup_->context());
  node::StopWorkers(setup_->env());
}

void Instance::WatchBusy() {
  if (!options_.on_busy) return;
  platform_.watchdog->At(
      Watchdog::Clock::now(),
      [this,
       weak_thread = thread_.weak_from_this()]() -> std::optional<Watchdog::Clock::time_point> {
        const auto thread = weak_thread.lock();  // keeps this object alive
        const auto progress = thread ? meter_.Progress() : std::nullopt;
        if (!progress) return std::nullopt;
        return busy_watch_.Look(*progress);
      });
}

Statistics Instance::ReadStatistics(std::chrono::milliseconds timeout) {
  Statistics statistics = meter_.Read(timeout);
  statistics.queue_length = thread_.queue().size();
  return statistics;
}

}  // namespace nodehost::host
