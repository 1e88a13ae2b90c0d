// Typed interfaces both ways: a struct of members bound to a JavaScript object, and a JavaScript
// object made of C++ functions. By reference: the object that came in is the one that goes out.
#include <v8.h>

#include <string>
#include <utility>

#include "callbacks.hpp"
#include "catch.hpp"
#include "decoder.hpp"
#include "encoder.hpp"
#include "entry.hpp"
#include "errors.hpp"
#include "nodehost/detail/class_info.hpp"
#include "nodehost/detail/member.hpp"
#include "nodehost/errors.hpp"
#include "path.hpp"

namespace nodehost::detail {

namespace {

template <class Ops>
const Ops& OpsOf(const TypeInfo& type) {
  return *static_cast<const Ops*>(type.ops);
}

// The ops do not write through it here.
void* Mutable(const void* value) { return const_cast<void*>(value); }

// The member in a field: null for data, for a nested interface and for an empty optional.
const Member* MemberIn(const TypeInfo& type, const void* value) {
  switch (type.kind) {
    case Kind::kMethod:
    case Kind::kConstructor:
      return OpsOf<MethodOps>(type).member(Mutable(value));
    case Kind::kProperty:
      return OpsOf<PropertyOps>(type).member(Mutable(value));
    case Kind::kOptional: {
      const void* const held = OpsOf<OptionalOps>(type).get(value);
      return held ? MemberIn(*type.element, held) : nullptr;
    }
    default:
      return nullptr;
  }
}

const void* At(const void* value, const FieldInfo& field) {
  return static_cast<const std::byte*>(value) + field.offset;
}

// A field that is a property of two Methods of C++'s.
struct AccessorPair {
  const Member* get = nullptr;
  const Member* set = nullptr;
};

AccessorPair AccessorsIn(const TypeInfo& type, const void* value) {
  if (type.kind == Kind::kOptional) {
    const void* const held = OpsOf<OptionalOps>(type).get(value);
    return held ? AccessorsIn(*type.element, held) : AccessorPair();
  }
  if (type.kind != Kind::kProperty) return {};
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
    if (field.type->kind == Kind::kInterface) {
      CollectParts(OpsOf<StructOps>(*field.type).info(), item, parts);
    }
    const Member* const member = MemberIn(*field.type, item);
    if (member && member->native) parts.push_back(member->native);
    const AccessorPair pair = AccessorsIn(*field.type, item);
    if (pair.get && pair.get->native) parts.push_back(pair.get->native);
    if (pair.set && pair.set->native) parts.push_back(pair.set->native);
  }
}

}  // namespace

// ---- JavaScript to C++ ----

Member Decoder::MemberOf(v8::Local<v8::Value> function) {
  References& references = realm_.references();
  Member member;
  if (!function.IsEmpty()) member.function = references.Make(isolate_, function);
  if (receiver_->IsObject()) {
    if (!shared_receiver_ || shared_receiver_.get()->Get(isolate_) != receiver_) {
      shared_receiver_ = references.Make(isolate_, receiver_);
    }
    member.receiver = shared_receiver_;
  }
  member.field = field_;
  return member;
}

bool Decoder::DecodeInterface(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  const Level level(*this);
  if (level.too_deep()) return RefuseDepth();
  if (!value->IsObject()) return Refuse(value, type);
  const StructInfo& info = OpsOf<StructOps>(type).info();
  const auto keys = realm_.KeysOf(info);
  const v8::Local<v8::Value> outer = receiver_;
  const FieldInfo* const outer_field = field_;
  bool fits = true;
  for (std::size_t i = 0; i < info.fields.size(); ++i) {
    const std::size_t first = misfits_.size();
    field_ = &info.fields[i];
    // A member that an ES module does not export may be on its default export.
    v8::Local<v8::Value> arguments[] = {value, keys[i].Get(isolate_)};
    if (!realm_.CallBridge(Bridge::kHolder, arguments).ToLocal(&receiver_)) {
      ThrowCaught(realm_, *caught_);
    }
    v8::Local<v8::Value> item = v8::Undefined(isolate_);
    if (receiver_->IsObject()) {
      item = Get(receiver_.As<v8::Object>(), arguments[1]);
    } else {
      receiver_ = value;
    }
    if (!DecodeField(item, *field_, static_cast<std::byte*>(result) + field_->offset)) {
      // All the missing members are reported at once.
      fits = Within(first, FieldStep(info.fields[i].name));
    }
  }
  receiver_ = outer;
  field_ = outer_field;
  return fits;
}

bool Decoder::DecodeField(v8::Local<v8::Value> item, const FieldInfo& field, void* result) {
  if (!field.optional || !item->IsUndefined()) return Decode(item, *field.type, result);
  // So that it can say which one is missing; and a property may come later.
  switch (field.type->kind) {
    case Kind::kMethod:
    case Kind::kConstructor:
      OpsOf<MethodOps>(*field.type).member(result)->field = &field;
      break;
    case Kind::kProperty:
      *OpsOf<PropertyOps>(*field.type).member(result) = MemberOf({});
      break;
    default:
      break;
  }
  return true;
}

bool Decoder::DecodeMethod(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  if (type.kind == Kind::kMethod) {
    if (!value->IsFunction()) return RefuseAs(value, "function", false);
  } else if (!value->IsFunction() || !value.As<v8::Object>()->IsConstructor()) {
    return RefuseAs(value, "class", false);
  }
  *OpsOf<MethodOps>(type).member(result) = MemberOf(value);
  return true;
}

