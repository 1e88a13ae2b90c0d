// Entry: the way from a handle into V8, for the length of one operation - the checks, a handle
// scope, and the value behind the handle.
#pragma once

#include <v8.h>

#include "handle_scope.hpp"
#include "nodehost/detail/key.hpp"
#include "nodehost/detail/ref.hpp"
#include "realm.hpp"

namespace nodehost::detail {

class Entry {
 public:
  /// Throws WrongThread off the JS thread and EnvironmentStopped after its end. An empty `ref` is
  /// `undefined`, in whichever environment calls; off every JS thread, a TypeError.
  explicit Entry(const Ref& ref)
      : realm_(RealmOf(ref)), scope_(realm_.isolate()), value_(LocalOf(realm_, ref)) {}

  Realm& realm() const noexcept { return realm_; }
  v8::Isolate* isolate() const noexcept { return realm_.isolate(); }
  v8::Local<v8::Context> context() const { return realm_.context(); }
  v8::Local<v8::Value> value() const noexcept { return value_; }

  /// `value[key]`
  v8::Local<v8::Value> Get(const Key& key) const;

  Ref Make(v8::Local<v8::Value> value) const { return realm_.references().Make(isolate(), value); }

  static Realm& RealmOf(const Ref& ref);

  /// The value behind `ref` in `realm`'s open handle scope. Throws WrongThread if it is another
  /// environment's.
  static v8::Local<v8::Value> LocalOf(Realm& realm, const Ref& ref);

  static v8::Local<v8::Value> KeyOf(Realm& realm, const Key& key);

 private:
  Realm& realm_;
  const HandleScope scope_;
  const v8::Local<v8::Value> value_;
};

}  // namespace nodehost::detail
