// Structs as plain data.
#include "nodehost/convert/structs.hpp"

#include <cstddef>
#include <string>
#include <vector>

#include "engine/convert/encoder.hpp"
#include "engine/convert/structs.hpp"
#include "engine/memory.hpp"
#include "engine/quick.hpp"

namespace nodehost::detail {

std::string StructName(const TypeInfo& type) {
  return std::string(OpsOf<StructOps>(type).info().name);
}

namespace {

v8::Local<v8::Value> StructToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  const Encoder::Level level(encoder);
  const StructInfo& info = OpsOf<StructOps>(type).info();
  const std::size_t count = info.fields.size();
  v8::EscapableHandleScope scope(encoder.isolate());
  constexpr std::size_t kFewFields = 8;
  v8::Local<v8::Value> few[kFewFields];
  std::vector<v8::Local<v8::Value>> many(count > kFewFields ? count : 0);
  v8::Local<v8::Value>* const values = count > kFewFields ? many.data() : few;
  for (std::size_t i = 0; i < count; ++i) {
    const FieldInfo& field = info.fields[i];
    const auto* item = static_cast<const std::byte*>(value) + field.offset;
    values[i] = encoder.Part(*field.type, item, [&] { return FieldStep(field.name); });
  }
  v8::Local<v8::Value> made;
  if (encoder.realm().shapes().Make(encoder.realm(), info, {values, count}).ToLocal(&made))
    return scope.Escape(made);
  const auto keys = encoder.realm().KeysOf(info);
  const v8::Local<v8::Context> context = encoder.context();
  const v8::Local<v8::Object> object = v8::Object::New(encoder.isolate());
  for (std::size_t i = 0; i < count; ++i) {
    encoder.Check(object->CreateDataProperty(context, keys[i].Get(encoder.isolate()), values[i]));
  }
  return scope.Escape(object);
}

bool StructFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                  void* result) {
  const Decoder::Level level(decoder);
  if (level.too_deep()) return decoder.RefuseDepth();
  if (!value->IsObject()) return decoder.Refuse(value, type);
  Realm& realm = decoder.realm();
  const StructInfo& info = OpsOf<StructOps>(type).info();
  const auto assign = [&](const FieldInfo& field, v8::Local<v8::Value> item) {
    if (field.optional && item->IsUndefined()) return true;
    void* const place = static_cast<std::byte*>(result) + field.offset;
    return DecodeQuick(realm, item, *field.type, place) || decoder.Decode(item, *field.type, place);
  };
  bool fits = false;
  auto take = [&](const v8::FunctionCallbackInfo<v8::Value>& values) {
    const Decoder::Below below(decoder);
    fits = EachField<AfterMisfit::kStop>(decoder, info, [&](const FieldInfo& field, std::size_t i) {
      return assign(field, values[static_cast<int>(i)]);
    });
  };
  const auto outcome = realm.readers().Read(realm, info, value, take);
  if (outcome == StructReaders::Outcome::kTaken) return fits;
  if (outcome == StructReaders::Outcome::kFailed) decoder.ThrowCaught();
  const auto keys = realm.KeysOf(info);
  return EachField<AfterMisfit::kStop>(decoder, info, [&](const FieldInfo& field, std::size_t i) {
    return assign(field, decoder.Get(value.As<v8::Object>(), keys[i].Get(decoder.isolate())));
  });
}

// Whether an object has nothing but what the struct takes: {x, y} is rather a Point than a struct
// of x alone.
Fit StructFit(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type) {
  if (!value->IsObject()) return Fit::kNo;
  if (value->IsProxy()) return Fit::kNatural;  // not asked: its traps may throw
  v8::Local<v8::Array> names;
  if (value->IsArray() || IsMemory(value) ||
      !value.As<v8::Object>()->GetOwnPropertyNames(decoder.context()).ToLocal(&names)) {
    return Fit::kAccepted;
  }
  const std::size_t fields = OpsOf<StructOps>(type).info().fields.size();
  return names->Length() <= fields ? Fit::kNatural : Fit::kAccepted;
}

}  // namespace

namespace conversions {

constinit const Conversion kStruct = StructRow(&StructToJs, &StructFromJs, &StructFit);

}  // namespace conversions

}  // namespace nodehost::detail
