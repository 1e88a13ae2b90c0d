// StructShapes: for each C++ struct a JavaScript function that makes its object from the values of
// its fields. V8 then makes the object with its final hidden class; defining the properties of an
// empty object one by one takes eight times as long.
#pragma once

#include <v8.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nodehost/detail/type_info.hpp"

namespace nodehost::detail {

class Realm;
struct StructInfo;

/// A field's name as a computed key in JavaScript text, `["name"]`: in an object literal, where a
/// plain "__proto__" would set the prototype, and behind an object.
std::string LiteralKey(std::string_view name);

class StructShapes {
 public:
  /// One bit for each field, the first one lowest: whether the object has it.
  using Present = std::uint64_t;

  /// The object with the fields that are `present`, which `values` are. Empty, and nothing done,
  /// for the first few of a struct, which do not pay for compiling a function, and if V8 refuses
  /// (the stack is full, or the environment is being terminated): its properties are then defined
  /// one by one.
  v8::MaybeLocal<v8::Value> Make(Realm& realm, const StructInfo& info, Present present,
                                 std::span<v8::Local<v8::Value>> values);

  /// Before the isolate goes.
  void Clear() noexcept { shapes_.clear(); }

 private:
  struct Shape {
    Present present = 0;
    std::uint32_t uses = 0;
    v8::Global<v8::Function> make;
  };

  static v8::Global<v8::Function> Compile(Realm& realm, const StructInfo& info, Present present);
  Shape* Find(const StructInfo& info, Present present);

  std::vector<std::vector<Shape>> shapes_;  // by StructInfo::id; for each, what was present
};

}  // namespace nodehost::detail
