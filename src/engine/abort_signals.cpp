#include "abort_signals.hpp"

#include <algorithm>
#include <utility>

#include "attachments.hpp"
#include "catch.hpp"
#include "js_errors.hpp"
#include "native_call.hpp"
#include "native_function.hpp"
#include "node_version.hpp"
#include "nodehost/detail/job.hpp"
#include "realm.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::detail {

namespace {

// What a JavaScript signal calls when it is aborted.
class Aborted final : public NativeFunction {
 public:
  explicit Aborted(AbortController controller) : controller_(std::move(controller)) {}
  void Serve(NativeCall& call) override {
    controller_.Abort(ToException(call.realm(), call.argument(0)));
  }

 private:
  AbortController controller_;
};

}  // namespace

// The C++ side of a signal that JavaScript made; attached to the JavaScript object.
class AbortSignals::FromJavaScript final : public Attachment {
 public:
  FromJavaScript(AbortSignals& owner, AbortSignal known) : signal(std::move(known)), owner_(owner) {
    owner_.known_.push_back(this);
  }
  ~FromJavaScript() override { std::erase(owner_.known_, this); }

  const AbortSignal signal;

 private:
  AbortSignals& owner_;
};

class AbortSignals::AbortJob final : public CallbackJob {
 public:
  AbortJob(std::shared_ptr<JsThread> thread, std::stop_token token)
      : thread_(std::move(thread)), token_(std::move(token)) {}

  void Run(Js&) noexcept override {
    Realm* const realm = thread_->realm();
    if (!realm || !thread_->access().MayEnter()) return;
    const v8::HandleScope scope(realm->isolate());
    try {
      realm->abort_signals().Abort(*realm, token_);
    } catch (...) {
      ReportUncaught(thread_->js(), std::current_exception());
    }
  }
  void Cancel(const std::exception_ptr&) noexcept override {}

 private:
  const std::shared_ptr<JsThread> thread_;
  const std::stop_token token_;
};

v8::Local<v8::Private> AbortSignals::Key(v8::Isolate* isolate) {
  if (key_.IsEmpty()) key_.Reset(isolate, v8::Private::New(isolate));
  return key_.Get(isolate);
}

v8::Local<v8::Value> AbortSignals::ToJs(Realm& realm, const AbortSignal& signal) {
  v8::Isolate* const isolate = realm.isolate();
  for (const FromJavaScript* const known : known_) {
    if (known->signal.token() != signal.token()) continue;
    const v8::Local<v8::Object> object = known->object(isolate);
    if (!object.IsEmpty()) return object;
  }
  for (const Made& made : made_) {
    if (made.signal.token() == signal.token()) return made.object.Get(isolate);
  }
  // Without a source they can never be aborted.
  made_.remove_if([](const Made& made) { return !made.signal.token().stop_possible(); });
  return Make(realm, signal);
}

v8::Local<v8::Value> AbortSignals::Make(Realm& realm, const AbortSignal& signal) {
  v8::Isolate* const isolate = realm.isolate();
  const v8::Local<v8::Value> controller = functions_.Call(realm, kNewController, {});
  const v8::Local<v8::Value> object = functions_.Call(realm, kSignalOf, {controller});
  if (signal.aborted()) {
    AbortNow(realm, controller, signal);
    return object;
  }
  Made& made = made_.emplace_back();
  made.signal = signal;
  made.controller.Reset(isolate, controller);
  made.object.Reset(isolate, object);
  made.on_stop.emplace(
      signal.token(), [weak = realm.thread().weak_from_this(), token = signal.token()] {
        if (const auto thread = weak.lock()) {
          thread->Enqueue(std::make_unique<AbortJob>(thread, token), /*must_accept=*/false);
        }
      });
  return object;
}

void AbortSignals::Abort(Realm& realm, const std::stop_token& token) {
  const auto found = std::find_if(made_.begin(), made_.end(),
                                  [&](const Made& made) { return made.signal.token() == token; });
  if (found == made_.end()) return;
  const v8::Local<v8::Value> controller = found->controller.Get(realm.isolate());
  const AbortSignal signal = found->signal;
  made_.erase(found);
  AbortNow(realm, controller, signal);
}

void AbortSignals::AbortNow(Realm& realm, v8::Local<v8::Value> controller,
                            const AbortSignal& signal) {
  v8::Isolate* const isolate = realm.isolate();
  const std::exception_ptr reason =
      signal.shared_reason() ? signal.shared_reason()->Get() : nullptr;
  const v8::Local<v8::Value> error =
      reason ? ToJsError(realm, reason) : v8::Undefined(isolate).As<v8::Value>();
  functions_.Call(realm, kAbort, {controller, v8::Boolean::New(isolate, reason != nullptr), error});
}

bool AbortSignals::FromJs(Realm& realm, v8::Local<v8::Value> value, AbortSignal& result) {
  v8::Isolate* const isolate = realm.isolate();
  if (!functions_.Call(realm, kIsSignal, {value})->IsTrue()) return false;
  const v8::Local<v8::Object> object = value.As<v8::Object>();
  for (const Made& made : made_) {
    if (made.object == object) {
      result = made.signal;
      return true;
    }
  }
  v8::Local<v8::Value> data;
  if (!value->IsProxy() && object->GetPrivate(realm.context(), Key(isolate)).ToLocal(&data) &&
      data->IsExternal()) {
    result = static_cast<FromJavaScript*>(ExternalPointer(data))->signal;
    return true;
  }
  const AbortController controller;
  result = controller.signal();
  if (!value->IsProxy()) {
    auto known = std::make_unique<FromJavaScript>(*this, result);
    const v8::Local<v8::External> external = NewExternal(isolate, known.get());
    if (object->SetPrivate(realm.context(), Key(isolate), external).FromMaybe(false)) {
      realm.natives().Attach(isolate, object, std::move(known));
    }
  }
  const v8::Local<v8::Value> listener =
      realm.natives().FunctionOf(realm, std::make_shared<Aborted>(controller), {.name = "onAbort"});
  functions_.Call(realm, kWatch, {value, listener});
  return true;
}

void AbortSignals::Clear() noexcept {
  functions_.Clear();
  key_.Reset();
  made_.clear();
}

std::exception_ptr DefaultAbortReason() {
  return std::make_exception_ptr(
      JsError(JsErrorData{.name = "AbortError", .message = "This operation was aborted"}));
}

}  // namespace nodehost::detail
