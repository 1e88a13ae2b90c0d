#include "node_thread.hpp"

#include <cstdint>
#include <utility>

#include "engine/activity.hpp"
#include "engine/boundary.hpp"
#include "engine/catch.hpp"
#include "engine/node_version.hpp"
#include "engine/realm.hpp"
#include "engine/uncaught.hpp"
#include "nodehost/errors.hpp"
#include "text.hpp"
#include "thread/fork_guard.hpp"
#if defined(__linux__)
#include <pthread.h>
#endif

namespace nodehost::host {

namespace {

// V8 takes it that about 1 MB is there and checks against that; C++ below JS needs more.
constexpr std::size_t kStackBytes = 8 << 20;

// Others that come or go take milliseconds.
constexpr std::chrono::seconds kCreationTime{10};

std::filesystem::path CheckedBaseDir(const std::string& base_dir) {
  std::error_code error;
  std::filesystem::path path = std::filesystem::absolute(base_dir, error).lexically_normal();
  if (error || !std::filesystem::is_directory(path, error)) {
    throw HostError("EnvironmentOptions::base_dir: \"" + base_dir +
                    "\" is not a directory. It must name the directory modules are resolved from.");
  }
  return path;
}

void NameThread([[maybe_unused]] const std::string& name) {
#if defined(__linux__)
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
#endif
}

// The text about an uncaught error is output, too.
EnvironmentOptions WithLog(EnvironmentOptions options) {
  if (!options.on_log && options.on_stderr) {
    options.on_log = [write = options.on_stderr](std::string_view text) {
      write(std::string(text) + '\n');
    };
  }
  return options;
}

}  // namespace

NodeThread::NodeThread(PlatformState& platform, EnvironmentOptions options)
    : JsThread(options.name),
      platform_(platform),
      options_(WithLog(std::move(options))),
      base_dir_(CheckedBaseDir(options_.base_dir)),
      boundary_(options_, platform.options.own_process) {
  boundary_.on_worker_lost = [this] { OnWorkerLost(); };
}

void NodeThread::Start() {
  const uv_thread_options_t thread_options{UV_THREAD_HAS_STACK_SIZE, kStackBytes};
  // The thread keeps its object alive: an Environment may be destroyed on its own JS thread.
  auto* self =
      new std::shared_ptr<NodeThread>(std::static_pointer_cast<NodeThread>(shared_from_this()));
  const SignalsBlocked blocked(!platform_.options.own_process);
  const int error = uv_thread_create_ex(
      &thread_, &thread_options,
      [](void* data) {
        const std::unique_ptr<std::shared_ptr<NodeThread>> owner(
            static_cast<std::shared_ptr<NodeThread>*>(data));
        (*owner)->Main();
      },
      self);
  if (error != 0) {
    delete self;
    throw PlatformError(std::string("The JS thread could not be started: ") + uv_strerror(error));
  }
  joined_ = false;
  const std::exception_ptr failure = life().WaitUntilStarted();
  if (!failure) return;
  life().WaitUntilEnded();
  TryJoin();
  std::rethrow_exception(failure);
}

std::unique_lock<std::timed_mutex> NodeThread::ComingOrGoing(
    std::optional<std::chrono::seconds> patience) {
  if (!detail::kIsolatesComeAndGoAlone) return {};
  std::unique_lock lock(platform_.isolates_mutex, std::defer_lock);
  if (!patience) {
    lock.lock();
  } else if (!lock.try_lock_for(*patience)) {
    throw PlatformError(
        "Another environment's clean-up is held up by native code in one of its Workers, and no "
        "new environment can be made before it is done.");
  }
  return lock;
}

std::unique_ptr<node::CommonEnvironmentSetup> NodeThread::MakeSetup() {
  std::vector<std::string> args = platform_.args;
  if (!options_.run_command_line) args.resize(1);
  args.insert(args.end(), options_.args.begin(), options_.args.end());
  // Only a program's own Node may change the process's directory, ids and mask, and only one
  // environment of a process may own the inspector.
  std::uint64_t flags = options_.run_command_line ? node::EnvironmentFlags::kDefaultFlags
                                                  : node::EnvironmentFlags::kNoFlags;
  // $NODE_PATH and $HOME/.node_modules are somebody else's settings.
  if (!platform_.options.own_process) flags |= node::EnvironmentFlags::kNoGlobalSearchPaths;
  if (!options_.rights.native_addons) flags |= node::EnvironmentFlags::kNoNativeAddons;
  std::vector<std::string> errors;
  const std::unique_lock alone = ComingOrGoing(kCreationTime);
  auto setup = node::CommonEnvironmentSetup::Create(
      platform_.node_platform.get(), &errors, args, platform_.exec_args,
      static_cast<node::EnvironmentFlags::Flags>(flags));
  if (!setup) throw PlatformError("Node.js could not make an environment: " + JoinLines(errors));
  return setup;
}

void NodeThread::FreeSetup(std::unique_ptr<node::CommonEnvironmentSetup> setup) {
  const std::unique_lock alone = ComingOrGoing(std::nullopt);
  setup.reset();  // Must not be done with the isolate locked.
}

void NodeThread::Main() {
  set_current(this);
  has_own_thread_ = true;
  NameThread(options_.name);
  try {
    auto setup = MakeSetup();
    RunEnvironment(*setup);
    // The clean-up would wait for the Worker, and keep all other environments from coming and
    // going.
    if (worker_lost_) Park(EndReason::kFatalError, "a Worker was lost");
    FreeSetup(std::move(setup));
  } catch (...) {
    Refuse();
    life().FailStart(std::current_exception());
  }
  set_current(nullptr);
  SetEnded();
}

void NodeThread::SetEnded() {
  boundary_.Close();
  life().SetEnded();
}

void NodeThread::RunEnvironment(node::CommonEnvironmentSetup& setup) {
  const v8::Locker locker(setup.isolate());
  const v8::Isolate::Scope isolate_scope(setup.isolate());
  const v8::HandleScope handle_scope(setup.isolate());
  const v8::Context::Scope context_scope(setup.context());
  detail::RealmOwner realm(*this, setup.isolate(), setup.context(), base_dir_.string());
  Attach(setup);
  int code = 1;
  try {
    Load(*realm.operator->());
    WatchBusy();
    code = node::SpinEventLoop(env_).FromMaybe(1);
  } catch (...) {
    life().FailStart(std::current_exception());
  }
  Conclude(code);
}

void NodeThread::Attach(node::CommonEnvironmentSetup& setup) {
  isolate_ = setup.isolate();
  loop_ = setup.event_loop();
  env_ = setup.env();
  node::SetProcessExitHandler(setup.env(),
                              [this](node::Environment*, int code) { OnProcessExit(code); });
  OpenLoopHandles();
  node::AddEnvironmentCleanupHook(
      setup.isolate(), [](void* data) { static_cast<NodeThread*>(data)->CloseLoopHandles(); },
      this);
  life().Attach([this] { node::Stop(env_); });
}

void NodeThread::Load(detail::Realm& realm) {
  realm.SetEnvironmentVariables(options_.env, !platform_.options.own_process,
                                boundary_.hides_variables());
  detail::InstallUncaughtHandlers(realm, options_);
  if (options_.run_command_line) {
    life().SetReady();
    static_cast<void>(
        node::LoadEnvironment(env_, node::StartExecutionCallback{}, detail::PreloadOf(boundary_)));
  } else {
    LoadLibraryEnvironment();
    KeepCloseInspector();  // JavaScript may open it by itself
    RunStartScriptInTime();
  }
}

void NodeThread::Conclude(int code) {
  EndJavaScript({.reason = EndReason::kFinished});
  LogLoss();
  life().Note({.exit_code = code});  // that of process.exit stays
  Refuse();
  life().Detach();
  CloseInspector();
}

void NodeThread::OpenLoopHandles() {
  uv_async_init(loop_, &wake_, [](uv_async_t* async) {
    // Jobs are run in the check phase, which follows in the same turn of the loop, and not here:
    // while an async callback runs, a nested turn of the loop is deaf to other async handles.
    auto* const self = static_cast<NodeThread*>(async->data);
    uv_check_start(&self->run_jobs_,
                   [](uv_check_t* check) { static_cast<NodeThread*>(check->data)->RunJobs(); });
  });
  uv_check_init(loop_, &run_jobs_);
  uv_unref(reinterpret_cast<uv_handle_t*>(&run_jobs_));
  uv_timer_init(loop_, &stop_timer_);
  uv_unref(reinterpret_cast<uv_handle_t*>(&stop_timer_));
  wake_.data = run_jobs_.data = stop_timer_.data = this;
  alive_.Open(loop_, isolate_);
  OpenHeapLimit();
  OpenMeters();
  // A library's environment lives until it is stopped; a command's, until it has nothing to do.
  if (options_.run_command_line) uv_unref(reinterpret_cast<uv_handle_t*>(&wake_));
  queue().Open([this] { uv_async_send(&wake_); });
}

void NodeThread::CloseLoopHandles() {
  uv_close(reinterpret_cast<uv_handle_t*>(&wake_), nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&run_jobs_), nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&stop_timer_), nullptr);
  alive_.Close();
  CloseMeters();
  heap_limit_.Close();
}

