#include "override_link.hpp"

#include <fmt/format.h>

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

bool CallHere(OverrideLink& link, std::string_view name, const Signature& signature,
              const void* const* arguments, void* result) {
  Realm& realm = Realm::Of(*link.thread);
  if (!link.holder) return false;
  const HandleScope scope(realm.isolate());
  const v8::Local<v8::Object> object = link.holder->Attachment::object(realm.isolate());
  v8::Local<v8::Value> member;
  {
    const Catch caught(realm);
    if (!object->Get(realm.context(), realm.Key(name)).ToLocal(&member)) {
      ThrowCaught(realm, caught);
    }
  }
  if (member->IsUndefined()) return false;
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
  ThrowTypeError(
      fmt::format("{}: the JavaScript class has no such method, and C++ has none", name));
}

}  // namespace nodehost::detail
