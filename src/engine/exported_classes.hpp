// Classes: described C++ classes in one environment - a constructor and a prototype for each, made
// at its first use - and the JavaScript objects of them.
#pragma once

#include <v8.h>

#include <cstddef>
#include <memory>
#include <unordered_map>
#include <vector>

#include "attachments.hpp"
#include "nodehost/detail/class_info.hpp"

namespace nodehost::detail {

class NativeCall;
class Realm;

class Classes {
 public:
  /// The constructor.
  v8::Local<v8::Function> ConstructorOf(Realm& realm, const ClassInfo& info);

  /// The one JavaScript object of a C++ object, made if there is none; null without an object.
  v8::Local<v8::Value> ObjectOf(Realm& realm, const Instance& instance);

  /// Assigns the C++ object behind `value` to `result`; false if it is none of the class. Throws
  /// JsError for one that was handed over, and one that cannot be.
  bool Assign(Realm& realm, v8::Local<v8::Value> value, const InstanceOps& ops, void* result);

  /// Whether `value` is an object of the class or of one derived from it.
  bool IsInstance(Realm& realm, v8::Local<v8::Value> value, const ClassInfo& info);

  /// The C++ object of class `info` behind `value`, or null. Calls nothing of V8's that could
  /// collect garbage.
  static void* FindObject(v8::Local<v8::Value> value, const ClassInfo& info) noexcept;

  /// How many C++ objects JavaScript holds.
  std::size_t live() const noexcept { return objects_.size(); }

  /// Before the isolate goes: gives up all objects.
  void Clear() noexcept;

 private:
  class Holder;
  class Use;

  struct Made {
    v8::Global<v8::FunctionTemplate> description;
    v8::Global<v8::Function> constructor;
  };

  // What an object is known by: a base at the same address is the same object, a member is not.
  struct Identity {
    const void* object;
    const ClassInfo* root;
    bool operator==(const Identity&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Identity& identity) const noexcept {
      return std::hash<const void*>()(identity.object) ^
             (std::hash<const void*>()(identity.root) << 1);
    }
  };

  static Identity IdentityOf(const Instance& instance);
  static void Call(const v8::FunctionCallbackInfo<v8::Value>& info);
  static void Construct(const v8::FunctionCallbackInfo<v8::Value>& info);

  v8::Local<v8::FunctionTemplate> DescriptionOf(Realm& realm, const ClassInfo& info);
  v8::Local<v8::FunctionTemplate> Describe(Realm& realm, const ClassInfo& info);
  v8::Local<v8::FunctionTemplate> FunctionFor(Realm& realm, const ClassFunction& function);
  void AddConstants(Realm& realm, const ClassInfo& info, v8::Local<v8::Function> constructor);
  static Holder* FindHolder(v8::Local<v8::Value> value, const ClassInfo& info) noexcept;
  Holder* HolderOf(Realm& realm, v8::Local<v8::Value> value, const ClassInfo& info);
  v8::Local<v8::Object> Find(v8::Isolate* isolate, const Instance& instance);
  void Hold(v8::Isolate* isolate, v8::Local<v8::Object> object, Instance instance);

  std::vector<Made> made_;  // by ClassInfo::id
  // The holders leave it when they go, and so are declared behind it.
  std::unordered_map<Identity, Holder*, Hash> objects_;
  Attachments attachments_;
};

}  // namespace nodehost::detail
