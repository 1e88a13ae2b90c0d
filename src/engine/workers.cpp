#include "workers.hpp"

#include <utility>

#include "catch.hpp"
#include "host_functions.hpp"
#include "js_errors.hpp"
#include "node_version.hpp"
#include "realm.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::detail {

namespace {

void EndWorker(JsThread& thread) {
  thread.life().EndJavaScript({.reason = EndReason::kTerminated});
  thread.access().RequestCheck();
  thread.Refuse();
}

// ended(threadId), of JavaScript's.
void Ended(const v8::FunctionCallbackInfo<v8::Value>& info) {
  if (!info[0]->IsInt32()) return;
  static_cast<Workers*>(ExternalPointer(info.Data()))->End(info[0].As<v8::Int32>()->Value());
}

}  // namespace

void Workers::Offer(Realm& realm, const Module& module) {
  Watch(realm);
  const std::lock_guard lock(mutex_);
  offered_.push_back(module);
}

std::vector<Module> Workers::offered() const {
  const std::lock_guard lock(mutex_);
  return offered_;
}

void Workers::Watch(Realm& realm) {
  v8::Isolate* const isolate = realm.isolate();
  const v8::HandleScope scope(isolate);
  const v8::Local<v8::Context> context = realm.context();
  const Catch caught(realm);
  const v8::Local<v8::Object> options = v8::Object::New(isolate);
  v8::Local<v8::Function> ended;
  // The environment, which joins its Workers, outlives both ends of the call.
  if (!v8::Function::New(context, &Ended, NewExternal(isolate, this), 1,
                         v8::ConstructorBehavior::kThrow)
           .ToLocal(&ended) ||
      options->CreateDataProperty(context, realm.String("ended"), ended).IsNothing()) {
    ThrowCaught(realm, caught);
  }
  RunHostScript(realm, "first_use/worker_ends.js", options);
}

void Workers::Enter(int id, const std::shared_ptr<JsThread>& thread) {
  const std::lock_guard lock(mutex_);
  if (ended_) std::rethrow_exception(thread->StoppedError());
  threads_[id] = thread;
}

void Workers::Leave(int id) {
  std::shared_ptr<JsThread> left;  // goes after the lock
  const std::lock_guard lock(mutex_);
  const auto found = threads_.find(id);
  if (found == threads_.end()) return;
  left = std::move(found->second);
  threads_.erase(found);
}

void Workers::End(int id) {
  std::shared_ptr<JsThread> thread;
  {
    const std::lock_guard lock(mutex_);
    const auto found = threads_.find(id);
    if (found != threads_.end()) thread = found->second;
  }
  if (thread) EndWorker(*thread);
}

void Workers::EndAll() {
  std::map<int, std::shared_ptr<JsThread>> threads;
  // What they hold may hold callbacks, which hold a thread, which holds this.
  std::vector<Module> offered;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    threads = threads_;
    offered.swap(offered_);
  }
  for (const auto& [id, thread] : threads) EndWorker(*thread);
}

}  // namespace nodehost::detail
