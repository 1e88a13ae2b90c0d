#include "exported_classes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "catch.hpp"
#include "class_holder.hpp"
#include "describe.hpp"
#include "encode_decode.hpp"
#include "js_errors.hpp"
#include "leaf.hpp"
#include "native_call.hpp"
#include "node_version.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/js.hpp"
#include "overloads.hpp"
#include "override_link.hpp"
#include "realm.hpp"

namespace nodehost::detail {

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

constexpr auto kHidden = static_cast<v8::PropertyAttribute>(v8::DontEnum);

// Has structuredClone, postMessage and the like refuse the objects, of which they would make empty
// ones. By a getter: a value would take memory in each object.
void RefuseClones(Realm& realm, v8::Local<v8::ObjectTemplate> objects) {
  const v8::TryCatch caught(realm.isolate());
  v8::Local<v8::Value> mode;
  if (!realm.host_scripts().RunOnce("first_use/transfer_mode.js").ToLocal(&mode)) return;
  if (mode->IsUndefined()) return;  // no such Node; IsSymbol() is false for private ones
  const auto zero = [](v8::Local<v8::Name>, const v8::PropertyCallbackInfo<v8::Value>& info) {
    info.GetReturnValue().Set(0);
  };
  objects->SetNativeDataProperty(v8::Local<v8::Data>(mode).As<v8::Name>(), zero);
}

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
      LengthOf(info.constructions.empty() ? info.extensions : info.constructions));
  description->SetClassName(realm.String(info.name));
  description->InstanceTemplate()->SetInternalFieldCount(ClassHolder::kFields);
  RefuseClones(realm, description->InstanceTemplate());
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

ClassHolder* Classes::FindHolder(v8::Local<v8::Value> value, const ClassInfo& info) noexcept {
  ClassHolder* const holder = ClassHolder::Of(value);
  return holder && DerivesFrom(&holder->info(), info) ? holder : nullptr;
}

// Null where it is none. An object of the class whose constructor has not come to its end, and one
// that was handed over, are TypeErrors.
ClassHolder* Classes::HolderOf(Realm& realm, v8::Local<v8::Value> value, const ClassInfo& info) {
  ClassHolder* const holder = FindHolder(value, info);
  if (holder && holder->object()) [[likely]]
    return holder;
  if (holder) ThrowTypeError(fmt::format("{}: the object was handed over to C++", info.name));
  if (IsInstance(realm, value, info)) {
    ThrowTypeError(fmt::format("{}: the object's constructor has not returned", info.name));
  }
  return nullptr;
}

v8::Local<v8::Object> Classes::Find(v8::Isolate* isolate, void* object, const ClassInfo& info) {
  const ClassHolder* const found = holders_.Find(object, info);
  return found ? found->Attachment::object(isolate) : v8::Local<v8::Object>();
}

void Classes::Hold(v8::Isolate* isolate, v8::Local<v8::Object> object, const ClassInfo& info,
                   Made made) {
  std::unique_ptr<ClassHolder> holder(new (holders_) ClassHolder(holders_, info, std::move(made)));
  holder->PutInto(object);
  attachments_.Add(isolate, object, std::move(holder));
}

v8::Local<v8::Value> Classes::ObjectOf(Realm& realm, Instance instance) {
  v8::Isolate* const isolate = realm.isolate();
  if (!instance.object) return v8::Null(isolate);
  const v8::Local<v8::Object> known = Find(isolate, instance.object.get(), *instance.info);
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
  Hold(isolate, object, *instance.info, {{}, std::move(instance.object), nullptr});
  return scope.Escape(object);
}

bool Classes::Assign(Realm& realm, v8::Local<v8::Value> value, const InstanceOps& ops,
                     void* result) {
  const ClassInfo& info = ops.info();
  ClassHolder* const holder = HolderOf(realm, value, info);
  if (!holder) return false;
  if (ops.takes) {
    void* const object = holder->Release(info);
    ops.assign(result, std::shared_ptr<void>(std::shared_ptr<void>(), object));
  } else {
    ops.assign(result, std::shared_ptr<void>(holder->Share(), holder->As(info)));
  }
  return true;
}

// ---- Calls ----

void Classes::Call(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const ClassFunction* called = nullptr;
  const auto name_of = [&](Realm& realm) -> const std::string& {
    called = static_cast<const ClassFunction*>(realm.heap().ReadExternal(info.Data()));
    return called->full_name;
  };
  ServeNative(info, name_of, [&](Realm& realm, NativeCall& call) {
    const ClassFunction& function = *called;
    if (function.is_static) {
      CallOverload(call, function.overloads, nullptr);
      return;
    }
    ClassHolder* const holder = realm.classes().HolderOf(realm, info.This(), *function.info);
    if (!holder) {
      // V8 puts the global object in the place of no `this`.
      const bool none = info.This()->StrictEquals(realm.context()->Global());
      ThrowTypeError(fmt::format(
          "{}: expected a {} as `this`, got {}", function.full_name, function.info->name,
          none ? "none" : DescribeValue(realm.isolate(), realm.context(), info.This())));
    }
    const ClassHolder::Use use(*holder);
    const OverrideLink::CallOfOwn own(holder->link(), function.name);
    call.set_holder(*holder);
    CallOverload(call, function.overloads, holder->As(*function.info));
  });
}

const std::vector<Construction>& Classes::ConstructionsFor(Realm& realm, const ClassInfo& info,
                                                           v8::Local<v8::Value> new_target) {
  const bool extends =
      !info.extensions.empty() && !new_target->StrictEquals(ConstructorOf(realm, info));
  const std::vector<Construction>& found = extends ? info.extensions : info.constructions;
  if (!found.empty()) return found;
  if (!info.extensions.empty()) {
    ThrowTypeError(
        fmt::format("{} is abstract: only a class that extends it can be made", info.name));
  }
  ThrowTypeError(fmt::format("{} cannot be made in JavaScript: it has no constructor", info.name));
}

void Classes::Construct(const v8::FunctionCallbackInfo<v8::Value>& info) {
  const ClassInfo* constructed = nullptr;
  const auto name_of = [&](Realm& realm) -> const std::string& {
    constructed = static_cast<const ClassInfo*>(realm.heap().ReadExternal(info.Data()));
    return constructed->name;
  };
  ServeNative(info, name_of, [&](Realm& realm, NativeCall& call) {
    const ClassInfo& described = *constructed;
    if (!info.IsConstructCall()) {
      ThrowTypeError(
          fmt::format("Class constructor {} cannot be invoked without 'new'", described.name));
    }
    const v8::Local<v8::Object> object = info.This();
    Classes& classes = realm.classes();
    Made made = MakeOverload(call, classes.ConstructionsFor(realm, described, info.NewTarget()));
    if (!made.object()) {
      ThrowTypeError(fmt::format("{}: the constructor made no object", described.name));
    }
    // What is new and JavaScript's alone is not known yet.
    const v8::Local<v8::Object> known =
        made.owned ? v8::Local<v8::Object>()
                   : classes.Find(realm.isolate(), made.object(), described);
    if (known.IsEmpty()) {
      classes.Hold(realm.isolate(), object, described, std::move(made));
    } else {
      info.GetReturnValue().Set(known);
    }
  });
}

void Classes::Clear() noexcept {
  attachments_.Clear();
  made_.clear();
}

}  // namespace nodehost::detail

std::size_t nodehost::Js::CppObjects() const { return detail::Realm::Of(thread_).classes().live(); }
