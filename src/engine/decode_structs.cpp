// Decoding of optionals and structs.
#include "decoder.hpp"

namespace nodehost::detail {

bool Decoder::DecodeOptional(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  const auto& ops = *static_cast<const OptionalOps*>(type.ops);
  if (value->IsNullOrUndefined()) {
    ops.reset(result);
    return true;
  }
  return Decode(value, *type.element, ops.emplace(result));
}

bool Decoder::DecodeStruct(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  const Level level(*this);
  if (level.too_deep()) return RefuseDepth();
  if (!value->IsObject()) return Refuse(value, type);
  const StructInfo& info = static_cast<const StructOps*>(type.ops)->info();
  const auto keys = realm_.KeysOf(info);
  for (std::size_t i = 0; i < info.fields.size(); ++i) {
    const FieldInfo& field = info.fields[i];
    const std::size_t first = misfits_.size();
    const v8::Local<v8::Value> item = Get(value.As<v8::Object>(), keys[i].Get(isolate_));
    if (field.optional && item->IsUndefined()) continue;
    if (!Decode(item, *field.type, static_cast<std::byte*>(result) + field.offset)) {
      return Within(first, FieldStep(field.name));
    }
  }
  return true;
}

}  // namespace nodehost::detail
