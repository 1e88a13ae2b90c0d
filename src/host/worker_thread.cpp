#include "worker_thread.hpp"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "engine/catch.hpp"
#include "engine/host_functions.hpp"
#include "engine/js_errors.hpp"
#include "engine/node_version.hpp"
#include "engine/realm.hpp"
#include "engine/v8_strings.hpp"
#include "termination.hpp"

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
      deadlines_(*this, jobs_, nullptr, parent.platform.watchdog) {}

WorkerThread::~WorkerThread() = default;

void WorkerThread::Start(const Parent& parent, v8::Local<v8::Value> require) {
  v8::Isolate* const isolate = v8::Isolate::GetCurrent();
  const v8::HandleScope scope(isolate);
  const v8::Local<v8::Context> context = isolate->GetCurrentContext();
  const std::optional<int> id = ThreadId(context, require);
  if (!id) return;
  std::shared_ptr<WorkerThread> thread;
  try {
    thread =
        std::make_shared<WorkerThread>(parent, *id, node::GetCurrentEnvironment(context), isolate);
    thread->self_ = thread;
    node::AddEnvironmentCleanupHook(
        isolate, [](void* data) { static_cast<WorkerThread*>(data)->Close(); }, thread.get());
    thread->Open(parent, require);
  } catch (const std::exception& error) {
    detail::Realm* const realm = thread ? thread->realm() : nullptr;
    isolate->ThrowException(realm
                                ? detail::ToJsError(*realm, std::current_exception())
                                : v8::Exception::Error(detail::ToV8String(isolate, error.what())));
  }
}

void WorkerThread::Open(const Parent& parent, v8::Local<v8::Value> require) {
  const v8::Local<v8::Context> context = isolate_->GetCurrentContext();
  uv_loop_t* const loop = node::GetCurrentEventLoop(isolate_);
  current_.emplace(*this);
  // Node's own allocator of a Worker is kept by each block of memory that it has made.
  realm_ = std::make_unique<detail::RealmOwner>(*this, isolate_, context,
                                                detail::RealmResources{nullptr, workers_});
  deadlines_.Open(loop, isolate_);
  jobs_.Open(loop, isolate_, /*keeps_loop_alive=*/false);
  MakeNothing();
  life().Attach(TerminationOf(*this, environment_, parent.platform.watchdog,
                              [workers = workers_, id = id_] { workers->EndOwn(id); }));
  life().SetReady();
  workers_->Enter(id_, shared_from_this());

  detail::Realm& realm = *realm_->operator->();
  detail::TakeRequire(realm, require);
  const v8::Local<v8::Object> options = v8::Object::New(isolate_);
  const auto set = [&](std::string_view name, v8::Local<v8::Value> value) {
    options->CreateDataProperty(context, realm.String(name), value).Check();
  };
  set("baseDir", realm.String(parent.base_dir));
  set("inWorker", v8::True(isolate_));
  realm.bridge().SetOptions(options);
  workers_->Watch(realm);
  const auto offered = workers_->offered();
  if (!offered) return;
  for (const Module& module : *offered) detail::AddModule(realm, module);
}

void WorkerThread::MakeNothing() {
  v8::ScriptCompiler::Source source(
      v8::String::Empty(isolate_),
      detail::OriginOf(isolate_, detail::ToV8String(isolate_, "nodehost:nothing")));
  v8::Local<v8::Function> nothing;
  if (v8::ScriptCompiler::CompileFunction(isolate_->GetCurrentContext(), &source)
          .ToLocal(&nothing)) {
    nothing_.Reset(isolate_, nothing);
  }
}

// The last that happens here: the Worker's JavaScript is over, and Node frees its environment.
void WorkerThread::Close() {
  const v8::HandleScope scope(isolate_);
  life().Detach();
  EndJavaScript({.reason = EndReason::kFinished});
  Refuse();
  workers_->Leave(id_, life().end());
  nothing_.Reset();
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

// In its clean-up, at the end of a Worker, Node turns the loop once more and lets no JavaScript
// run: V8 throws. Ends that come earlier are told.
void WorkerThread::NoticeEnd() {
  if (nothing_.IsEmpty()) return;  // terminated at its start
  const v8::HandleScope scope(isolate_);
  const v8::TryCatch caught(isolate_);
  const bool runs = !nothing_.Get(isolate_)
                         ->Call(isolate_->GetCurrentContext(), v8::Undefined(isolate_), 0, nullptr)
                         .IsEmpty();
  if (runs || caught.HasTerminated()) return;
  life().Detach();  // there is nothing left to stop
  EndJavaScript({.reason = EndReason::kFinished});
}

}  // namespace nodehost::host
