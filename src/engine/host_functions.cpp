#include "host_functions.hpp"

#include <vector>

#include "catch.hpp"
#include "js_errors.hpp"
#include "realm.hpp"

namespace nodehost::detail {

// The first last: it says whether they are there.
void LoadHostFunctions(Realm& realm, const char* path, std::span<const char* const> names,
                       std::span<v8::Global<v8::Function>> functions) {
  v8::Isolate* const isolate = realm.isolate();
  const v8::Local<v8::Object> loaded = realm.RunHostScript(path, v8::Undefined(isolate));
  for (std::size_t i = functions.size(); i-- > 0;) {
    functions[i].Reset(isolate, realm.FunctionOf(loaded, names[i]));
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
