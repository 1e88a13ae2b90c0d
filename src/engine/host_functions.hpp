// HostFunctions: the functions of one file of js/first_use, loaded when the first is called; and
// how C++ runs the files of js/ with exceptions of C++.
#pragma once

#include <v8.h>

#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string_view>

namespace nodehost::detail {

class Realm;

/// Takes Node's own require for built-ins, which the bridge and what it uses need. Before any user
/// code. Throws JsError.
void TakeRequire(Realm& realm, v8::Local<v8::Value> require);

/// Runs the file at `path` in js/, and returns the object that it returns. Throws JsError.
v8::Local<v8::Object> RunHostScript(Realm& realm, std::string_view path,
                                    v8::Local<v8::Value> options);

/// The function `name` of what a file of js/ has returned. Throws HostError where there is none.
v8::Local<v8::Function> HostFunctionOf(Realm& realm, v8::Local<v8::Object> returned,
                                       const char* name);

/// Runs the file at `path` and puts the functions that it returns under `names` in `functions`.
void LoadHostFunctions(Realm& realm, const char* path, std::span<const char* const> names,
                       std::span<v8::Global<v8::Function>> functions);
v8::Local<v8::Value> CallHostFunction(Realm& realm, const v8::Global<v8::Function>& function,
                                      std::initializer_list<v8::Local<v8::Value>> arguments);

template <std::size_t count>
class HostFunctions {
 public:
  constexpr HostFunctions(const char* path, const char* const (&names)[count])
      : path_(path), names_(names) {}

  /// Throws what it throws. On the JS thread, in a handle scope.
  v8::Local<v8::Value> Call(Realm& realm, std::size_t index,
                            std::initializer_list<v8::Local<v8::Value>> arguments) {
    if (functions_[0].IsEmpty()) LoadHostFunctions(realm, path_, names_, functions_);
    return CallHostFunction(realm, functions_[index], arguments);
  }

  /// Before the isolate goes.
  void Clear() noexcept {
    for (auto& function : functions_) function.Reset();
  }

 private:
  const char* const path_;
  const char* const (&names_)[count];
  std::array<v8::Global<v8::Function>, count> functions_;
};

}  // namespace nodehost::detail
