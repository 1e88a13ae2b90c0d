#include "debugger_release.hpp"

#include <exception>
#include <utility>

#include "thread/timeout.hpp"

namespace nodehost::host {

namespace {

using std::chrono_literals::operator""ms;

// JavaScript that no debugger has paused unwinds in this time by itself.
constexpr auto kUnpausedUnwindTime = 20ms;

// process._debugEnd, the function behind inspector.close. It is native, so it can still be called
// when JavaScript is over.
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

void DebuggerRelease::Prepare(v8::Isolate* isolate) {
  const v8::HandleScope scope(isolate);
  const v8::TryCatch caught(isolate);
  v8::Local<v8::Function> close;
  if (CloseFunction(isolate).ToLocal(&close)) close_inspector_.Reset(isolate, close);
}

void DebuggerRelease::OnOpen(std::string url) {
  if (close_inspector_.IsEmpty()) Prepare(v8::Isolate::GetCurrent());
  const std::lock_guard lock(mutex_);
  url_ = std::move(url);
}

bool DebuggerRelease::WaitForDebugger(const std::function<void()>& wait,
                                      std::optional<std::chrono::milliseconds> timeout) {
  DebuggerClient* client = nullptr;
  {
    const std::lock_guard lock(mutex_);
    is_waiting_ = true;
    std::erase_if(waits_, [](const auto& other) { return other->gone(); });
    if (timeout) {
      client = waits_
                   .emplace_back(std::make_unique<DebuggerClient>(
                       url_, DebuggerClient::Resumes::kWaiting, detail::Clamped(*timeout)))
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
    is_waiting_ = false;
    if (ends_wait_) std::exchange(ends_wait_, nullptr)->Leave();
  }
  if (client) client->Leave();
  if (thread_.life().over()) std::rethrow_exception(thread_.StoppedError());
  if (failure) std::rethrow_exception(failure);
  return !client || !client->acted();
}

void DebuggerRelease::EndWait() {
  const std::lock_guard lock(mutex_);
  if (!is_waiting_ || ends_wait_) return;
  ends_wait_ = waits_
                   .emplace_back(std::make_unique<DebuggerClient>(
                       url_, DebuggerClient::Resumes::kWaiting, 0ms))
                   .get();
}

bool DebuggerRelease::is_waiting() const {
  const std::lock_guard lock(mutex_);
  return is_waiting_;
}

const DebuggerClient* DebuggerRelease::ResumeJavaScript() {
  const std::lock_guard lock(mutex_);
  if (url_.empty() || thread_.life().phase() == detail::Phase::kEnded) return nullptr;
  if (!resumes_) {
    resumes_ = std::make_unique<DebuggerClient>(url_, DebuggerClient::Resumes::kWaitingAndPaused,
                                                kUnpausedUnwindTime);
  }
  return resumes_.get();
}

void DebuggerRelease::CloseInspector(v8::Isolate* isolate) {
  if (close_inspector_.IsEmpty()) return;
  const v8::HandleScope scope(isolate);
  const v8::TryCatch caught(isolate);
  const v8::Local<v8::Context> context = isolate->GetCurrentContext();
  static_cast<void>(
      close_inspector_.Get(isolate)->Call(context, context->Global(), 0, nullptr).IsEmpty());
  close_inspector_.Reset();
}

}  // namespace nodehost::host
