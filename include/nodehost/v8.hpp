// RawV8: V8's and Node's own types beside the library's, inside `Run`: for what the library does
// not have, and for code that is written against V8 already. Not part of <nodehost/nodehost.hpp>.
//
// A program that includes it is compiled against V8's headers: link `Libnode::libnode` beside
// `nodehost::nodehost`, and compile again for each major version of libnode, whose V8 may have
// another interface. All other headers are free of that.
#pragma once

#include <node.h>
#include <v8.h>

#include "nodehost/detail/raw_access.hpp"
#include "nodehost/js.hpp"
#include "nodehost/value.hpp"

namespace nodehost {

/// A scope in which V8 and Node are called directly. On the stack, on the JS thread, within the
/// function that was handed the `Js`; scopes may be nested. Its context is entered and it has a
/// `v8::HandleScope`: a `v8::Local` made while it lives is good for as long as it does.
///
/// The library's own calls work in it as everywhere. What V8 throws in it is for a `v8::TryCatch`
/// of yours: `Throw` makes the library's exception of it. What none catches goes to the JavaScript
/// that has called the function, or is an uncaught exception of the environment. C++ exceptions
/// must not go through frames of V8's: a `v8::FunctionCallback` must not throw.
///
///     node.Run([](nh::Js& js) {
///       nh::RawV8 raw(js);
///       v8::Local<v8::String> text = v8::String::NewFromUtf8Literal(raw.isolate(), "raw");
///       js.Global().Set("text", raw.Make(text));
///     });
class RawV8 {
 public:
  /// Throws `WrongThread` off the JS thread, and `EnvironmentStopped` after its end.
  explicit RawV8(Js& js) : access_(js), scope_(isolate()), entered_(context()) {}
  RawV8(const RawV8&) = delete;
  RawV8& operator=(const RawV8&) = delete;

  v8::Isolate* isolate() const noexcept { return static_cast<v8::Isolate*>(access_.isolate()); }

  v8::Local<v8::Context> context() const {
    v8::Local<v8::Context> context;
    access_.GetContext(&context);
    return context;
  }

  /// What Node's embedder API takes: `node::RequestInterrupt`, `node::EmitProcessBeforeExit` and
  /// their like. The library ends and frees it.
  node::Environment* environment() const { return node::GetCurrentEnvironment(context()); }

  /// The value behind a handle. Throws `WrongThread` if it is another environment's.
  v8::Local<v8::Value> Get(const Value& value) const {
    v8::Local<v8::Value> local;
    access_.GetLocal(value.ref(), &local);
    return local;
  }

  /// A handle to a value, which may outlive this scope.
  Value Make(v8::Local<v8::Value> local) const { return Value(access_.Make(&local)); }

  /// Throws what `caught` holds as the library's own calls throw it: `JsError`, the C++ exception
  /// that JavaScript has passed through, or `EnvironmentStopped` where JavaScript was terminated.
  [[noreturn]] void Throw(const v8::TryCatch& caught) const { access_.Throw(&caught); }

 private:
  detail::RawAccess access_;
  v8::HandleScope scope_;
  v8::Context::Scope entered_;
};

}  // namespace nodehost
