// Calls from C++ into JavaScript.
#include <v8.h>

#include <string>
#include <vector>

#include "convert.hpp"
#include "entry.hpp"
#include "errors.hpp"
#include "memory.hpp"
#include "nodehost/detail/engine.hpp"
#include "nodehost/errors.hpp"
#include "quick.hpp"
#include "realm.hpp"

namespace nodehost::detail {

namespace {

// `function` is known to be one.
void Call(Realm& realm, v8::Local<v8::Value> function, v8::Local<v8::Value> receiver,
          const Signature& signature, const void* const* values, void* result) {
  constexpr std::uint32_t kFew = 8;
  v8::Local<v8::Value> few[kFew];
  std::vector<v8::Local<v8::Value>> many;
  v8::Local<v8::Value>* arguments = few;
  if (signature.count > kFew) [[unlikely]] {
    many.resize(signature.count);
    arguments = many.data();
  }
  const v8::TryCatch caught(realm.isolate());
  LentViews lent(realm);
  for (std::uint32_t i = 0; i < signature.count; ++i) {
    const TypeInfo& type = *signature.arguments[i];
    arguments[i] =
        type.kind == Kind::kSpan ? lent.Lend(type, values[i]) : EncodeQuick(realm, type, values[i]);
  }
  v8::Local<v8::Value> returned;
  if (!function.As<v8::Function>()
           ->Call(realm.context(), receiver, static_cast<int>(signature.count), arguments)
           .ToLocal(&returned)) [[unlikely]] {
    ThrowCaught(realm, caught);
  }
  const TypeInfo& type = *signature.result;
  if (type.kind == Kind::kUndefined || DecodeQuick(realm, returned, type, result)) return;
  Decode(realm, returned, type, result, "result", v8::Undefined(realm.isolate()));
}

[[noreturn]] void ThrowNoFunction(std::string_view name) {
  ThrowTypeError(std::string(name) + " is not a function");
}

void InvokeHere(const Ref& function, const Ref& receiver, const Signature& signature,
                const void* const* arguments, void* result) {
  Reference& reference = *function.get();
  Realm& realm = Realm::Of(*reference.thread);
  v8::Isolate* const isolate = realm.isolate();
  const v8::HandleScope scope(isolate);
  if (!reference.is_function) [[unlikely]] {
    if (!reference.Get(isolate)->IsFunction()) ThrowNoFunction("The value");
    reference.is_function = true;
  }
  // V8 has read both by the time the function runs.
  Call(realm, reference.Borrow(isolate),
       receiver ? receiver.get()->Borrow(isolate) : v8::Undefined(isolate).As<v8::Value>(),
       signature, arguments, result);
}

}  // namespace

void Invoke(const Ref& function, const Ref& receiver, const Signature& signature,
            const void* const* arguments, void* result) {
  if (!function) {
    throw HostError(
        "A function was called that was never imported. Get it with Import<T>() or As<T>() first.");
  }
  JsThread& thread = *function.get()->thread;
  if (thread.IsCurrent()) [[likely]] {
    InvokeHere(function, receiver, signature, arguments, result);
    return;
  }
  auto call = [&](Js&) { InvokeHere(function, receiver, signature, arguments, result); };
  RunJob job(call);
  thread.RunBlocking(job);
  job.Take();
}

void InvokeValue(const Ref& function, const Signature& signature, const void* const* arguments,
                 void* result) {
  if (!function) ThrowTypeError("undefined (a Value that holds nothing) is not a function");
  InvokeHere(function, {}, signature, arguments, result);
}

void InvokeMember(const Ref& object, const Key& name, const Signature& signature,
                  const void* const* arguments, void* result) {
  const Entry entry(object);
  const v8::Local<v8::Value> function = entry.Get(name);
  if (!function->IsFunction()) {
    ThrowNoFunction(name.kind() == Key::Kind::kText ? name.text() : "The member");
  }
  Call(entry.realm(), function, entry.value(), signature, arguments, result);
}

}  // namespace nodehost::detail
