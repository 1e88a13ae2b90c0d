// Decoding of optionals, structs, typed interfaces and methods.
#include "decoder.hpp"
#include "errors.hpp"
#include "path.hpp"

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
  const Nesting nesting(depth_);
  if (nesting.too_deep()) return RefuseDepth();
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

bool Decoder::DecodeInterface(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  const Nesting nesting(depth_);
  if (nesting.too_deep()) return RefuseDepth();
  if (!value->IsObject()) return Refuse(value, type);
  const StructInfo& info = static_cast<const StructOps*>(type.ops)->info();
  const auto keys = realm_.KeysOf(info);
  const v8::Local<v8::Value> outer = receiver_;
  bool fits = true;
  for (std::size_t i = 0; i < info.fields.size(); ++i) {
    const FieldInfo& field = info.fields[i];
    const std::size_t first = misfits_.size();
    // A member that an ES module does not export may be on its default export.
    v8::Local<v8::Value> arguments[] = {value, keys[i].Get(isolate_)};
    v8::Local<v8::Value> item = v8::Undefined(isolate_);
    {
      const v8::TryCatch caught(isolate_);
      if (!realm_.CallBridge(Bridge::kHolder, arguments).ToLocal(&receiver_)) {
        ThrowCaught(realm_, caught);
      }
    }
    if (receiver_->IsObject()) item = Get(receiver_.As<v8::Object>(), arguments[1]);
    if (field.optional && item->IsUndefined()) continue;
    if (!Decode(item, *field.type, static_cast<std::byte*>(result) + field.offset)) {
      // All the missing members are reported at once.
      fits = Within(first, FieldStep(field.name));
    }
  }
  receiver_ = outer;
  return fits;
}

bool Decoder::DecodeMethod(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  if (!value->IsFunction()) return Refuse(value, type);
  References& references = realm_.references();
  const Ref receiver = receiver_->IsUndefined() ? Ref() : references.Make(isolate_, receiver_);
  static_cast<const MethodOps*>(type.ops)->bind(result, references.Make(isolate_, value), receiver);
  return true;
}

}  // namespace nodehost::detail
