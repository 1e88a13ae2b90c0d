// What debuggers hold of a NodeThread, and how it is taken back from them.
#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

#include "node_thread.hpp"
#include "thread/timeout.hpp"

namespace nodehost::host {

using std::chrono_literals::operator""ms;

namespace {

// JavaScript that nobody has paused is gone by then.
constexpr auto kOwnTime = 20ms;

// process._debugEnd, the function behind inspector.close: no JavaScript, so it can still be called
// when that is over.
v8::MaybeLocal<v8::Function> CloseFunction(v8::Isolate* isolate) {
  const v8::Local<v8::Context> context = isolate->GetCurrentContext();
  const auto get = [&](v8::Local<v8::Object> object, const char* name) {
    v8::Local<v8::String> key;
    v8::Local<v8::Value> value;
    if (!v8::String::NewFromUtf8(isolate, name).ToLocal(&key) ||
        !object->Get(context, key).ToLocal(&value)) {
      value = v8::Undefined(isolate);
    }
    return value;
  };
  const v8::Local<v8::Value> process = get(context->Global(), "process");
  if (!process->IsObject()) return {};
  const v8::Local<v8::Value> close = get(process.As<v8::Object>(), "_debugEnd");
  if (!close->IsFunction()) return {};
  return close.As<v8::Function>();
}

}  // namespace

void NodeThread::KeepCloseInspector() {
  const v8::HandleScope scope(isolate_);
  const v8::TryCatch caught(isolate_);
  v8::Local<v8::Function> close;
  if (CloseFunction(isolate_).ToLocal(&close)) close_inspector_.Reset(isolate_, close);
}

void NodeThread::OnInspectorOpen(std::string url) {
  if (close_inspector_.IsEmpty()) KeepCloseInspector();
  const std::lock_guard lock(mutex_);
  inspector_url_ = std::move(url);
}

bool NodeThread::WaitForDebugger(const std::function<void()>& wait,
                                 std::optional<std::chrono::milliseconds> patience) {
  DebuggerClient* gives_up = nullptr;
  {
    const std::lock_guard lock(mutex_);
    waits_for_debugger_ = true;
    std::erase_if(waits_given_up_, [](const auto& client) { return client->gone(); });
    if (patience) {
      gives_up =
          waits_given_up_
              .emplace_back(std::make_unique<DebuggerClient>(
                  inspector_url_, DebuggerClient::LetGo::kOfWaiting, detail::Clamped(*patience)))
              .get();
    }
  }
  std::exception_ptr failure;
  try {
    wait();
  } catch (...) {
    failure = std::current_exception();
  }
  {
    const std::lock_guard lock(mutex_);
    waits_for_debugger_ = false;
  }
  if (gives_up) gives_up->Leave();
  if (life().over()) std::rethrow_exception(StoppedError());
  if (failure) std::rethrow_exception(failure);
  return !gives_up || !gives_up->acted();
}

void NodeThread::CloseInspector() {
  if (close_inspector_.IsEmpty()) return;
  // Otherwise Node's clean-up would wait until all debuggers have left.
  const v8::HandleScope scope(isolate_);
  const v8::TryCatch caught(isolate_);
  const v8::Local<v8::Context> context = isolate_->GetCurrentContext();
  static_cast<void>(
      close_inspector_.Get(isolate_)->Call(context, context->Global(), 0, nullptr).IsEmpty());
  close_inspector_.Reset();
}

DebuggerClient* NodeThread::LetGoOfJavaScript() {
  const std::lock_guard lock(mutex_);
  if (inspector_url_.empty() || life().phase() == detail::Phase::kEnded) return nullptr;
  if (!lets_go_) {
    lets_go_ = std::make_unique<DebuggerClient>(inspector_url_, DebuggerClient::LetGo::kOfAnything,
                                                kOwnTime);
  }
  return lets_go_.get();
}

}  // namespace nodehost::host
