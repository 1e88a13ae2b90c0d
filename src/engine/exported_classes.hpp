// Classes: described C++ classes in one environment - a constructor and a prototype for each, made
// at its first use - and the JavaScript objects of them.
#pragma once

#include <v8.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "attachments.hpp"
#include "class_holder.hpp"
#include "nodehost/detail/class_info.hpp"

namespace nodehost::detail {

class NativeCall;
class Realm;

class Classes {
 public:
  explicit Classes(v8::Isolate* isolate) noexcept : holders_(isolate) {}

  /// The constructor.
  v8::Local<v8::Function> ConstructorOf(Realm& realm, const ClassInfo& info);

  /// The one JavaScript object of a C++ object, made if there is none; null without an object.
  v8::Local<v8::Value> ObjectOf(Realm& realm, Instance instance);

  /// Assigns the C++ object behind `value` to `result`; false if it is none of the class. Throws
  /// JsError for one that was handed over, and one that cannot be.
  bool Assign(Realm& realm, v8::Local<v8::Value> value, const InstanceOps& ops, void* result);

  /// Whether `value` is an object of the class or of one derived from it.
  bool IsInstance(Realm& realm, v8::Local<v8::Value> value, const ClassInfo& info);

  /// How many C++ objects JavaScript holds.
  std::size_t live() const noexcept { return holders_.size(); }

  /// Before the isolate goes: gives up all objects.
  void Clear() noexcept;

 private:
  struct MadeClass {
    v8::Global<v8::FunctionTemplate> description;
    v8::Global<v8::Function> constructor;
  };

  static void Call(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void Construct(const v8::FunctionCallbackInfo<v8::Value>& info);

  v8::Local<v8::FunctionTemplate> DescriptionOf(Realm& realm, const ClassInfo& info);
  v8::Local<v8::FunctionTemplate> Describe(Realm& realm, const ClassInfo& info);
  v8::Local<v8::FunctionTemplate> FunctionFor(Realm& realm, const ClassFunction& function);
  /// What `new` is to call: of `new_target`, which is the class itself, or extends it. Throws
  /// JsError where it is nothing.
  const std::vector<Construction>& ConstructionsFor(Realm& realm, const ClassInfo& info,
                                                    v8::Local<v8::Value> new_target);
  void AddConstants(Realm& realm, const ClassInfo& info, v8::Local<v8::Function> constructor);
  static ClassHolder* FindHolder(v8::Local<v8::Value> value, const ClassInfo& info) noexcept;
  ClassHolder* HolderOf(Realm& realm, v8::Local<v8::Value> value, const ClassInfo& info);
  void Hold(v8::Isolate* isolate, v8::Local<v8::Object> object, const ClassInfo& info, Made made);
  v8::Local<v8::Object> Find(v8::Isolate* isolate, void* object, const ClassInfo& info);

  std::vector<MadeClass> made_;  // by ClassInfo::id
  // The holders leave it when they go, and so are declared behind it.
  ClassHolders holders_;
  Attachments attachments_;
};

}  // namespace nodehost::detail
