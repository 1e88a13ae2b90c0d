// OperationFunctions: the functions of js/first_use/operations.js in one environment, loaded at the
// first use.
#pragma once

#include <v8.h>

#include <array>
#include <cstddef>

#include "nodehost/detail/operations.hpp"

namespace nodehost::detail {

class Realm;

class OperationFunctions {
 public:
  v8::Local<v8::Function> Get(Realm& realm, Operation operation);

  /// What `step` returns at an iterator's end.
  v8::Local<v8::Value> Done(Realm& realm);

  /// Before the isolate goes.
  void Clear() noexcept;

 private:
  void Load(Realm& realm);

  std::array<v8::Global<v8::Function>, static_cast<std::size_t>(Operation::kCount)> functions_;
  v8::Global<v8::Value> done_;
};

}  // namespace nodehost::detail