void NodeThread::RunStartScript() {
  if (options_.start_script.empty()) return;
  static_cast<void>(js().Eval(options_.start_script, "start_script.js"));
  const node::CallbackScope ticks(isolate_, v8::Object::New(isolate_), {0, 0});
}

void NodeThread::LoadLibraryEnvironment() {
  std::exception_ptr failure;
  const auto loaded = node::LoadEnvironment(
      env_,
      [&](const node::StartExecutionCallbackInfo& info) -> v8::MaybeLocal<v8::Value> {
        try {
          realm()->LoadBridge(info.native_require);
        } catch (...) {
          failure = std::current_exception();
        }
        return v8::Undefined(isolate_);
      },
      detail::PreloadOf(boundary_));
  if (boundary_.failure) std::rethrow_exception(boundary_.failure);
  if (failure) std::rethrow_exception(failure);
  if (loaded.IsEmpty()) throw PlatformError("Node.js could not load its environment.");
}

void NodeThread::RunJobs() {
  uv_check_stop(&run_jobs_);
  // Jobs are done one after the other: none runs in the middle of one that spins the loop.
  if (spinning_ > 0) return;
  queue().StartBatch();
  while (!life().over()) {
    detail::Job* const job = queue().TakeNext();
    if (!job) break;
    const v8::HandleScope handle_scope(isolate_);
    // Node seals the handle scope round its loop. The first handle opens a block that the scopes
    // of the job's calls then share, instead of each opening and closing one of its own.
    static_cast<void>(isolate_->GetCurrentContext());
    // Closing the scope runs the nextTicks and microtasks the job has left. It is opened after the
    // job, not round it: a job that runs the loop inside itself must find Node outside a callback.
    job->next = std::exchange(running_, job);
    {
      const detail::JobCatch caught(realm());
      job->Run(js());
    }
    running_ = job->next;
    job->Finish();
    const node::CallbackScope ticks(isolate_, v8::Object::New(isolate_), {0, 0});
  }
  // What was queued before a stop is still done: its wake-up comes, and needs a loop that runs.
  if (queue().drained()) uv_unref(reinterpret_cast<uv_handle_t*>(&wake_));
}

