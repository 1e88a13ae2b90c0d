#include "workers.hpp"

#include <fmt/format.h>

#include <utility>

#include "catch.hpp"
#include "host_functions.hpp"
#include "js_errors.hpp"
#include "node_version.hpp"
#include "realm.hpp"
#include "thread/js_thread.hpp"
#include "v8_strings.hpp"

namespace nodehost::detail {

namespace {

void EndWorker(JsThread& thread) {
  thread.life().EndJavaScript({.reason = EndReason::kTerminated});
  thread.access().RequestCheck();
  thread.Refuse();
}

Workers& WorkersOf(const v8::FunctionCallbackInfo<v8::Value>& info) {
  return *static_cast<Workers*>(ExternalPointer(info.Data()));
}

int IdAt(const v8::FunctionCallbackInfo<v8::Value>& info, int index) {
  return info[index]->IsInt32() ? info[index].As<v8::Int32>()->Value() : -1;
}

// The functions that js/first_use/worker_ends.js calls.

void OnStarted(const v8::FunctionCallbackInfo<v8::Value>& info) {
  WorkersOf(info).Started(IdAt(info, 0), IdAt(info, 1));
}

void OnEnded(const v8::FunctionCallbackInfo<v8::Value>& info) {
  WorkersOf(info).End(IdAt(info, 0));
}

void OnEnding(const v8::FunctionCallbackInfo<v8::Value>& info) {
  WorkersOf(info).EndOwn(IdAt(info, 0));
}

void GetFailure(const v8::FunctionCallbackInfo<v8::Value>& info) {
  info.GetReturnValue().Set(
      ToV8String(info.GetIsolate(), WorkersOf(info).TakeFailure(IdAt(info, 0))));
}

// exit(reallyExit, code), in a Worker.
void OnExit(const v8::FunctionCallbackInfo<v8::Value>& info) {
  v8::Isolate* const isolate = info.GetIsolate();
  const v8::Local<v8::Context> context = isolate->GetCurrentContext();
  JsThread* const thread = JsThread::Current();
  int code = 0;
  if (!thread || !info[1]->Int32Value(context).To(&code)) return;
  v8::Local<v8::Value> argument = v8::Integer::New(isolate, code);
  // Node takes the code down and has V8 end JavaScript.
  [[maybe_unused]] const v8::MaybeLocal<v8::Value> nothing =
      info[0].As<v8::Function>()->Call(context, v8::Undefined(isolate), 1, &argument);
  thread->EndJavaScript({.exit_code = code});
  thread->Refuse();
}

}  // namespace

void Workers::Offer(Realm& realm, const Module& module) {
  Watch(realm);
  std::shared_ptr<const Modules> before;  // goes after the lock
  const std::lock_guard lock(mutex_);
  if (ended_) return;
  auto offered = std::make_shared<Modules>();
  if (offered_) *offered = *offered_;
  std::erase_if(*offered, [&](const Module& one) { return one.name() == module.name(); });
  offered->push_back(module);
  before = std::exchange(offered_, std::move(offered));
}

std::shared_ptr<const Workers::Modules> Workers::offered() const {
  const std::lock_guard lock(mutex_);
  return offered_;
}

void Workers::Watch(Realm& realm) {
  v8::Isolate* const isolate = realm.isolate();
  const v8::HandleScope scope(isolate);
  const v8::Local<v8::Context> context = realm.context();
  const Catch caught(realm);
  const v8::Local<v8::Object> options = v8::Object::New(isolate);
  // The environment, which joins its Workers, outlives both ends of the calls.
  const v8::Local<v8::Value> data = NewExternal(isolate, this);
  const auto set = [&](std::string_view name, v8::FunctionCallback callback) {
    v8::Local<v8::Function> function;
    if (!v8::Function::New(context, callback, data, 0, v8::ConstructorBehavior::kThrow)
             .ToLocal(&function) ||
        options->CreateDataProperty(context, realm.String(name), function).IsNothing()) {
      ThrowCaught(realm, caught);
    }
  };
  set("started", &OnStarted);
  set("ended", &OnEnded);
  set("ending", &OnEnding);
  set("failure", &GetFailure);
  set("exit", &OnExit);
  RunHostScript(realm, "first_use/worker_ends.js", options);
}

void Workers::Started(int parent, int id) {
  const std::lock_guard lock(mutex_);
  workers_[id].parent = parent;
}

void Workers::Enter(int id, const std::shared_ptr<JsThread>& thread) {
  const std::lock_guard lock(mutex_);
  Entry& entry = workers_[id];
  const auto parent = entry.parent ? workers_.find(*entry.parent) : workers_.end();
  const bool parent_ended =
      parent != workers_.end() && parent->second.thread && parent->second.thread->life().over();
  if (ended_ || parent_ended) std::rethrow_exception(thread->StoppedError());
  entry.thread = thread;
}

void Workers::Leave(int id, const detail::End& end) {
  std::shared_ptr<JsThread> left;  // goes after the lock
  const std::lock_guard lock(mutex_);
  if (!end.text.empty()) failures_[id] = fmt::format("The Worker was ended, because {}", end.text);
  const auto found = workers_.find(id);
  if (found == workers_.end()) return;
  left = std::move(found->second.thread);
  workers_.erase(found);
}

std::string Workers::TakeFailure(int id) {
  const std::lock_guard lock(mutex_);
  const auto failure = failures_.extract(id);
  return failure ? failure.mapped() : std::string();
}

void Workers::End(int id) {
  std::shared_ptr<JsThread> thread;
  {
    const std::lock_guard lock(mutex_);
    const auto found = workers_.find(id);
    if (found != workers_.end()) thread = found->second.thread;
  }
  if (thread) EndWorker(*thread);
}

void Workers::EndOwn(int parent) {
  std::vector<std::shared_ptr<JsThread>> threads;
  {
    const std::lock_guard lock(mutex_);
    threads = ThreadsOf(parent);
  }
  for (const auto& thread : threads) EndWorker(*thread);
}

void Workers::EndAll() {
  std::vector<std::shared_ptr<JsThread>> threads;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    threads = ThreadsOf(std::nullopt);
  }
  for (const auto& thread : threads) EndWorker(*thread);
}

void Workers::Clear() {
  std::shared_ptr<const Modules> offered;  // goes after the lock
  const std::lock_guard lock(mutex_);
  offered.swap(offered_);
}

// With mutex_ held; of all without a parent.
std::vector<std::shared_ptr<JsThread>> Workers::ThreadsOf(std::optional<int> parent) const {
  std::vector<std::shared_ptr<JsThread>> threads;
  for (const auto& [id, worker] : workers_) {
    if (worker.thread && (!parent || worker.parent == parent)) threads.push_back(worker.thread);
  }
  return threads;
}

}  // namespace nodehost::detail
