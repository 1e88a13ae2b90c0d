// Properties of JavaScript objects, and data in and out of single values.
#include <v8.h>

#include <string>

#include "convert.hpp"
#include "errors.hpp"
#include "nodehost/detail/engine.hpp"
#include "nodehost/errors.hpp"
#include "realm.hpp"
#include "strings.hpp"

namespace nodehost::detail {

namespace {

// An empty Ref is `undefined`, which belongs to no environment.
Realm& RealmOf(const Ref& ref, std::string_view what) {
  if (ref) return Realm::Of(*ref.get()->thread);
  ThrowTypeError("Cannot " + std::string(what) + " of undefined (a Value that holds nothing)");
}

// undefined and null have no properties; everything else is, or becomes, an object.
v8::Local<v8::Object> ToObject(Realm& realm, const Ref& ref, std::string_view action,
                               std::string_view name) {
  const v8::Local<v8::Value> value = ref.get()->handle.Get(realm.isolate());
  v8::Local<v8::Object> object;
  if (!value->IsNullOrUndefined() && value->ToObject(realm.context()).ToLocal(&object)) {
    return object;
  }
  ThrowTypeError("Cannot " + std::string(action) + " properties of " +
                 (value->IsNull() ? "null" : "undefined") + " (" + std::string(action) + "ing '" +
                 std::string(name) + "')");
}

template <class Key>
Ref Get(const Ref& ref, Key make_key, std::string_view name) {
  Realm& realm = RealmOf(ref, "read properties");
  const v8::HandleScope scope(realm.isolate());
  const v8::Local<v8::Object> object = ToObject(realm, ref, "read", name);
  const v8::TryCatch caught(realm.isolate());
  v8::Local<v8::Value> value;
  if (!object->Get(realm.context(), make_key(realm)).ToLocal(&value)) ThrowCaught(realm, caught);
  return realm.references().Make(realm.isolate(), value);
}

}  // namespace

Ref GetProperty(const Ref& object, std::string_view name) {
  return Get(
      object, [&](Realm& realm) { return ToV8Key(realm.isolate(), name); }, name);
}

Ref GetElement(const Ref& object, std::uint32_t index) {
  return Get(
      object, [&](Realm&) { return index; }, std::to_string(index));
}

void SetProperty(const Ref& ref, std::string_view name, const TypeInfo& type, const void* value) {
  Realm& realm = RealmOf(ref, "set properties");
  const v8::HandleScope scope(realm.isolate());
  const v8::Local<v8::Object> object = ToObject(realm, ref, "set", name);
  const v8::TryCatch caught(realm.isolate());
  if (object->Set(realm.context(), ToV8Key(realm.isolate(), name), Encode(realm, type, value))
          .IsNothing()) {
    ThrowCaught(realm, caught);
  }
}

Ref ToJs(Js& js, const TypeInfo& type, const void* value) {
  Realm& realm = Realm::Of(js.thread());
  const v8::HandleScope scope(realm.isolate());
  return realm.references().Make(realm.isolate(), Encode(realm, type, value));
}

void FromJs(const Ref& ref, const TypeInfo& type, void* result) {
  if (!ref && type.kind == Kind::kOptional) {
    static_cast<const OptionalOps*>(type.ops)->reset(result);
    return;
  }
  Realm& realm = RealmOf(ref, "take a " + TypeScriptName(type) + " out");
  const v8::HandleScope scope(realm.isolate());
  Decode(realm, ref.get()->handle.Get(realm.isolate()), type, result, {},
         v8::Undefined(realm.isolate()));
}

}  // namespace nodehost::detail
