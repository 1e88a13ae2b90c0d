// Structs as plain data.
#include "nodehost/convert/structs.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/convert/encoder.hpp"
#include "engine/convert/structs.hpp"
#include "engine/memory.hpp"
#include "engine/quick.hpp"
#include "nodehost/convert/variants.hpp"

namespace nodehost::detail {

std::string StructName(const TypeInfo& type) {
  return std::string(OpsOf<StructOps>(type).info().name);
}

bool IsLeftOut(const FieldInfo& field, v8::Local<v8::Value> value) {
  return value->IsUndefined() && !field.keep_empty && field.type->Is(conversions::kOptional);
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
  StructShapes::Present present = 0;  // an empty optional leaves its bit and its place out
  std::size_t written = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const FieldInfo& field = info.fields[i];
    const auto* item = static_cast<const std::byte*>(value) + field.offset;
    const Encoder::Named named(encoder, field.name);
    values[written] = encoder.Part(*field.type, item, [&] { return FieldStep(field.name); });
    if (IsLeftOut(field, values[written])) continue;
    present |= StructShapes::Present{1} << i;
    ++written;
  }
  v8::Local<v8::Value> made;
  if (encoder.realm()
          .structs()
          .shapes.Make(encoder.realm(), info, present, {values, written})
          .ToLocal(&made)) {
    return scope.Escape(made);
  }
  const auto keys = encoder.realm().structs().keys.Find(encoder.isolate(), info);
  const v8::Local<v8::Context> context = encoder.context();
  const v8::Local<v8::Object> object = v8::Object::New(encoder.isolate());
  for (std::size_t i = 0, next = 0; i < count; ++i) {
    if ((present >> i & 1) == 0) continue;
    encoder.Check(
        object->CreateDataProperty(context, keys[i].Get(encoder.isolate()), values[next++]));
  }
  return scope.Escape(object);
}

// How many own properties of an object the struct has no field for.
std::size_t LeftOutOf(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type) {
  if (value->IsProxy()) return 0;  // asking it would run its traps
  const auto keys =
      decoder.realm().structs().keys.Find(decoder.isolate(), OpsOf<StructOps>(type).info());
  const v8::HandleScope scope(decoder.isolate());
  const v8::Local<v8::Context> context = decoder.context();
  v8::Local<v8::Array> names;
  if (!value.As<v8::Object>()
           ->GetOwnPropertyNames(
               context, static_cast<v8::PropertyFilter>(v8::ONLY_ENUMERABLE | v8::SKIP_SYMBOLS),
               v8::KeyConversionMode::kConvertToString)
           .ToLocal(&names)) {
    return 0;
  }
  std::size_t left_out = names->Length();
  for (std::uint32_t i = 0; i < names->Length(); ++i) {
    v8::Local<v8::Value> name;
    if (!names->Get(context, i).ToLocal(&name)) continue;
    const auto is_name = [&](const auto& key) {
      return key.Get(decoder.isolate())->StrictEquals(name);
    };
    const bool known =
        (i < keys.size() && is_name(keys[i])) || std::any_of(keys.begin(), keys.end(), is_name);
    if (known) --left_out;
  }
  return left_out;
}

// A reader is JavaScript on the stack for as long as what is below the struct is read, and V8 lets
// JavaScript have 1 MB of stack: deeper structs are read without.
constexpr int kDeepestReader = 32;

bool StructFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                  void* result) {
  const Decoder::Level level(decoder);
  if (level.too_deep()) return decoder.RefuseDepth();
  if (!value->IsObject()) return decoder.Refuse(value, type);
  if (decoder.choices().trying()) {
    decoder.choices().LeaveOut(LeftOutOf(decoder, value, type));
  }
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
  const auto outcome = level.depth() <= kDeepestReader
                           ? realm.structs().readers.Read(realm, info, value, take)
                           : StructReaders::Outcome::kNotRead;
  if (outcome == StructReaders::Outcome::kTaken) return fits;
  if (outcome == StructReaders::Outcome::kFailed) decoder.ThrowCaught();
  const auto keys = realm.structs().keys.Find(realm.isolate(), info);
  return EachField<AfterMisfit::kStop>(decoder, info, [&](const FieldInfo& field, std::size_t i) {
    return assign(field, decoder.Get(value.As<v8::Object>(), keys[i].Get(decoder.isolate())));
  });
}

// Whether an object has nothing but what the struct takes: {x, y} is rather a Point than a struct
// of x alone.
Fit StructFit(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type) {
  if (!value->IsObject()) return Fit::kNo;
  if (value->IsArray() || IsMemory(value)) return Fit::kAccepted;
  return LeftOutOf(decoder, value, type) == 0 ? Fit::kNatural : Fit::kAccepted;
}

}  // namespace

namespace conversions {

constinit const Conversion kStruct = StructRow(&StructToJs, &StructFromJs, &StructFit);

}  // namespace conversions

}  // namespace nodehost::detail
