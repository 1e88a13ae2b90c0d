// Calls from C++ into JavaScript.
#include <fmt/format.h>
#include <v8.h>

#include <algorithm>
#include <string>
#include <vector>

#include "catch.hpp"
#include "convert/decoder.hpp"
#include "each_argument.hpp"
#include "encode_decode.hpp"
#include "entry.hpp"
#include "handle_scope.hpp"
#include "js_errors.hpp"
#include "memory.hpp"
#include "nodehost/convert/bytes.hpp"
#include "nodehost/detail/engine.hpp"
#include "nodehost/detail/member.hpp"
#include "nodehost/errors.hpp"
#include "quick.hpp"
#include "realm.hpp"
#include "thread/run_on.hpp"
#include "v8_strings.hpp"

namespace nodehost::detail {

namespace {

// What a call of the usual kind has room for.
constexpr std::uint32_t kFew = 8;

v8::Local<v8::Value> CallFunction(Realm& realm, const Catch& caught, v8::Local<v8::Value> function,
                                  v8::Local<v8::Value> receiver, std::uint32_t count,
                                  v8::Local<v8::Value>* arguments) {
  v8::Local<v8::Value> returned;
  if (!function.As<v8::Function>()
           ->Call(realm.context(), receiver, static_cast<int>(count), arguments)
           .ToLocal(&returned)) [[unlikely]] {
    ThrowCaught(realm, caught);
  }
  return returned;
}

// Any number of arguments, and the views that are lent until the call is over.
class ArgumentList {
 public:
  ArgumentList(Realm& realm, const Signature& signature, const void* const* values) : lent_(realm) {
    list_.reserve(signature.count);
    ForEachArgument(signature, values, [&](const TypeInfo& type, const void* value) {
      list_.push_back(type.Is(conversions::kSpan) ? lent_.Lend(type, value)
                                                  : Encode(realm, type, value));
    });
  }
  std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(list_.size()); }
  v8::Local<v8::Value>* data() noexcept { return list_.data(); }

