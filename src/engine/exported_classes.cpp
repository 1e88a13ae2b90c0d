#include "exported_classes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "catch.hpp"
#include "describe.hpp"
#include "encode_decode.hpp"
#include "js_errors.hpp"
#include "leaf.hpp"
#include "native_call.hpp"
#include "node_version.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/js.hpp"
#include "overloads.hpp"
#include "realm.hpp"

namespace nodehost::detail {

// What a JavaScript object of a class holds: a share of the C++ object.
class Classes::Holder final : public Attachment {
 public:
  Holder(Classes& owner, v8::Isolate* isolate, Instance instance)
      : owner_(owner),
        isolate_(isolate),
        identity_(IdentityOf(instance)),
        held_(std::move(instance)) {
    bytes_ = static_cast<std::int64_t>(
        held_.info->size +
        (held_.info->external_bytes ? held_.info->external_bytes(held_.object.get()) : 0));
    isolate_->AdjustAmountOfExternalAllocatedMemory(bytes_);
  }
  ~Holder() override { Forget(); }

  const std::shared_ptr<void>& object() const noexcept { return held_.object; }
  const ClassInfo& info() const noexcept { return *held_.info; }

  /// The object as a `wanted`, which its class is or derives from.
  void* As(const ClassInfo& wanted) const {
    void* object = held_.object.get();
    for (const ClassInfo* info = held_.info; info != &wanted; info = info->base) {
      object = info->upcast(object);
    }
    return object;
  }

  /// For std::unique_ptr: the object is the caller's to destroy.
  void* Release(const ClassInfo& wanted) {
    auto* const releasable = std::get_deleter<Releasable>(held_.object);
    if (!releasable || uses_ > 0 || held_.object.use_count() > 1) {
      ThrowTypeError(
          fmt::format("{} cannot be handed over to C++, where it is in use", wanted.name));
    }
    if (held_.info != &wanted && !wanted.virtual_destructor) {
      ThrowTypeError(
          fmt::format("{} cannot be handed over to C++ as a {}, which has no virtual destructor",
                      held_.info->name, wanted.name));
    }
    void* const object = As(wanted);
    releasable->destroy = nullptr;
    Forget();
    return object;
  }

 private:
  friend class Use;

  void Forget() noexcept {
    if (!held_.object) return;
    const auto found = owner_.objects_.find(identity_);
    if (found != owner_.objects_.end() && found->second == this) owner_.objects_.erase(found);
    isolate_->AdjustAmountOfExternalAllocatedMemory(-bytes_);
    // Last: its destructor may do anything.
    const std::shared_ptr<void> object = std::move(held_.object);
  }

  Classes& owner_;
  v8::Isolate* const isolate_;
  const Identity identity_;
  Instance held_;
  std::int64_t bytes_ = 0;
  int uses_ = 0;
};

// While a method runs, its object is not handed over.
class Classes::Use {
 public:
  explicit Use(Holder& holder) : holder_(holder) { ++holder_.uses_; }
  ~Use() { --holder_.uses_; }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

