// Strings, characters and paths.
#include "nodehost/convert/strings.hpp"

#include <string>
#include <string_view>

#include "engine/convert/conversion.hpp"
#include "engine/convert/decoder.hpp"
#include "engine/convert/encoder.hpp"
#include "engine/v8_strings.hpp"

namespace nodehost::detail {

namespace {

// `View`, a view of a T: std::string_view or std::u16string_view.
template <class T, class View>
v8::Local<v8::Value> ToJs(Encoder& encoder, const TypeInfo&, const void* value) {
  return ToV8String(encoder.isolate(), View(*static_cast<const T*>(value)));
}

template <class T>
bool FromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  if (!value->IsString()) return decoder.Refuse(value, type);
  FromV8String(decoder.isolate(), value.As<v8::String>(), *static_cast<T*>(result));
  return true;
}

v8::Local<v8::Value> CStringToJs(Encoder& encoder, const TypeInfo&, const void* value) {
  const char* const text = *static_cast<const char* const*>(value);
  if (!text) return v8::Null(encoder.isolate());
  return ToV8String(encoder.isolate(), std::string_view(text));
}

v8::Local<v8::Value> CharToJs(Encoder& encoder, const TypeInfo&, const void* value) {
  const char character = *static_cast<const char*>(value);
  if (static_cast<unsigned char>(character) >= 0x80) {
    Encoder::Refuse("a char beyond ASCII is only a part of a character; use std::string");
  }
  return ToV8Key(encoder.isolate(), std::string_view(&character, 1));
}

bool CharFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  if (!value->IsString()) return decoder.Refuse(value, type);
  if (value.As<v8::String>()->Length() != 1) {
    return decoder.RefuseAs(value, "a string of one character", false);
  }
  std::string text;
  FromV8String(decoder.isolate(), value.As<v8::String>(), text);
  if (text.size() != 1) return decoder.RefuseAs(value, "an ASCII character", true);
  *static_cast<char*>(result) = text[0];
  return true;
}

v8::Local<v8::Value> PathToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  return ToV8String(encoder.isolate(), std::string_view(OpsOf<PathOps>(type).get(value)));
}

bool PathFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  if (!value->IsString()) return decoder.Refuse(value, type);
  std::string text;
  FromV8String(decoder.isolate(), value.As<v8::String>(), text);
  if (text.find('\0') != std::string::npos) {
    return decoder.RefuseAs(value, "a path without NUL characters", true);
  }
  OpsOf<PathOps>(type).set(result, text);
  return true;
}

constexpr Conversion Row(decltype(Conversion::to_js) to_js,
                         decltype(Conversion::from_js) from_js = &OwnsNothing) {
  return {.to_js = to_js,
          .from_js = from_js,
          .fit = &NaturalIf<&v8::Value::IsString>,
          .typescript = "string"};
}

}  // namespace

namespace conversions {

constinit const Conversion kChar = Row(&CharToJs, &CharFromJs);
constinit const Conversion kString =
    Row(&ToJs<std::string, std::string_view>, &FromJs<std::string>);
constinit const Conversion kStringView = Row(&ToJs<std::string_view, std::string_view>);
constinit const Conversion kCString = Row(&CStringToJs);
constinit const Conversion kString16 =
    Row(&ToJs<std::u16string, std::u16string_view>, &FromJs<std::u16string>);
constinit const Conversion kString16View = Row(&ToJs<std::u16string_view, std::u16string_view>);
constinit const Conversion kPath = Row(&PathToJs, &PathFromJs);

}  // namespace conversions

}  // namespace nodehost::detail
