// Enum<E>: an object of the names of a C++ enum.
#include "nodehost/convert/enums.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/convert/conversion.hpp"
#include "engine/convert/decoder.hpp"
#include "engine/convert/encoder.hpp"
#include "engine/encode_decode.hpp"
#include "engine/type_names.hpp"
#include "engine/v8_strings.hpp"

namespace nodehost::detail {

namespace {

// A value of the enum, where its conversion reads it.
class Held {
 public:
  Held(const EnumOps& ops, std::int64_t value) { ops.set(bytes_, value); }
  const void* value() const noexcept { return bytes_; }

 private:
  alignas(std::int64_t) std::byte bytes_[sizeof(std::int64_t)]{};
};

v8::Local<v8::Value> EnumObjectToJs(Encoder& encoder, const TypeInfo& type, const void*) {
  const auto& ops = OpsOf<EnumObjectOps>(type);
  v8::EscapableHandleScope scope(encoder.isolate());
  const v8::Local<v8::Context> context = encoder.context();
  const v8::Local<v8::Object> object = v8::Object::New(encoder.isolate());
  for (const EnumValue& one : ops.names) {
    const v8::Local<v8::Value> value = encoder.Part(
        *type.element, Held(*ops.values, one.value).value(), [&] { return FieldStep(one.name); });
    encoder.Check(object->CreateDataProperty(context, ToV8Key(encoder.isolate(), one.name), value));
  }
  encoder.Check(object->SetIntegrityLevel(context, v8::IntegrityLevel::kFrozen));
  return scope.Escape(object);
}

// As TypeScript has it: `"low"`, or a number.
std::string LiteralOf(const EnumObjectOps& ops, std::int64_t value) {
  for (const EnumValue& known : ops.values->values) {
    if (known.value == value) return fmt::format("\"{}\"", known.name);
  }
  if (ops.values->low >= 0) return fmt::format("{}", static_cast<std::uint64_t>(value));
  return fmt::format("{}", value);
}

// There is no data to fill in, but JavaScript must have the same names for the same values.
bool EnumObjectFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type, void*) {
  const auto& ops = OpsOf<EnumObjectOps>(type);
  const Decoder::Level level(decoder);
  if (level.too_deep()) return decoder.RefuseDepth();
  if (!value->IsObject()) {
    return decoder.RefuseAs(value, fmt::format("the enum {}", ops.values->name), false);
  }
  Realm& realm = decoder.realm();
  bool fits = true;
  for (const EnumValue& one : ops.names) {
    const v8::HandleScope scope(decoder.isolate());
    const v8::Local<v8::Value> wanted =
        Encode(realm, *type.element, Held(*ops.values, one.value).value());
    const v8::Local<v8::Value> found =
        decoder.Get(value.As<v8::Object>(), ToV8Key(decoder.isolate(), one.name));
    if (found->StrictEquals(wanted)) continue;
    const std::size_t first = decoder.misfits().size();
    decoder.RefuseAs(found, LiteralOf(ops, one.value), false);
    fits = decoder.Within(first, FieldStep(one.name));
  }
  return fits;
}

std::string EnumObjectName(const TypeInfo& type) {
  const auto& ops = OpsOf<EnumObjectOps>(type);
  std::string text = "{";
  for (const EnumValue& one : ops.names) {
    text += fmt::format("{} readonly {}: {}", text == "{" ? "" : ";", KeyText(one.name),
                        LiteralOf(ops, one.value));
  }
  return text + " }";
}

}  // namespace

namespace conversions {

constinit const Conversion kEnumObject{.to_js = &EnumObjectToJs,
                                       .from_js = &EnumObjectFromJs,
                                       .fit = &NaturalIf<&v8::Value::IsObject>,
                                       .typescript_of = &EnumObjectName};

}  // namespace conversions

}  // namespace nodehost::detail
