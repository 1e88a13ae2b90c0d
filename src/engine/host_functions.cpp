#include "host_functions.hpp"

#include <fmt/format.h>

#include <vector>

#include "catch.hpp"
#include "js_errors.hpp"
#include "nodehost/errors.hpp"
#include "realm.hpp"

namespace nodehost::detail {

void TakeRequire(Realm& realm, v8::Local<v8::Value> require) {
  const Catch caught(realm);
  if (!realm.host_scripts().TakeRequire(require)) ThrowCaught(realm, caught);
}

v8::Local<v8::Object> RunHostScript(Realm& realm, std::string_view path,
                                    v8::Local<v8::Value> options) {
  const Catch caught(realm);
  v8::Local<v8::Value> result;
  if (!realm.host_scripts().Run(path, options).ToLocal(&result)) ThrowCaught(realm, caught);
  return result->IsObject() ? result.As<v8::Object>() : v8::Object::New(realm.isolate());
}

v8::Local<v8::Function> HostFunctionOf(Realm& realm, v8::Local<v8::Object> returned,
                                       const char* name) {
  v8::Local<v8::Value> value;
  if (!returned->Get(realm.context(), realm.String(name)).ToLocal(&value) || !value->IsFunction()) {
    throw HostError(fmt::format("The host's own JavaScript has no function {}.", name));
  }
  return value.As<v8::Function>();
}

// The first function is set last, because HostFunctions::Call tests it for whether all are loaded.
void LoadHostFunctions(Realm& realm, const char* path, std::span<const char* const> names,
                       std::span<v8::Global<v8::Function>> functions) {
  v8::Isolate* const isolate = realm.isolate();
  const v8::Local<v8::Object> loaded = RunHostScript(realm, path, v8::Undefined(isolate));
  for (std::size_t i = functions.size(); i-- > 0;) {
    functions[i].Reset(isolate, HostFunctionOf(realm, loaded, names[i]));
  }
}

v8::Local<v8::Value> CallHostFunction(Realm& realm, const v8::Global<v8::Function>& function,
                                      std::initializer_list<v8::Local<v8::Value>> arguments) {
  v8::Isolate* const isolate = realm.isolate();
  std::vector<v8::Local<v8::Value>> list(arguments);
  const Catch caught(realm);
  v8::Local<v8::Value> result;
  if (!function.Get(isolate)
           ->Call(realm.context(), v8::Undefined(isolate), static_cast<int>(list.size()),
                  list.data())
           .ToLocal(&result)) {
    ThrowCaught(realm, caught);
  }
  return result;
}

}  // namespace nodehost::detail
