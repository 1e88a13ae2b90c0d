#include "node_thread.hpp"

#include <cstring>
#include <utility>

#include "engine/realm.hpp"
#include "nodehost/errors.hpp"
#include "text.hpp"
#if defined(__linux__)
#include <pthread.h>
#endif

namespace nodehost::host {

namespace {

// V8 takes it that about 1 MB is there and checks against that; C++ below JS needs more.
constexpr std::size_t kStackBytes = 8 << 20;

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

}  // namespace

NodeThread::NodeThread(PlatformState& platform, EnvironmentOptions options)
    : JsThread(options.name),
      platform_(platform),
      options_(std::move(options)),
      base_dir_(CheckedBaseDir(options_.base_dir)) {}

void NodeThread::Start() {
  const uv_thread_options_t thread_options{UV_THREAD_HAS_STACK_SIZE, kStackBytes};
  // The thread keeps its object alive: an Environment may be destroyed on its own JS thread.
  auto* self =
      new std::shared_ptr<NodeThread>(std::static_pointer_cast<NodeThread>(shared_from_this()));
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
  std::unique_lock lock(mutex_);
  joined_ = false;
  changed_.wait(lock, [this] { return ready_; });
  const std::exception_ptr failure = start_error_;
  lock.unlock();
  if (!failure) return;
  WaitUntilEnded(std::nullopt);
  TryJoin();
  std::rethrow_exception(failure);
}

void NodeThread::Ready(std::exception_ptr failure) {
  const std::lock_guard lock(mutex_);
  if (ready_) return;
  ready_ = true;
  start_error_ = std::move(failure);
  changed_.notify_all();
}

void NodeThread::Main() {
  set_current(this);
  NameThread(options_.name);
  std::vector<std::string> args = platform_.args;
  if (!options_.run_command_line) args.resize(1);
  args.insert(args.end(), options_.args.begin(), options_.args.end());
  // Only a program's own Node may change the process's directory, ids and mask, and only one
  // environment of a process may own the inspector.
  const auto flags = options_.run_command_line ? node::EnvironmentFlags::kDefaultFlags
                                               : node::EnvironmentFlags::kNoFlags;
  try {
    std::vector<std::string> errors;
    auto setup = node::CommonEnvironmentSetup::Create(platform_.node_platform.get(), &errors, args,
                                                      platform_.exec_args, flags);
    if (!setup) throw PlatformError("Node.js could not make an environment: " + JoinLines(errors));
    RunEnvironment(*setup);
    setup.reset();  // Must not be done with the isolate locked.
  } catch (...) {
    Refuse();
    Ready(std::current_exception());
  }
  set_current(nullptr);
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

void NodeThread::RunEnvironment(node::CommonEnvironmentSetup& setup) {
  const v8::Locker locker(setup.isolate());
  const v8::Isolate::Scope isolate_scope(setup.isolate());
  const v8::HandleScope handle_scope(setup.isolate());
  const v8::Context::Scope context_scope(setup.context());
  detail::RealmOwner realm(*this, setup.isolate(), setup.context(), base_dir_.string());

  loop_ = setup.event_loop();
  node::SetProcessExitHandler(setup.env(),
                              [this](node::Environment*, int code) { OnProcessExit(code); });
  OpenLoopHandles();
  node::AddEnvironmentCleanupHook(
      setup.isolate(),
      [](void* data) {
        auto* const self = static_cast<NodeThread*>(data);
        uv_close(reinterpret_cast<uv_handle_t*>(&self->wake_), nullptr);
        uv_close(reinterpret_cast<uv_handle_t*>(&self->run_jobs_), nullptr);
      },
      this);
  {
    const std::lock_guard lock(mutex_);
    env_ = setup.env();
  }

  int code = 1;
  try {
    realm->SetEnvironmentVariables(options_.env, !options_.run_command_line);
    if (options_.run_command_line) {
      Ready(nullptr);
      static_cast<void>(node::LoadEnvironment(env_, node::StartExecutionCallback{}));
    } else {
      LoadLibraryEnvironment();
      Ready(nullptr);
    }
    code = node::SpinEventLoop(env_).FromMaybe(1);
  } catch (...) {
    Ready(std::current_exception());
  }
  if (!exited_) set_exit_code(code);
  Refuse();
  {
    // From here on nobody may call node::Stop.
    const std::lock_guard lock(mutex_);
    env_ = nullptr;
  }
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
  wake_.data = run_jobs_.data = this;
  // A library's environment lives until it is stopped; a command's, until it has nothing to do.
  if (options_.run_command_line) uv_unref(reinterpret_cast<uv_handle_t*>(&wake_));
  queue().Open([this] { uv_async_send(&wake_); });
}

void NodeThread::LoadLibraryEnvironment() {
  std::exception_ptr failure;
  const auto loaded = node::LoadEnvironment(
      env_, [&](const node::StartExecutionCallbackInfo& info) -> v8::MaybeLocal<v8::Value> {
        try {
          realm()->LoadBridge(info.native_require);
        } catch (...) {
          failure = std::current_exception();
        }
        return v8::Undefined(realm()->isolate());
      });
  if (failure) std::rethrow_exception(failure);
  if (loaded.IsEmpty()) throw PlatformError("Node.js could not load its environment.");
}

void NodeThread::RunJobs() {
  uv_check_stop(&run_jobs_);
  detail::Job* list = queue().TakeAll();
  while (list && !exited_) {
    v8::Isolate* const isolate = realm()->isolate();
    const v8::HandleScope handle_scope(isolate);
    // Closing the scope runs the nextTicks and microtasks the job has left. It is opened after the
    // job, not round it: a job that runs the loop inside itself must find Node outside a callback.
    detail::Job* const job = std::exchange(list, list->next);
    if (isolate->IsExecutionTerminating()) {
      job->Cancel(StoppedError());
    } else {
      job->Run(js());
    }
    job->Finish();
    const node::CallbackScope ticks(isolate, v8::Object::New(isolate), {0, 0});
  }
  CancelAll(list, StoppedError());
  const std::lock_guard lock(mutex_);
  if (stopping_) uv_unref(reinterpret_cast<uv_handle_t*>(&wake_));
}

void NodeThread::OnProcessExit(int code) {
  exited_ = true;
  set_exit_code(code);
  Refuse();
  node::Stop(env_);
}

bool NodeThread::SpinUntil(bool (*done)(void*), void* data) {
  CheckCurrent();
  // The handle that waits for jobs does not count: no job runs before the current one is done.
  const bool was_ref = uv_has_ref(reinterpret_cast<uv_handle_t*>(&wake_)) != 0;
  uv_unref(reinterpret_cast<uv_handle_t*>(&wake_));
  bool is_done = false;
  while (true) {
    realm()->RunTicks();
    is_done = done(data);
    if (is_done || realm()->isolate()->IsExecutionTerminating() || exited_) break;
    if (uv_run(loop_, UV_RUN_ONCE) != 0) continue;
    platform_.node_platform->DrainTasks(realm()->isolate());
    realm()->RunTicks();
    is_done = done(data);
    if (is_done || uv_loop_alive(loop_) == 0) break;
  }
  if (was_ref) uv_ref(reinterpret_cast<uv_handle_t*>(&wake_));
  if (!is_done && (exited_ || realm()->isolate()->IsExecutionTerminating())) {
    std::rethrow_exception(StoppedError());
  }
  return is_done;
}

void NodeThread::RequestStop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  queue().Seal();
}

void NodeThread::Stop(std::chrono::milliseconds deadline) {
  RequestStop();
  if (IsCurrent()) return;
  if (!WaitUntilEnded(deadline)) {
    Terminate();
    WaitUntilEnded(std::nullopt);
  }
  TryJoin();
}

void NodeThread::Terminate() {
  const std::lock_guard lock(mutex_);
  terminated_ = true;
  if (env_) node::Stop(env_);
}

int NodeThread::WaitForExit() {
  if (IsCurrent()) {
    throw HostError("WaitForExit was called on the JS thread of environment \"" + name() +
                    "\", which would wait for itself. Call it on another thread.");
  }
  WaitUntilEnded(std::nullopt);
  TryJoin();
  return exit_code().value_or(1);
}

bool NodeThread::WaitUntilEnded(std::optional<std::chrono::milliseconds> timeout) {
  std::unique_lock lock(mutex_);
  const auto ended = [this] { return ended_; };
  if (timeout) return changed_.wait_for(lock, *timeout, ended);
  changed_.wait(lock, ended);
  return true;
}

bool NodeThread::TryJoin() {
  {
    const std::lock_guard lock(mutex_);
    if (!ended_) return false;
    if (std::exchange(joined_, true)) return true;
  }
  uv_thread_join(&thread_);
  return true;
}

}  // namespace nodehost::host
