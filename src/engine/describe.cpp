#include "describe.hpp"

#include <fmt/format.h>

#include "path.hpp"
#include "v8_strings.hpp"

namespace nodehost::detail {

namespace {

constexpr std::size_t kMaxDigits = 40;  // of a bigint

// A number, boolean or bigint as text.
std::string TextOf(v8::Isolate* isolate, v8::Local<v8::Context> context,
                   v8::Local<v8::Value> value) {
  std::string text;
  v8::Local<v8::String> shown;
  if (value->ToString(context).ToLocal(&shown)) FromV8String(isolate, shown, text);
  if (text.size() > kMaxDigits) text = fmt::format("{}…", text.substr(0, kMaxDigits));
  return text;
}

bool IsScalar(v8::Local<v8::Value> value) {
  return value->IsNumber() || value->IsBoolean() || value->IsBigInt();
}

}  // namespace

std::string DescribeValue(v8::Isolate* isolate, v8::Local<v8::Context> context,
                          v8::Local<v8::Value> value) {
  std::string text;
  if (value->IsString()) {
    FromV8String(isolate, value.As<v8::String>(), text);
    return fmt::format("string {}", Quoted(text));
  }
  if (value->IsNull()) return "null";
  if (value->IsArray()) return "array";
  if (value->IsDate() && value.As<v8::Date>()->ValueOf() != value.As<v8::Date>()->ValueOf()) {
    return "Invalid Date";
  }
  if (value->IsObject() && !value->IsFunction()) {
    FromV8String(isolate, value.As<v8::Object>()->GetConstructorName(), text);
    return text.empty() || text == "Object" ? "object" : fmt::format("object {}", text);
  }
  std::string type;
  FromV8String(isolate, value->TypeOf(isolate), type);
  return IsScalar(value) ? fmt::format("{} {}", type, TextOf(isolate, context, value)) : type;
}

std::string MapStep(v8::Isolate* isolate, v8::Local<v8::Context> context,
                    v8::Local<v8::Value> key) {
  if (key->IsString()) {
    std::string text;
    FromV8String(isolate, key.As<v8::String>(), text);
    return KeyStep(text);
  }
  return "[" +
         (IsScalar(key) ? TextOf(isolate, context, key) : DescribeValue(isolate, context, key)) +
         "]";
}

}  // namespace nodehost::detail
