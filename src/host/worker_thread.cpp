#include "worker_thread.hpp"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "engine/catch.hpp"
#include "engine/host_functions.hpp"
#include "engine/node_version.hpp"
#include "engine/realm.hpp"
#include "engine/v8_strings.hpp"

namespace nodehost::host {

namespace {

// `require('worker_threads').threadId`; nothing if that threw.
std::optional<int> ThreadId(v8::Local<v8::Context> context, v8::Local<v8::Value> require) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  v8::Local<v8::Value> name = detail::ToV8String(isolate, "worker_threads");
  v8::Local<v8::Value> exports;
  v8::Local<v8::Value> id;
  if (!require->IsFunction() ||
      !require.As<v8::Function>()
           ->Call(context, v8::Undefined(isolate), 1, &name)
           .ToLocal(&exports) ||
      !exports->IsObject() ||
      !exports.As<v8::Object>()
           ->Get(context, detail::ToV8String(isolate, "threadId"))
           .ToLocal(&id) ||
      !id->IsInt32()) {
    return std::nullopt;
  }
  return id.As<v8::Int32>()->Value();
}

}  // namespace

WorkerThread::WorkerThread(const Parent& parent, int id, node::Environment* environment,
                           v8::Isolate* isolate)
    : JsThread(fmt::format("{}, Worker {}", parent.name, id)),
      id_(id),
      environment_(environment),
      isolate_(isolate),
      workers_(parent.workers),
      jobs_(*this, *parent.platform.node_platform, [this] { NoticeEnd(); }),
      deadlines_(*this, jobs_, parent.platform.watchdog) {}

WorkerThread::~WorkerThread() = default;

void WorkerThread::Start(const Parent& parent, v8::Local<v8::Value> require) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  const v8::HandleScope scope(isolate);
  const v8::Local<v8::Context> context = isolate->GetCurrentContext();
  const std::optional<int> id = ThreadId(context, require);
  if (!id) return;
  std::string failure;
  try {
    const auto thread =
        std::make_shared<WorkerThread>(parent, *id, node::GetCurrentEnvironment(context), isolate);
    thread->self_ = thread;
    node::AddEnvironmentCleanupHook(
        isolate, [](void* data) { static_cast<WorkerThread*>(data)->Close(); }, thread.get());
    thread->Open(parent.base_dir, require);
    return;
  } catch (const std::exception& error) {
    failure = error.what();
  }
  isolate->ThrowException(v8::Exception::Error(detail::ToV8String(isolate, failure)));
}

void WorkerThread::Open(const std::string& base_dir, v8::Local<v8::Value> require) {
  const v8::Local<v8::Context> context = isolate_->GetCurrentContext();
  uv_loop_t* const loop = node::GetCurrentEventLoop(isolate_);
  current_.emplace(*this);
  // Node's own allocator of a Worker is kept by each block of memory that it has made.
  realm_ = std::make_unique<detail::RealmOwner>(*this, isolate_, context,
                                                detail::RealmResources{nullptr, workers_});
  deadlines_.Open(loop, isolate_);
  jobs_.Open(loop, isolate_, /*keeps_loop_alive=*/false);
  life().Attach([environment = environment_] { node::Stop(environment); });
  life().SetReady();
  workers_->Enter(id_, shared_from_this());

  detail::Realm& realm = *realm_->operator->();
  detail::TakeRequire(realm, require);
  const v8::Local<v8::Object> options = v8::Object::New(isolate_);
  const auto set = [&](std::string_view name, v8::Local<v8::Value> value) {
    options->CreateDataProperty(context, realm.String(name), value).Check();
  };
  set("baseDir", realm.String(base_dir));
  set("inWorker", v8::True(isolate_));
  realm.bridge().SetOptions(options);
  workers_->Watch(realm);
  for (const Module& module : workers_->offered()) detail::AddModule(realm, module);
}

// The last that happens here: the Worker's JavaScript is over, and Node frees its environment.
void WorkerThread::Close() {
  const v8::HandleScope scope(isolate_);
  life().Detach();
  EndJavaScript({.reason = EndReason::kFinished});
  Refuse();
  workers_->Leave(id_);
  realm_.reset();
  deadlines_.Close();
  jobs_.Close();
  life().SetEnded();
  current_.reset();
  const auto last = std::move(self_);
}

void WorkerThread::LoseCurrent() noexcept {
  auto* const self = dynamic_cast<WorkerThread*>(Current());
  if (!self) return;
  detail::Realm* const realm = self->realm();
  self->life().Detach();
  self->EndJavaScript({.reason = EndReason::kFatalError,
                       .text = "V8 or Node met a fatal error, after which V8 cannot go on"});
  self->Refuse();
  self->jobs_.CancelRunning(self->StoppedError());
  if (realm) realm->waiters().Cancel(self->StoppedError());
  self->life().SetParked("The thread of a Worker, parked for ever");
}

// Node ends a Worker by process.exit() in it, from outside, or when it has nothing left to do, and
// turns its loop once more in the clean-up. It makes no callbacks then, which shows it.
void WorkerThread::NoticeEnd() {
  const v8::HandleScope scope(isolate_);
  const v8::TryCatch caught(isolate_);
  bool called = false;
  v8::Local<v8::Function> call;
  if (v8::Function::New(
          isolate_->GetCurrentContext(),
          [](const v8::FunctionCallbackInfo<v8::Value>& info) {
            *static_cast<bool*>(detail::ExternalPointer(info.Data())) = true;
          },
          detail::NewExternal(isolate_, &called))
          .ToLocal(&call)) {
    // What it returns says nothing: outside of other callbacks, undefined where there was no call.
    static_cast<void>(
        node::MakeCallback(isolate_, v8::Object::New(isolate_), call, 0, nullptr, {0, 0}));
  }
  if (called) return;
  life().Detach();  // there is nothing left to stop
  EndJavaScript({.reason = EndReason::kFinished});
}

}  // namespace nodehost::host
