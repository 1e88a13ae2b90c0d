// undefined, null, and JavaScript values as they are.
#include "nodehost/convert/values.hpp"

#include <string>
#include <string_view>

#include "engine/convert/conversion.hpp"
#include "engine/convert/decoder.hpp"
#include "engine/convert/encoder.hpp"
#include "engine/entry.hpp"
#include "engine/value_class_table.hpp"

namespace nodehost::detail {

namespace {

v8::Local<v8::Value> UndefinedToJs(Encoder& encoder, const TypeInfo&, const void*) {
  return v8::Undefined(encoder.isolate());
}

// For a call whose result is ignored.
bool UndefinedFromJs(Decoder&, v8::Local<v8::Value>, const TypeInfo&, void*) { return true; }

v8::Local<v8::Value> NullToJs(Encoder& encoder, const TypeInfo&, const void*) {
  return v8::Null(encoder.isolate());
}

bool NullFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type, void*) {
  return value->IsNullOrUndefined() || decoder.Refuse(value, type);
}

v8::Local<v8::Value> ValueToJs(Encoder& encoder, const TypeInfo&, const void* value) {
  return Entry::LocalOf(encoder.realm(), static_cast<const Value*>(value)->ref());
}

ValueClass ClassOf(const TypeInfo& type) {
  return type.ops ? OpsOf<ValueOps>(type).value_class : ValueClass::kAny;
}

bool ValueFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  if (!IsOfClass(value, ClassOf(type))) return decoder.Refuse(value, type);
  *static_cast<Value*>(result) = Value(decoder.realm().references().Make(decoder.isolate(), value));
  return true;
}

// Any value fits, so every other alternative is tried before it.
Fit ValueFit(Decoder&, v8::Local<v8::Value>, const TypeInfo&) { return Fit::kAccepted; }

std::string ValueName(const TypeInfo& type) { return std::string(TypeScriptNameOf(ClassOf(type))); }

std::string_view ValueNameInErrors(const TypeInfo& type) { return NameOf(ClassOf(type)); }

}  // namespace

namespace conversions {

constinit const Conversion kUndefined{.to_js = &UndefinedToJs,
                                      .from_js = &UndefinedFromJs,
                                      .fit = &NaturalIf<&v8::Value::IsNullOrUndefined>,
                                      .typescript = "undefined"};
constinit const Conversion kNull{.to_js = &NullToJs,
                                 .from_js = &NullFromJs,
                                 .fit = &NaturalIf<&v8::Value::IsNullOrUndefined>,
                                 .typescript = "null"};
constinit const Conversion kValue{.to_js = &ValueToJs,
                                  .from_js = &ValueFromJs,
                                  .fit = &ValueFit,
                                  .typescript_of = &ValueName,
                                  .name_in_errors = &ValueNameInErrors};

}  // namespace conversions

}  // namespace nodehost::detail
