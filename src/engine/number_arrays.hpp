// NumberArrays: JavaScript arrays made of C++ numbers, a block at a time; see
// js/first_use/number_arrays.js.
#pragma once

#include <v8.h>

#include <cstddef>

#include "nodehost/detail/type_info.hpp"

namespace nodehost::detail {

class Realm;

class NumberArrays {
 public:
  /// An array of the `size` numbers at `data`. Empty, and nothing done, if `element` is no type for
  /// it, if it is not worth it for so few, and if V8 refuses (the stack is full, or the environment
  /// is being terminated): they then go one by one.
  v8::MaybeLocal<v8::Value> Make(Realm& realm, const TypeInfo& element, const void* data,
                                 std::size_t size);

  /// Before the isolate goes.
  void Clear() noexcept;

 private:
  struct Kind {
    v8::Global<v8::Function> make;
    v8::Global<v8::Function> add;
    v8::Global<v8::Value> block;  // a typed array on the memory
  };

  void Load(Realm& realm);

  Kind doubles_;
  Kind integers_;
  void* memory_ = nullptr;  // of both blocks; V8 keeps it as long as they live
};

}  // namespace nodehost::detail