bool Decoder::DecodeProperty(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  const auto& ops = OpsOf<PropertyOps>(type);
  auto probe = [&](void* scratch, void*) {
    // What it holds has its own members, with names and receivers of their own.
    const v8::Local<v8::Value> receiver = receiver_;
    const FieldInfo* const field = field_;
    const bool fits = Decode(value, *type.element, scratch);
    receiver_ = receiver;
    field_ = field;
    return fits;
  };
  if (!ops.probe(FillerOf(probe))) return false;
  *ops.member(result) = MemberOf({});
  return true;
}

bool Decoder::DecodeFunction(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  auto fill = [&](void* method, void*) { return Decode(value, *type.element, method); };
  return OpsOf<FunctionOps>(type).fill(result, FillerOf(fill));
}

bool Decoder::DecodeClass(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  if (type.kind == Kind::kInstance) {
    return realm_.classes().Assign(realm_, value, OpsOf<InstanceOps>(type), result) ||
           Refuse(value, type);
  }
  // A Class<T> holds nothing; it must be the class all the same.
  const ClassInfo& info = OpsOf<ClassOps>(type).info();
  return value->StrictEquals(realm_.classes().ConstructorOf(realm_, info)) ||
         RefuseAs(value, "the C++ class " + info.name, false);
}

// ---- C++ to JavaScript ----

v8::Local<v8::Value> Encoder::EncodeMember(const Member& member, std::string_view name) {
  if (member.function) {
    if (member.function.get()->thread != &realm_.thread()) {
      throw WrongThread("A Method of environment \"" + member.function.get()->thread->name() +
                        "\" was handed to environment \"" + realm_.thread().name() +
                        "\". Wrap it in a lambda, which may call it from there.");
    }
    return Entry::LocalOf(realm_, member.function);
  }
  if (member.native) return realm_.natives().FunctionOf(realm_, member.native, name);
  return v8::Undefined(isolate_);
}

v8::Local<v8::Value> Encoder::EncodeFunction(const TypeInfo& type, const void* value) {
  v8::Local<v8::Value> function = v8::Undefined(isolate_);
  auto visit = [&](const void* method, const void*) { function = Encode(*type.element, method); };
  OpsOf<FunctionOps>(type).visit(value, VisitorOf(visit));
  return function;
}

// The object that all members of an imported interface were found on; empty if there is not one.
v8::Local<v8::Value> Encoder::SourceOf(const StructInfo& info, const void* value) {
  v8::Local<v8::Value> source;
  for (const FieldInfo& field : info.fields) {
    const Member* const member = MemberIn(*field.type, At(value, field));
    if (!member) continue;
    const AccessorPair pair = AccessorsIn(*field.type, At(value, field));
    if (member->native || pair.get) return {};
    if (!member->receiver) continue;
    const v8::Local<v8::Value> receiver = Entry::LocalOf(realm_, member->receiver);
    if (!source.IsEmpty() && !source->StrictEquals(receiver)) return {};
    source = receiver;
  }
  return source;
}

v8::Local<v8::Value> Encoder::EncodeInterface(const TypeInfo& type, const void* value) {
  const Nesting nesting(depth_);
  if (nesting.too_deep()) throw EncodeMisfit{{}, std::string(kTooDeep)};
  const StructInfo& info = OpsOf<StructOps>(type).info();
  v8::EscapableHandleScope scope(isolate_);
  const v8::Local<v8::Value> source = SourceOf(info, value);
  if (!source.IsEmpty()) return scope.Escape(source);
  NativeFunctions::Parts parts;
  CollectParts(info, value, parts);
  v8::Local<v8::Object> object;
  const bool known = !parts.empty() &&
                     realm_.natives().FindObject(isolate_, parts).ToLocal(&object) &&
                     !object.IsEmpty();
  if (!known) object = v8::Object::New(isolate_);
  const auto keys = realm_.KeysOf(info);
  for (std::size_t i = 0; i < info.fields.size(); ++i) {
    const FieldInfo& field = info.fields[i];
    // The functions are the same as before; data may have changed.
    if (known && MemberIn(*field.type, At(value, field))) continue;
    EncodeField(object, keys[i].Get(isolate_), field, At(value, field));
  }
  if (!known && !parts.empty()) realm_.natives().KeepObject(isolate_, object, std::move(parts));
  return scope.Escape(object);
}

void Encoder::EncodeField(v8::Local<v8::Object> object, v8::Local<v8::Name> key,
                          const FieldInfo& field, const void* value) {
  const AccessorPair pair = AccessorsIn(*field.type, value);
  if (pair.get) {
    const auto function = [&](const Member* member) {
      return member ? EncodeMember(*member, field.name) : v8::Undefined(isolate_).As<v8::Value>();
    };
    v8::PropertyDescriptor descriptor(function(pair.get), function(pair.set));
    descriptor.set_enumerable(true);
    descriptor.set_configurable(true);
    Check(object->DefineProperty(realm_.context(), key, descriptor));
    return;
  }
  v8::Local<v8::Value> item;
  if (const Member* const member = MemberIn(*field.type, value)) {
    if (field.type->kind != Kind::kProperty && !member->function && !member->native) return;
    if (!member->function && !member->native) {
      // A live property of another object, as it is now.
      if (!member->receiver) return;
      const v8::Local<v8::Value> receiver = Entry::LocalOf(realm_, member->receiver);
      const Catch caught(realm_);
      if (!receiver.As<v8::Object>()->Get(realm_.context(), key).ToLocal(&item)) {
        ThrowCaught(realm_, caught);
      }
    } else {
      item = EncodeMember(*member, field.name);
    }
  } else {
    item = Part(*field.type, value, [&] { return FieldStep(field.name); });
  }
  Check(object->CreateDataProperty(realm_.context(), key, item));
}

}  // namespace nodehost::detail
