// What a struct of data and a typed interface have in common.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "engine/convert/conversion.hpp"
#include "engine/convert/decoder.hpp"
#include "nodehost/convert/structs.hpp"

namespace nodehost::detail {

/// Whether the field, which is `value` in JavaScript, is no property there: an empty optional.
bool IsLeftOut(const FieldInfo& field, v8::Local<v8::Value> value);

/// The name of the struct. For a type with StructOps, as all here.
std::string StructName(const TypeInfo& type);

constexpr Conversion StructRow(decltype(Conversion::to_js) to_js,
                               decltype(Conversion::from_js) from_js,
                               decltype(Conversion::fit) fit) {
  return {.to_js = to_js, .from_js = from_js, .fit = fit, .typescript_of = &StructName};
}

enum class AfterMisfit { kStop, kGoOn };

/// Calls `read(field, index)` for each field of the struct, within a Level; that returns whether
/// the field's value fits. False if not all do.
template <AfterMisfit kAfter, class F>
bool EachField(Decoder& decoder, const StructInfo& info, F read) {
  bool fits = true;
  for (std::size_t i = 0; i < info.fields.size(); ++i) {
    const FieldInfo& field = info.fields[i];
    const std::size_t first = decoder.misfits().size();
    if (read(field, i)) continue;
    fits = decoder.Within(first, FieldStep(field.name));
    if (kAfter == AfterMisfit::kStop) break;
  }
  return fits;
}

/// Calls `read(field, key)` for each field of the struct; that returns whether what `value` has
/// there fits. False if not all do, or `value` is no object.
template <AfterMisfit kAfter, class F>
bool FieldsFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type, F read) {
  const Decoder::Level level(decoder);
  if (level.too_deep()) return decoder.RefuseDepth();
  if (!value->IsObject()) return decoder.Refuse(value, type);
  const StructInfo& info = OpsOf<StructOps>(type).info();
  const auto keys = decoder.realm().structs().keys.Find(decoder.isolate(), info);
  return EachField<kAfter>(decoder, info, [&](const FieldInfo& field, std::size_t i) {
    return read(field, keys[i].Get(decoder.isolate()));
  });
}

}  // namespace nodehost::detail
