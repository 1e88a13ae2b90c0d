// Properties of typed interfaces, from any thread.
#include <fmt/format.h>
#include <v8.h>

#include <string>

#include "catch.hpp"
#include "encode_decode.hpp"
#include "handle_scope.hpp"
#include "js_errors.hpp"
#include "nodehost/convert/structs.hpp"
#include "nodehost/detail/member.hpp"
#include "nodehost/errors.hpp"
#include "realm.hpp"
#include "thread/run_on.hpp"

namespace nodehost::detail {

namespace {

// Calls `work(realm)` on the JS thread of `ref`, in a handle scope.
template <class Work>
void OnThreadOf(const Ref& ref, Work work) {
  JsThread& thread = *ref.get()->thread;
  auto here = [&](Js&) {
    Realm& realm = Realm::Of(thread);
    const HandleScope scope(realm.isolate());
    work(realm);
  };
  if (thread.IsCurrent()) {
    here(thread.js());
  } else {
    RunOn(thread, here);
  }
}

}  // namespace

void ThrowNothingHere(const Member& member) {
  if (!member.field) {
    throw HostError(
        "A function was called that was never imported. Get it with Import<T>() or As<T>() first.");
  }
  throw HostError(
      fmt::format("The optional member '{0}' is missing: the object has none. Test it with `if "
                  "(object.{0})` first.",
                  member.field->name));
}

void ReadProperty(const Member& member, const TypeInfo& type, void* result) {
  if (!member.receiver) ThrowNothingHere(member);
  OnThreadOf(member.receiver, [&](Realm& realm) {
    const v8::Local<v8::Value> receiver = member.receiver.get()->Get(realm.isolate());
    const Catch caught(realm);
    v8::Local<v8::Value> value;
    if (!receiver.As<v8::Object>()
             ->Get(realm.context(), realm.Key(member.field->name))
             .ToLocal(&value)) {
      ThrowCaught(realm, caught);
    }
    Decode(realm, value, type, result, member.field->name, receiver);
  });
}

void WriteProperty(const Member& member, const TypeInfo& type, const void* value) {
  if (!member.receiver) ThrowNothingHere(member);
  OnThreadOf(member.receiver, [&](Realm& realm) {
    v8::Local<v8::Value> arguments[] = {member.receiver.get()->Get(realm.isolate()),
                                        realm.Key(member.field->name), Encode(realm, type, value)};
    const Catch caught(realm);
    // As in strict mode; V8's own Set ignores that a property cannot be written.
    if (realm.operations()
            .Get(realm, Operation::kSet)
            ->Call(realm.context(), v8::Undefined(realm.isolate()), 3, arguments)
            .IsEmpty()) {
      ThrowCaught(realm, caught);
    }
  });
}

}  // namespace nodehost::detail
