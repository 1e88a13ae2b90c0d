// One call from JavaScript to C++: its arguments, its result, and what becomes of what it throws.
#pragma once

#include <v8.h>

#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "activity.hpp"
#include "catch.hpp"
#include "nodehost/detail/type_info.hpp"
#include "realm.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::detail {

/// Thrown by Read in a trial, for arguments that do not fit.
struct TrialFailed {};

class NativeCall {
 public:
  NativeCall(Realm& realm, const std::string& name, const v8::FunctionCallbackInfo<v8::Value>& info)
      : realm_(realm), name_(name), info_(info) {}

  Realm& realm() const noexcept { return realm_; }
  const std::string& name() const noexcept { return name_; }
  int count() const noexcept { return info_.Length(); }
  v8::Local<v8::Value> argument(std::uint32_t index) const {
    return info_[static_cast<int>(index)];
  }

  void Read(const Signature& signature, void* const* values);
  void Return(const TypeInfo& type, const void* result);
  void ReturnThis() { info_.GetReturnValue().Set(info_.This()); }
  void Return(v8::Local<v8::Value> result) { info_.GetReturnValue().Set(result); }

  /// The object that a method is called on; must outlive the call.
  void set_object(const std::shared_ptr<void>& object) noexcept { object_ = &object; }
  std::shared_ptr<void> object() const { return object_ ? *object_ : nullptr; }

  /// Whether there are other overloads to try.
  void set_trial(bool trial) noexcept { trial_ = trial; }

  /// Whether it was the conversion that threw.
  bool converting() const noexcept { return converting_; }

 private:
  Realm& realm_;
  const std::string& name_;
  const v8::FunctionCallbackInfo<v8::Value>& info_;
  const std::shared_ptr<void>* object_ = nullptr;
  bool converting_ = false;
  bool trial_ = false;
};

/// Throws in JavaScript what was thrown in C++ during `call`, or ends JavaScript if that is over.
void ThrowInJs(NativeCall& call, const std::exception_ptr& thrown);
/// Whether no C++ is to be called any more, because the environment is at its end. JavaScript is
/// then ended, or gets an Error.
bool IsOver(v8::Isolate* isolate);

/// Calls `serve(realm, call)` for a call that V8 makes.
template <class Serve>
void ServeNative(const v8::FunctionCallbackInfo<v8::Value>& info, const std::string& name,
                 Serve&& serve) {
  if (IsOver(info.GetIsolate())) [[unlikely]]
    return;
  JsThread& thread = *JsThread::Current();
  Realm& realm = *thread.realm();
  const JobCatch::Hidden hidden(realm);
  NativeCall call(realm, name, info);
  std::exception_ptr thrown;
  try {
    if (realm.natives().carried()) [[unlikely]]
      std::rethrow_exception(std::exchange(realm.natives().carried(), nullptr));
    serve(realm, call);
    if (thread.access().NeedsCheck()) [[unlikely]]
      ServeInterrupts(thread, info.GetIsolate());
    return;
  } catch (...) {
    thrown = std::current_exception();
  }
  ThrowInJs(call, thrown);
}

}  // namespace nodehost::detail
