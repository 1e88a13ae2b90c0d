#include "struct_caches.hpp"

#include "nodehost/convert/structs.hpp"
#include "v8_strings.hpp"

namespace nodehost::detail {

std::span<const v8::Eternal<v8::Name>> StructKeys::Find(v8::Isolate* isolate,
                                                        const StructInfo& info) {
  if (info.id >= keys_.size()) keys_.resize(info.id + 1);
  std::vector<v8::Eternal<v8::Name>>& keys = keys_[info.id];
  if (keys.size() != info.fields.size()) {
    for (const FieldInfo& field : info.fields) {
      keys.emplace_back(isolate, ToV8Key(isolate, field.name));
    }
  }
  return keys;
}

}  // namespace nodehost::detail