void NodeThread::OnProcessExit(int code) {
  if (!EndJavaScript({.exit_code = code})) return;
  Refuse();
  detail::MeetTermination(isolate_);
}

void NodeThread::StopAfter(std::chrono::milliseconds deadline) {
  uv_timer_start(
      &stop_timer_,
      [](uv_timer_t* timer) {
        auto* const self = static_cast<NodeThread*>(timer->data);
        if (detail::Realm* const realm = self->realm()) {
          self->Terminate(detail::AliveResources(*realm));
        }
      },
      static_cast<std::uint64_t>(deadline.count()), 0);
}

bool NodeThread::SpinUntil(bool (*done)(void*), void* data) {
  const detail::JobCatch::Loop callbacks(detail::Realm::Of(*this));
  // The handle that waits for jobs does not count: no job runs before the current one is done.
  const bool was_ref = uv_has_ref(reinterpret_cast<uv_handle_t*>(&wake_)) != 0;
  uv_unref(reinterpret_cast<uv_handle_t*>(&wake_));
  bool is_done = false;
  ++spinning_;
  // The realm goes when JavaScript is over, and when a job with a deadline is to be stopped.
  const auto over = [this] { return life().over() || !realm(); };
  while (!over()) {
    realm()->RunTicks();
    is_done = done(data);
    if (is_done || over()) break;
    if (uv_run(loop_, UV_RUN_ONCE) != 0) continue;
    platform_.node_platform->DrainTasks(isolate_);
    if (over()) break;
    realm()->RunTicks();
    is_done = done(data);
    if (is_done || uv_loop_alive(loop_) == 0) break;
  }
  if (was_ref) uv_ref(reinterpret_cast<uv_handle_t*>(&wake_));
  if (--spinning_ == 0) uv_async_send(&wake_);  // for the jobs that were put off
  if (life().over()) uv_stop(loop_);            // the nested turns ate node::Stop's, meant for all
  if (!is_done && over()) std::rethrow_exception(StoppedError());
  return is_done;
}

}  // namespace nodehost::host