 private:
  LentViews lent_;
  std::vector<v8::Local<v8::Value>> list_;
};

// With many arguments, with views that are lent, or with a Rest, which is any number of them.
[[gnu::noinline]] v8::Local<v8::Value> CallUnusual(Realm& realm, v8::Local<v8::Value> function,
                                                   v8::Local<v8::Value> receiver,
                                                   const Signature& signature,
                                                   const void* const* values) {
  const Catch caught(realm);
  ArgumentList arguments(realm, signature, values);
  return CallFunction(realm, caught, function, receiver, arguments.size(), arguments.data());
}

inline v8::Local<v8::Value> CallUsual(Realm& realm, v8::Local<v8::Value> function,
                                      v8::Local<v8::Value> receiver, const Signature& signature,
                                      const void* const* values) {
  const Catch caught(realm);
  v8::Local<v8::Value> arguments[kFew];
  const std::uint32_t count = signature.count;
  for (std::uint32_t i = 0; i < count; ++i) {
    arguments[i] = EncodeQuick(realm, *signature.arguments[i], values[i]);
  }
  return CallFunction(realm, caught, function, receiver, count, arguments);
}

// A result that does not fit is named after the function: "format: expected string, got …".
[[gnu::noinline]] void DecodeResult(Realm& realm, v8::Local<v8::Value> function,
                                    v8::Local<v8::Value> returned, const TypeInfo& type,
                                    void* result) {
  Decoder decoder(realm, v8::Undefined(realm.isolate()));
  if (decoder.Decode(returned, type, result)) return;
  std::string name;
  FromV8String(realm.isolate(), function.As<v8::Function>()->GetDebugName().As<v8::String>(), name);
  if (name.empty()) decoder.Throw("result");
  const auto is_whole = [](const Decoder::Misfit& misfit) { return misfit.path.empty(); };
  const auto& misfits = decoder.misfits();
  decoder.Throw(std::all_of(misfits.begin(), misfits.end(), is_whole)
                    ? name
                    : fmt::format("{}: result", name));
}

// `function` is known to be one. Inlined, as all of the usual way is: short calls are a good part
// of what a program does.
[[gnu::always_inline]] inline void Call(Realm& realm, v8::Local<v8::Value> function,
                                        v8::Local<v8::Value> receiver, const Signature& signature,
                                        const void* const* values, void* result) {
  const v8::Local<v8::Value> returned =
      signature.count > kFew || signature.lends_or_spreads
          ? CallUnusual(realm, function, receiver, signature, values)
          : CallUsual(realm, function, receiver, signature, values);
  const TypeInfo& type = *signature.result;
  if (type.quick == Quick::kNothing || DecodeQuick(realm, returned, type, result)) return;
  DecodeResult(realm, function, returned, type, result);
}

[[noreturn]] void ThrowNoFunction(std::string_view name) {
  ThrowTypeError(fmt::format("{} is not a function", name));
}

[[gnu::noinline]] void CheckFunction(Realm& realm, Reference& reference) {
  if (!reference.Get(realm.isolate())->IsFunction()) ThrowNoFunction("The value");
  reference.is_function = true;
}

[[gnu::always_inline]] inline void InvokeHere(const Ref& function, const Ref& receiver,
                                              const Signature& signature,
                                              const void* const* arguments, void* result) {
  Reference& reference = *function.get();
  Realm& realm = Realm::Of(*reference.thread);
  v8::Isolate* const isolate = realm.isolate();
  const HandleScope scope(isolate);
  if (!reference.is_function) [[unlikely]]
    CheckFunction(realm, reference);
  // V8 has read both by the time the function runs.
  Call(realm, Borrowed(isolate, reference.handle),
       receiver ? receiver.get()->Borrow(isolate) : v8::Undefined(isolate).As<v8::Value>(),
       signature, arguments, result);
}

// From another thread.
[[gnu::noinline]] void InvokeThere(JsThread& thread, const Ref& function, const Ref& receiver,
                                   const Signature& signature, const void* const* arguments,
                                   void* result) {
  RunOn(thread, [&](Js&) { InvokeHere(function, receiver, signature, arguments, result); });
}

void ConstructHere(const Member& member, const Signature& signature, const void* const* values,
                   void* result) {
  Realm& realm = Realm::Of(*member.function.get()->thread);
  v8::Isolate* const isolate = realm.isolate();
  const HandleScope scope(isolate);
  const Catch caught(realm);
  ArgumentList arguments(realm, signature, values);
  v8::Local<v8::Object> made;
  if (!member.function.get()
           ->Get(isolate)
           .As<v8::Function>()
           ->NewInstance(realm.context(), static_cast<int>(arguments.size()), arguments.data())
           .ToLocal(&made)) {
    ThrowCaught(realm, caught);
  }
  Decode(realm, made, *signature.result, result, {}, v8::Undefined(isolate));
}

}  // namespace

void CallJs(Realm& realm, v8::Local<v8::Value> function, v8::Local<v8::Value> receiver,
            const Signature& signature, const void* const* arguments, void* result) {
  Call(realm, function, receiver, signature, arguments, result);
}

void Invoke(const Ref& function, const Ref& receiver, const Signature& signature,
            const void* const* arguments, void* result) {
  if (!function) [[unlikely]]
    ThrowNothingHere(Member());
  JsThread& thread = *function.get()->thread;
  if (thread.IsCurrent()) [[likely]] {
    InvokeHere(function, receiver, signature, arguments, result);
  } else {
    InvokeThere(thread, function, receiver, signature, arguments, result);
  }
}

void InvokeNew(const Member& member, const Signature& signature, const void* const* arguments,
               void* result) {
  if (!member.function) ThrowNothingHere(member);
  JsThread& thread = *member.function.get()->thread;
  if (thread.IsCurrent()) {
    ConstructHere(member, signature, arguments, result);
  } else {
    RunOn(thread, [&](Js&) { ConstructHere(member, signature, arguments, result); });
  }
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
