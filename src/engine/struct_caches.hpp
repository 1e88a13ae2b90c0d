// StructCaches: what an environment keeps of each C++ struct that it converts.
#pragma once

#include <v8.h>

#include <span>
#include <vector>

#include "nodehost/detail/type_info.hpp"
#include "struct_readers.hpp"
#include "struct_shapes.hpp"

namespace nodehost::detail {

struct StructInfo;

/// The names of a struct's fields as property keys.
class StructKeys {
 public:
  /// Made at first use.
  std::span<const v8::Eternal<v8::Name>> Find(v8::Isolate* isolate, const StructInfo& info);

 private:
  std::vector<std::vector<v8::Eternal<v8::Name>>> keys_;  // by StructInfo::id
};

struct StructCaches {
  StructKeys keys;
  StructShapes shapes;
  StructReaders readers;

  /// Before the isolate goes.
  void Clear() noexcept {
    shapes.Clear();
    readers.Clear();
  }
};

}  // namespace nodehost::detail