 private:
  Holder& holder_;
};

Classes::Identity Classes::IdentityOf(const Instance& instance) {
  void* object = instance.object.get();
  const ClassInfo* info = instance.info;
  for (; info->base; info = info->base) object = info->upcast(object);
  return {object, info};
}

namespace {

v8::Local<v8::Name> NameOf(Realm& realm, const std::string& name) {
  constexpr std::string_view kSymbol = "Symbol.";
  v8::Isolate* const isolate = realm.isolate();
  if (name == "Symbol.iterator") return v8::Symbol::GetIterator(isolate);
  if (name == "Symbol.asyncIterator") return v8::Symbol::GetAsyncIterator(isolate);
  if (name == "Symbol.toPrimitive") return v8::Symbol::GetToPrimitive(isolate);
  if (name == "Symbol.hasInstance") return v8::Symbol::GetHasInstance(isolate);
  if (name.starts_with(kSymbol)) {
    // A symbol that only newer versions of JavaScript have, such as Symbol.dispose.
    const v8::Local<v8::Context> context = realm.context();
    v8::Local<v8::Value> symbols;
    v8::Local<v8::Value> symbol;
    if (context->Global()->Get(context, realm.String("Symbol")).ToLocal(&symbols) &&
        symbols->IsObject() &&
        symbols.As<v8::Object>()
            ->Get(context, realm.String(name.substr(kSymbol.size())))
            .ToLocal(&symbol) &&
        symbol->IsSymbol()) {
      return symbol.As<v8::Symbol>();
    }
    throw HostError(fmt::format("There is no {} in this Node.js.", name));
  }
  return realm.Key(name);
}

// The internal fields of an object: what says that it is one of ours, and its Holder, which is null
// until its constructor has returned.
constexpr int kMarkField = 0;
constexpr int kHolderField = 1;
constexpr int kInternalFields = 2;
alignas(8) constinit char mark = 0;  // by its address

constexpr auto kHidden = static_cast<v8::PropertyAttribute>(v8::DontEnum);

}  // namespace

// ---- The class ----

v8::Local<v8::FunctionTemplate> Classes::FunctionFor(Realm& realm, const ClassFunction& function) {
  v8::Isolate* const isolate = realm.isolate();
  // Of several overloads the ordinary call chooses.
  const LeafInfo* const leaf =
      function.overloads.size() == 1 ? function.overloads.front().leaf : nullptr;
  const auto made = NewFunctionTemplate(isolate, &Call,
                                        NewExternal(isolate, const_cast<ClassFunction*>(&function)),
                                        LengthOf(function.overloads), leaf);
  made->SetClassName(realm.String(
      function.name.starts_with("Symbol.") ? fmt::format("[{}]", function.name) : function.name));
  return made;
}

v8::Local<v8::FunctionTemplate> Classes::Describe(Realm& realm, const ClassInfo& info) {
  v8::Isolate* const isolate = realm.isolate();
  v8::EscapableHandleScope scope(isolate);
  const auto description = v8::FunctionTemplate::New(
      isolate, &Construct, NewExternal(isolate, const_cast<ClassInfo*>(&info)), {},
      LengthOf(info.constructions));
  description->SetClassName(realm.String(info.name));
  description->InstanceTemplate()->SetInternalFieldCount(kInternalFields);
  if (info.base) description->Inherit(DescriptionOf(realm, *info.base));
  const v8::Local<v8::ObjectTemplate> prototype = description->PrototypeTemplate();
  prototype->Set(v8::Symbol::GetToStringTag(isolate), realm.String(info.name),
                 static_cast<v8::PropertyAttribute>(v8::DontEnum | v8::ReadOnly));
  for (const auto& function : info.functions) {
    const auto made = FunctionFor(realm, *function);
    const v8::Local<v8::Name> name = NameOf(realm, function->name);
    if (function->is_static) {
      description->Set(name, made, kHidden);
    } else {
      prototype->Set(name, made, kHidden);
    }
  }
  for (const auto& property : info.properties) {
    const auto get = FunctionFor(realm, property->get);
    v8::Local<v8::FunctionTemplate> set;
    if (!property->set.overloads.empty()) set = FunctionFor(realm, property->set);
    const v8::Local<v8::Name> name = NameOf(realm, property->name);
    if (property->is_static) {
      description->SetAccessorProperty(name, get, set);
    } else {
      prototype->SetAccessorProperty(name, get, set, kHidden);
    }
  }
  return scope.Escape(description);
}

v8::Local<v8::FunctionTemplate> Classes::DescriptionOf(Realm& realm, const ClassInfo& info) {
  if (info.id >= made_.size()) made_.resize(info.id + 1);
  if (made_[info.id].description.IsEmpty()) {
    const auto description = Describe(realm, info);
    made_[info.id].description.Reset(realm.isolate(), description);
  }
  return made_[info.id].description.Get(realm.isolate());
}

v8::Local<v8::Function> Classes::ConstructorOf(Realm& realm, const ClassInfo& info) {
  v8::Isolate* const isolate = realm.isolate();
  const v8::Local<v8::FunctionTemplate> description = DescriptionOf(realm, info);
  if (!made_[info.id].constructor.IsEmpty()) return made_[info.id].constructor.Get(isolate);
  v8::EscapableHandleScope scope(isolate);
  const v8::Local<v8::Context> context = realm.context();
  const Catch caught(realm);
  v8::Local<v8::Function> constructor;
  if (!description->GetFunction(context).ToLocal(&constructor)) ThrowCaught(realm, caught);
  if (info.base &&
      SetPrototype(context, constructor, ConstructorOf(realm, *info.base)).IsNothing()) {
    ThrowCaught(realm, caught);
  }
  AddConstants(realm, info, constructor);
  made_[info.id].constructor.Reset(isolate, constructor);
  return scope.Escape(constructor);
}

void Classes::AddConstants(Realm& realm, const ClassInfo& info,
                           v8::Local<v8::Function> constructor) {
  for (const ClassConstant& constant : info.constants) {
    const v8::Local<v8::Value> value = Encode(realm, *constant.type, constant.value.get());
    const Catch caught(realm);
    if (constructor
            ->DefineOwnProperty(realm.context(), realm.Key(constant.name), value,
                                static_cast<v8::PropertyAttribute>(v8::ReadOnly | v8::DontDelete))
            .IsNothing()) {
      ThrowCaught(realm, caught);
    }
  }
}

// ---- Its objects ----

bool Classes::IsInstance(Realm& realm, v8::Local<v8::Value> value, const ClassInfo& info) {
  return value->IsObject() && DescriptionOf(realm, info)->HasInstance(value);
}

Classes::Holder* Classes::FindHolder(v8::Local<v8::Value> value, const ClassInfo& info) noexcept {
  if (!value->IsObject()) return nullptr;
  const v8::Local<v8::Object> object = value.As<v8::Object>();
  if (object->InternalFieldCount() != kInternalFields ||
      InternalPointer(object, kMarkField) != &mark) {
    return nullptr;
  }
  auto* const holder = static_cast<Holder*>(InternalPointer(object, kHolderField));
  return holder && DerivesFrom(&holder->info(), info) ? holder : nullptr;
}

void* Classes::FindObject(v8::Local<v8::Value> value, const ClassInfo& info) noexcept {
  const Holder* const holder = FindHolder(value, info);
  return holder && holder->object() ? holder->As(info) : nullptr;
}

// Null where it is none. An object of the class whose constructor has not come to its end, and one
// that was handed over, are TypeErrors.
Classes::Holder* Classes::HolderOf(Realm& realm, v8::Local<v8::Value> value,
                                   const ClassInfo& info) {
  Holder* const holder = FindHolder(value, info);
  if (holder && holder->object()) [[likely]]
    return holder;
  if (holder) ThrowTypeError(fmt::format("{}: the object was handed over to C++", info.name));
  if (IsInstance(realm, value, info)) {
    ThrowTypeError(fmt::format("{}: the object's constructor has not returned", info.name));
  }
  return nullptr;
}

v8::Local<v8::Object> Classes::Find(v8::Isolate* isolate, const Instance& instance) {
  const auto found = objects_.find(IdentityOf(instance));
  if (found == objects_.end()) return {};
  return found->second->Attachment::object(isolate);
}

void Classes::Hold(v8::Isolate* isolate, v8::Local<v8::Object> object, Instance instance) {
  const Identity identity = IdentityOf(instance);
  auto holder = std::make_unique<Holder>(*this, isolate, std::move(instance));
  SetInternalPointer(object, kMarkField, &mark);
  SetInternalPointer(object, kHolderField, holder.get());
  objects_[identity] = holder.get();
  attachments_.Add(isolate, object, std::move(holder));
}

v8::Local<v8::Value> Classes::ObjectOf(Realm& realm, const Instance& instance) {
  v8::Isolate* const isolate = realm.isolate();
  if (!instance.object) return v8::Null(isolate);
  const v8::Local<v8::Object> known = Find(isolate, instance);
  if (!known.IsEmpty()) return known;
  v8::EscapableHandleScope scope(isolate);
  ConstructorOf(realm, *instance.info);  // statics and the prototype chain of the constructors
  const Catch caught(realm);
  v8::Local<v8::Object> object;
  if (!DescriptionOf(realm, *instance.info)
           ->InstanceTemplate()
           ->NewInstance(realm.context())
           .ToLocal(&object)) {
    ThrowCaught(realm, caught);
  }
  Hold(isolate, object, instance);
  return scope.Escape(object);
}

bool Classes::Assign(Realm& realm, v8::Local<v8::Value> value, const InstanceOps& ops,
                     void* result) {
  const ClassInfo& info = ops.info();
  Holder* const holder = HolderOf(realm, value, info);
  if (!holder) return false;
  if (ops.takes) {
    void* const object = holder->Release(info);
    ops.assign(result, std::shared_ptr<void>(std::shared_ptr<void>(), object));
  } else {
    ops.assign(result, std::shared_ptr<void>(holder->object(), holder->As(info)));
  }
  return true;
}

// ---- Calls ----

void Classes::Call(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const auto& function = *static_cast<ClassFunction*>(ExternalPointer(info.Data()));
  ServeNative(info, function.full_name, [&](Realm& realm, NativeCall& call) {
    if (function.is_static) {
      CallOverload(call, function.overloads, nullptr);
      return;
    }
    Holder* const holder = realm.classes().HolderOf(realm, info.This(), *function.info);
    if (!holder) {
      // V8 puts the global object in the place of no `this`.
      const bool none = info.This()->StrictEquals(realm.context()->Global());
      ThrowTypeError(fmt::format(
          "{}: expected a {} as `this`, got {}", function.full_name, function.info->name,
          none ? "none" : DescribeValue(realm.isolate(), realm.context(), info.This())));
    }
    const Use use(*holder);
    call.set_object(holder->object());
    CallOverload(call, function.overloads, holder->As(*function.info));
  });
}

void Classes::Construct(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const auto& described = *static_cast<ClassInfo*>(ExternalPointer(info.Data()));
  ServeNative(info, described.name, [&](Realm& realm, NativeCall& call) {
    if (!info.IsConstructCall()) {
      ThrowTypeError(
          fmt::format("Class constructor {} cannot be invoked without 'new'", described.name));
    }
    const v8::Local<v8::Object> object = info.This();
    SetInternalPointer(object, kHolderField, nullptr);
    if (described.constructions.empty()) {
      ThrowTypeError(
          fmt::format("{} cannot be made in JavaScript: it has no constructor", described.name));
    }
    Classes& classes = realm.classes();
    Instance made{MakeOverload(call, described.constructions), &described};
    if (!made.object) {
      ThrowTypeError(fmt::format("{}: the constructor made no object", described.name));
    }
    const v8::Local<v8::Object> known = classes.Find(realm.isolate(), made);
    if (known.IsEmpty()) {
      classes.Hold(realm.isolate(), object, std::move(made));
    } else {
      info.GetReturnValue().Set(known);
    }
  });
}

void Classes::Clear() noexcept {
  attachments_.Clear();
  objects_.clear();
  made_.clear();
}

}  // namespace nodehost::detail

std::size_t nodehost::Js::CppObjects() const { return detail::Realm::Of(thread_).classes().live(); }
