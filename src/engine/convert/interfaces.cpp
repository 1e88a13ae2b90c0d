// Typed interfaces both ways: a struct of members bound to a JavaScript object, and a JavaScript
// object made of C++ functions. By reference: the object that came in is the one that goes out.
#include <string>
#include <utility>

#include "engine/catch.hpp"
#include "engine/convert/conversion.hpp"
#include "engine/convert/decoder.hpp"
#include "engine/convert/encoder.hpp"
#include "engine/convert/members.hpp"
#include "engine/convert/structs.hpp"
#include "engine/entry.hpp"
#include "engine/js_errors.hpp"
#include "engine/path.hpp"
#include "nodehost/convert/structs.hpp"
#include "nodehost/convert/variants.hpp"

namespace nodehost::detail {

namespace {

const void* At(const void* value, const FieldInfo& field) {
  return static_cast<const std::byte*>(value) + field.offset;
}

// The member in a field: null for data, for a nested interface and for an empty optional.
const Member* MemberIn(const TypeInfo& type, const void* value) {
  if (IsFunction(type)) return OpsOf<MethodOps>(type).member(Mutable(value));
  if (type.Is(conversions::kProperty)) return OpsOf<PropertyOps>(type).member(Mutable(value));
  if (type.Is(conversions::kOptional)) {
    const void* const held = OpsOf<OptionalOps>(type).get(value);
    return held ? MemberIn(*type.element, held) : nullptr;
  }
  return nullptr;
}

NativeFunctions::Look LookOf(const FieldInfo& field) {
  const TypeInfo* type = field.type;
  while (type->Is(conversions::kOptional)) type = type->element;
  return IsFunction(*type) ? LookOf(*type, field.name) : NativeFunctions::Look{.name = field.name};
}

// A field that is a property of two Methods of C++'s.
struct AccessorPair {
  const Member* get = nullptr;
  const Member* set = nullptr;
};

AccessorPair AccessorsIn(const TypeInfo& type, const void* value) {
  if (type.Is(conversions::kOptional)) {
    const void* const held = OpsOf<OptionalOps>(type).get(value);
    return held ? AccessorsIn(*type.element, held) : AccessorPair();
  }
  if (!type.Is(conversions::kProperty)) return {};
  const auto& ops = OpsOf<PropertyOps>(type);
  const void* get = nullptr;
  const void* set = nullptr;
  ops.accessors(value, &get, &set);
  AccessorPair pair;
  if (get) pair.get = ops.get->member(Mutable(get));
  if (set) pair.set = ops.set->member(Mutable(set));
  return pair;
}

// The C++ functions of an interface and of those nested in it, in the order of the fields.
void CollectParts(const StructInfo& info, const void* value, NativeFunctions::Parts& parts) {
  for (const FieldInfo& field : info.fields) {
    const void* const item = At(value, field);
    if (field.type->Is(conversions::kInterface)) {
      CollectParts(OpsOf<StructOps>(*field.type).info(), item, parts);
    }
    const Member* const member = MemberIn(*field.type, item);
    if (member && member->native) parts.push_back(member->native);
    const AccessorPair pair = AccessorsIn(*field.type, item);
    if (pair.get && pair.get->native) parts.push_back(pair.get->native);
    if (pair.set && pair.set->native) parts.push_back(pair.set->native);
  }
}

// ---- JavaScript to C++ ----

bool FieldFromJs(Decoder& decoder, v8::Local<v8::Value> item, const FieldInfo& field,
                 void* result) {
  if (!field.optional || !item->IsUndefined()) return decoder.Decode(item, *field.type, result);
  // A missing function is named in the error; a property may be added later.
  if (IsFunction(*field.type)) {
    OpsOf<MethodOps>(*field.type).member(result)->field = &field;
  } else if (field.type->Is(conversions::kProperty)) {
    *OpsOf<PropertyOps>(*field.type).member(result) = decoder.MemberOf({});
  }
  return true;
}

bool InterfaceFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                     void* result) {
  Decoder::Place& place = decoder.place();
  const Decoder::Place outer = place;
  const auto read = [&](const FieldInfo& field, v8::Local<v8::Name> key) {
    place.field = &field;
    // A member that an ES module does not export may be on its default export.
    v8::Local<v8::Value> arguments[] = {value, key};
    if (!decoder.realm().bridge().Call(Bridge::kHolder, arguments).ToLocal(&place.receiver)) {
      decoder.ThrowCaught();
    }
    v8::Local<v8::Value> item = v8::Undefined(decoder.isolate());
    if (place.receiver->IsObject()) {
      item = decoder.Get(place.receiver.As<v8::Object>(), key);
    } else {
      place.receiver = value;
    }
    return FieldFromJs(decoder, item, field, static_cast<std::byte*>(result) + field.offset);
  };
  // All the missing members are reported at once.
  const bool fits = FieldsFromJs<AfterMisfit::kGoOn>(decoder, value, type, read);
  place = outer;
  return fits;
}

Fit InterfaceFit(Decoder&, v8::Local<v8::Value> value, const TypeInfo&) {
  return AcceptedIf(value->IsObject());
}

// ---- C++ to JavaScript ----

// The object that all members of an imported interface were found on; empty if there is not one.
v8::Local<v8::Value> SourceOf(Encoder& encoder, const StructInfo& info, const void* value) {
  v8::Local<v8::Value> source;
  for (const FieldInfo& field : info.fields) {
    const Member* const member = MemberIn(*field.type, At(value, field));
    if (!member) continue;
    const AccessorPair pair = AccessorsIn(*field.type, At(value, field));
    if (member->native || pair.get) return {};
    if (!member->receiver) continue;
    const v8::Local<v8::Value> receiver = Entry::LocalOf(encoder.realm(), member->receiver);
    if (!source.IsEmpty() && !source->StrictEquals(receiver)) return {};
    source = receiver;
  }
  return source;
}

void FieldToJs(Encoder& encoder, v8::Local<v8::Object> object, v8::Local<v8::Name> key,
               const FieldInfo& field, const void* value) {
  const AccessorPair pair = AccessorsIn(*field.type, value);
  if (pair.get) {
    const auto function = [&](const Member* member) {
      return member ? MemberToJs(encoder, *member, {.name = field.name})
                    : v8::Undefined(encoder.isolate()).As<v8::Value>();
    };
    v8::PropertyDescriptor descriptor(function(pair.get), function(pair.set));
    descriptor.set_enumerable(true);
    descriptor.set_configurable(true);
    encoder.Check(object->DefineProperty(encoder.context(), key, descriptor));
    return;
  }
  v8::Local<v8::Value> item;
  if (const Member* const member = MemberIn(*field.type, value)) {
    if (!field.type->Is(conversions::kProperty) && !member->function && !member->native) return;
    if (!member->function && !member->native) {
      // A live property of another object, as it is now.
      if (!member->receiver) return;
      const v8::Local<v8::Value> receiver = Entry::LocalOf(encoder.realm(), member->receiver);
      const Catch caught(encoder.realm());
      if (!receiver.As<v8::Object>()->Get(encoder.context(), key).ToLocal(&item)) {
        ThrowCaught(encoder.realm(), caught);
      }
    } else {
      item = MemberToJs(encoder, *member, LookOf(field));
    }
  } else {
    const Encoder::Named named(encoder, field.name);
    item = encoder.Part(*field.type, value, [&] { return FieldStep(field.name); });
  }
  if (IsLeftOut(field, item)) {
    // The object may have the property from an earlier conversion.
    encoder.Check(object->Delete(encoder.context(), key));
    return;
  }
  encoder.Check(object->CreateDataProperty(encoder.context(), key, item));
}

v8::Local<v8::Value> InterfaceToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  const Encoder::Level level(encoder);
  const StructInfo& info = OpsOf<StructOps>(type).info();
  v8::EscapableHandleScope scope(encoder.isolate());
  const v8::Local<v8::Value> source = SourceOf(encoder, info, value);
  if (!source.IsEmpty()) return scope.Escape(source);
  NativeFunctions::Parts parts;
  CollectParts(info, value, parts);
  v8::Local<v8::Object> object;
  const bool known =
      !parts.empty() &&
      encoder.realm().natives().FindObject(encoder.isolate(), parts).ToLocal(&object) &&
      !object.IsEmpty();
  if (!known) object = v8::Object::New(encoder.isolate());
  const auto keys = encoder.realm().structs().keys.Find(encoder.isolate(), info);
  for (std::size_t i = 0; i < info.fields.size(); ++i) {
    const FieldInfo& field = info.fields[i];
    // A known object has its functions already; its data is written anew, for it may have changed.
    if (known && MemberIn(*field.type, At(value, field))) continue;
    FieldToJs(encoder, object, keys[i].Get(encoder.isolate()), field, At(value, field));
  }
  if (!known && !parts.empty())
    encoder.realm().natives().KeepObject(encoder.isolate(), object, std::move(parts));
  return scope.Escape(object);
}

}  // namespace

namespace conversions {

constinit const Conversion kInterface = StructRow(&InterfaceToJs, &InterfaceFromJs, &InterfaceFit);

}  // namespace conversions

}  // namespace nodehost::detail
