#include "override_link.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "call.hpp"
#include "catch.hpp"
#include "class_holder.hpp"
#include "encode_decode.hpp"
#include "handle_scope.hpp"
#include "js_errors.hpp"
#include "realm.hpp"
#include "thread/js_thread.hpp"
#include "thread/run_on.hpp"

namespace nodehost::detail {

namespace {

// Whether every JavaScript object has the member: Object.prototype overrides no function of C++'s.
bool IsOfAllObjects(Realm& realm, std::string_view name, v8::Local<v8::Value> member) {
  static constexpr std::string_view kNames[] = {
      "constructor",    "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable",
      "toLocaleString", "toString",       "valueOf"};
  if (std::ranges::find(kNames, name) == std::end(kNames)) return false;
  v8::Local<v8::Value> of_any;
  return v8::Object::New(realm.isolate())->Get(realm.context(), realm.Key(name)).ToLocal(&of_any) &&
         of_any->StrictEquals(member);
}

bool CallHere(OverrideLink& link, std::string_view name, const Signature& signature,
              const void* const* arguments, void* result) {
  if (!link.holder) return false;  // also at the environment's end
  Realm& realm = Realm::Of(*link.thread);
  const HandleScope scope(realm.isolate());
  const v8::Local<v8::Object> object = link.holder->Attachment::object(realm.isolate());
  if (object.IsEmpty()) return false;  // it is collected, and the holder about to go
  v8::Local<v8::Value> member;
  {
    const Catch caught(realm);
    if (!object->Get(realm.context(), realm.Key(name)).ToLocal(&member)) {
      ThrowCaught(realm, caught);
    }
    if (member->IsUndefined() || IsOfAllObjects(realm, name, member)) return false;
  }
  if (member->IsFunction()) {
    CallJs(realm, member, object, signature, arguments, result);
    return true;
  }
  if (signature.count > 0) ThrowTypeError(fmt::format("{} is not a function", name));
  Decode(realm, member, *signature.result, result, name, object);
  return true;
}

}  // namespace

std::shared_ptr<OverrideLink> NewOverrideLink() { return std::make_shared<OverrideLink>(); }

bool CallOverride(OverrideLink& link, std::string_view name, const Signature& signature,
                  const void* const* arguments, void* result) {
  if (!link.thread) return false;
  if (!link.thread->IsCurrent()) {
    return RunOn(*link.thread,
                 [&](Js&) { return CallHere(link, name, signature, arguments, result); });
  }
  if (link.own == name) {
    link.own = {};
    return false;
  }
  return CallHere(link, name, signature, arguments, result);
}

void ThrowNoOverride(const OverrideLink& link, std::string_view name) {
  if (!link.thread) {
    ThrowTypeError(fmt::format(
        "{} is a virtual function that only JavaScript implements, and JavaScript has not made "
        "this object, or its constructor has not returned",
        name));
  }
  ThrowTypeError(fmt::format(
      "{}: C++ has no such function, and the JavaScript class has none, or its object is gone",
      name));
}

}  // namespace nodehost::detail
