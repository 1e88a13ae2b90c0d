// Calls from C++ into JavaScript.
#include <v8.h>

#include <array>
#include <string>
#include <vector>

#include "convert.hpp"
#include "errors.hpp"
#include "nodehost/detail/engine.hpp"
#include "nodehost/errors.hpp"
#include "realm.hpp"
#include "strings.hpp"

namespace nodehost::detail {

namespace {

// The arguments of a call, on the stack for the usual few.
class Arguments {
 public:
  Arguments(Realm& realm, const Signature& signature, const void* const* values) {
    v8::Local<v8::Value>* items = few_.data();
    if (signature.count > few_.size()) {
      many_.resize(signature.count);
      items = many_.data();
    }
    for (std::uint32_t i = 0; i < signature.count; ++i) {
      items[i] = Encode(realm, *signature.arguments[i], values[i]);
    }
    items_ = items;
  }

  v8::Local<v8::Value>* get() { return items_; }

 private:
  std::array<v8::Local<v8::Value>, 8> few_;
  std::vector<v8::Local<v8::Value>> many_;
  v8::Local<v8::Value>* items_ = nullptr;
};

void Call(Realm& realm, v8::Local<v8::Value> function, v8::Local<v8::Value> receiver,
          const Signature& signature, const void* const* values, void* result,
          std::string_view name) {
  v8::Isolate* const isolate = realm.isolate();
  if (!function->IsFunction()) {
    ThrowTypeError(std::string(name.empty() ? "The value" : name) + " is not a function");
  }
  const v8::TryCatch caught(isolate);
  Arguments arguments(realm, signature, values);
  v8::Local<v8::Value> returned;
  if (!function.As<v8::Function>()
           ->Call(realm.context(), receiver, static_cast<int>(signature.count), arguments.get())
           .ToLocal(&returned)) [[unlikely]] {
    ThrowCaught(realm, caught);
  }
  if (signature.result->kind == Kind::kUndefined) return;
  Decode(realm, returned, *signature.result, result, "result", v8::Undefined(isolate));
}

void InvokeHere(const Ref& function, const Ref& receiver, const Signature& signature,
                const void* const* arguments, void* result) {
  Realm& realm = Realm::Of(*function.get()->thread);
  v8::Isolate* const isolate = realm.isolate();
  const v8::HandleScope scope(isolate);
  v8::Local<v8::Value> self = v8::Undefined(isolate);
  if (receiver) self = receiver.get()->Get(isolate);
  Call(realm, function.get()->Get(isolate), self, signature, arguments, result, {});
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
  const Ref function = GetProperty(object, name);
  Realm& realm = Realm::Of(*object.get()->thread);
  v8::Isolate* const isolate = realm.isolate();
  const v8::HandleScope scope(isolate);
  Call(realm, function.get()->Get(isolate), object.get()->Get(isolate), signature,
       arguments, result, name.kind() == Key::Kind::kText ? name.text() : "The member");
}

}  // namespace nodehost::detail
