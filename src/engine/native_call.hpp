// One call from JavaScript to C++: its arguments, its result, and what becomes of what it throws.
#pragma once

#include <v8.h>

#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "activity.hpp"
#include "catch.hpp"
#include "class_holder.hpp"
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
  void ReadOne(std::uint32_t index, const TypeInfo& type, void* value);
  void Return(const TypeInfo& type, const void* result);
  /// `this`; undefined where JavaScript gives none.
  Ref Receiver() const;
  void ReturnThis() { info_.GetReturnValue().Set(info_.This()); }
  void Return(v8::Local<v8::Value> result) { info_.GetReturnValue().Set(result); }

  /// Of the object that a method is called on; must outlive the call.
  void set_holder(ClassHolder& holder) noexcept { holder_ = &holder; }
  std::shared_ptr<void> object() const { return holder_ ? holder_->Share() : nullptr; }

  /// Whether there are other overloads to try.
  void set_trial(bool trial) noexcept { trial_ = trial; }

  /// Whether it was the conversion that threw.
  bool converting() const noexcept { return converting_; }

 private:
  Realm& realm_;
  const std::string& name_;
  const v8::FunctionCallbackInfo<v8::Value>& info_;
  ClassHolder* holder_ = nullptr;
  bool converting_ = false;
  bool trial_ = false;
};

/// Throws in JavaScript what was thrown in C++ during `call`, or ends JavaScript if that is over.
void ThrowInJs(NativeCall& call, const std::exception_ptr& thrown);
/// No C++ is to be called any more, because the environment is at its end: ends JavaScript, or
/// throws an Error into it.
void RefuseCall(v8::Isolate* isolate);

/// Calls `serve(realm, call)` for a call that V8 makes. `name_of(realm)` is what errors call it.
template <class NameOf, class Serve>
void ServeNative(const v8::FunctionCallbackInfo<v8::Value>& info, NameOf&& name_of, Serve&& serve) {
  JsThread* const current = JsThread::Current();
  if (!current || !current->access().MayEnter()) [[unlikely]]
    return RefuseCall(info.GetIsolate());
  JsThread& thread = *current;
  Realm& realm = *thread.realm();
  const std::string& name = name_of(realm);
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
