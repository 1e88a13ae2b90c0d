#include "decoder.hpp"

#include <cmath>
#include <cstring>
#include <limits>

#include "convert.hpp"
#include "errors.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/value.hpp"
#include "strings.hpp"
#include "value_class.hpp"

namespace nodehost::detail {

namespace {

constexpr int kMaxDepth = 500;         // nested structs and arrays; deeper is a ring, or an attack
constexpr std::size_t kMaxShown = 40;  // characters of a wrong value in an error

template <class T>
T& At(void* result) {
  return *static_cast<T*>(result);
}

// What a value is, for people: `string "x"`, `number 3.5`, `null`, `array`, `object Map`.
std::string Describe(v8::Isolate* isolate, v8::Local<v8::Context> context,
                     v8::Local<v8::Value> value) {
  std::string text;
  if (value->IsString()) {
    FromV8String(isolate, value.As<v8::String>(), text);
    if (text.size() > kMaxShown) text = text.substr(0, kMaxShown) + "…";
    return "string \"" + text + "\"";
  }
  if (value->IsNumber() || value->IsBoolean() || value->IsBigInt()) {
    v8::Local<v8::String> shown;
    if (value->ToString(context).ToLocal(&shown)) FromV8String(isolate, shown, text);
  }
  if (value->IsNull()) return "null";
  if (value->IsArray()) return "array";
  if (value->IsObject() && !value->IsFunction()) {
    FromV8String(isolate, value.As<v8::Object>()->GetConstructorName(), text);
    return text.empty() || text == "Object" ? "object" : "object " + text;
  }
  std::string type;
  FromV8String(isolate, value->TypeOf(isolate), type);
  return text.empty() ? type : type + " " + text;
}

std::string ShowNumber(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", number);
  return text;
}

}  // namespace

bool Decoder::Decode(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  switch (type.kind) {
    case Kind::kDouble:
      if (!value->IsNumber()) return Refuse(value, type);
      At<double>(result) = value.As<v8::Number>()->Value();
      return true;
    case Kind::kFloat:
      if (!value->IsNumber()) return Refuse(value, type);
      At<float>(result) = static_cast<float>(value.As<v8::Number>()->Value());
      return true;
    case Kind::kBool:
      if (!value->IsBoolean()) return Refuse(value, type);
      At<bool>(result) = value.As<v8::Boolean>()->Value();
      return true;
    case Kind::kInt8:
      return DecodeInteger<std::int8_t>(value, type, result);
    case Kind::kInt16:
      return DecodeInteger<std::int16_t>(value, type, result);
    case Kind::kInt32:
      return DecodeInteger<std::int32_t>(value, type, result);
    case Kind::kUint8:
      return DecodeInteger<std::uint8_t>(value, type, result);
    case Kind::kUint16:
      return DecodeInteger<std::uint16_t>(value, type, result);
    case Kind::kUint32:
      return DecodeInteger<std::uint32_t>(value, type, result);
    case Kind::kString:
      return DecodeString(value, type, result);
    case Kind::kOptional:
      return DecodeOptional(value, type, result);
    case Kind::kSequence:
      return DecodeSequence(value, type, result);
    case Kind::kStruct:
      return DecodeStruct(value, type, result);
    case Kind::kInterface:
      return DecodeInterface(value, type, result);
    case Kind::kMethod:
      return DecodeMethod(value, type, result);
    case Kind::kValue:
      if (!IsOfClass(value, ClassOf(type))) return Refuse(value, type);
      At<Value>(result) = Value(realm_.references().Make(isolate_, value));
      return true;
    case Kind::kUndefined:
      return true;  // a result nobody wants
    case Kind::kStringView:
    case Kind::kCString:
      break;  // they own nothing; the templates refuse them as results
  }
  return Refuse(value, type);
}

template <class Integer>
bool Decoder::DecodeInteger(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  constexpr double kLow = static_cast<double>(std::numeric_limits<Integer>::min());
  constexpr double kHigh = static_cast<double>(std::numeric_limits<Integer>::max());
  if (!value->IsNumber()) return Refuse(value, type);
  const double number = value.As<v8::Number>()->Value();
  // Written so that NaN is refused too.
  if (!(number >= kLow && number <= kHigh) || number != std::trunc(number)) {
    return RefuseRange(value, kLow, kHigh);
  }
  At<Integer>(result) = static_cast<Integer>(number);
  return true;
}

bool Decoder::DecodeString(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  if (!value->IsString()) return Refuse(value, type);
  FromV8String(isolate_, value.As<v8::String>(), At<std::string>(result));
  return true;
}

bool Decoder::DecodeOptional(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  const auto& ops = *static_cast<const OptionalOps*>(type.ops);
  if (value->IsNullOrUndefined()) {
    ops.reset(result);
    return true;
  }
  return Decode(value, *type.element, ops.emplace(result));
}

bool Decoder::DecodeSequence(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  if (!value->IsArray() || ++depth_ > kMaxDepth) return Refuse(value, type);
  const auto& ops = *static_cast<const SequenceOps*>(type.ops);
  const v8::Local<v8::Array> array = value.As<v8::Array>();
  const std::uint32_t length = array->Length();
  auto* element = static_cast<std::byte*>(ops.resize(result, length));
  for (std::uint32_t i = 0; i < length; ++i, element += type.element->size) {
    const v8::HandleScope scope(isolate_);
    const std::size_t first = misfits_.size();
    v8::Local<v8::Value> item;
    {
      const v8::TryCatch caught(isolate_);
      if (!array->Get(context_, i).ToLocal(&item)) ThrowCaught(realm_, caught);
    }
    if (!Decode(item, *type.element, element)) return Within(first, "[" + std::to_string(i) + "]");
  }
  --depth_;
  return true;
}

bool Decoder::DecodeStruct(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  if (!value->IsObject() || ++depth_ > kMaxDepth) return Refuse(value, type);
  const StructInfo& info = static_cast<const StructOps*>(type.ops)->info();
  const auto keys = realm_.KeysOf(info);
  for (std::size_t i = 0; i < info.fields.size(); ++i) {
    const FieldInfo& field = info.fields[i];
    const std::size_t first = misfits_.size();
    const v8::Local<v8::Value> item = Get(value.As<v8::Object>(), keys[i].Get(isolate_));
    if (!Decode(item, *field.type, static_cast<std::byte*>(result) + field.offset)) {
      return Within(first, "." + std::string(field.name));
    }
  }
  --depth_;
  return true;
}

bool Decoder::DecodeInterface(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  if (!value->IsObject() || ++depth_ > kMaxDepth) return Refuse(value, type);
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
    if (!Decode(item, *field.type, static_cast<std::byte*>(result) + field.offset)) {
      // All the missing members are reported at once.
      fits = Within(first, "." + std::string(field.name));
    }
  }
  receiver_ = outer;
  --depth_;
  return fits;
}

bool Decoder::DecodeMethod(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  if (!value->IsFunction()) return Refuse(value, type);
  References& references = realm_.references();
  const Ref receiver = receiver_->IsUndefined() ? Ref() : references.Make(isolate_, receiver_);
  static_cast<const MethodOps*>(type.ops)->bind(result, references.Make(isolate_, value), receiver);
  return true;
}

v8::Local<v8::Value> Decoder::Get(v8::Local<v8::Object> object, v8::Local<v8::Value> key) {
  const v8::TryCatch caught(isolate_);
  v8::Local<v8::Value> value;
  if (!object->Get(context_, key).ToLocal(&value)) ThrowCaught(realm_, caught);
  return value;
}

bool Decoder::Refuse(v8::Local<v8::Value> value, const TypeInfo& type) {
  const bool deep = depth_ > kMaxDepth;
  misfits_.push_back(
      {"",
       deep ? "nested more than " + std::to_string(kMaxDepth) + " deep; is it a ring?"
            : "expected " + TypeScriptName(type) + ", got " + Describe(isolate_, context_, value),
       deep});
  return false;
}

bool Decoder::RefuseRange(v8::Local<v8::Value> value, double low, double high) {
  misfits_.push_back({"",
                      "expected an integer from " + ShowNumber(low) + " to " + ShowNumber(high) +
                          ", got " + Describe(isolate_, context_, value),
                      true});
  return false;
}

bool Decoder::Within(std::size_t first, const std::string& step) {
  for (std::size_t i = first; i < misfits_.size(); ++i) misfits_[i].path.insert(0, step);
  return false;
}

void Decoder::Throw(std::string_view root) const {
  bool out_of_range = true;
  std::string message;
  for (const Misfit& misfit : misfits_) {
    if (!message.empty()) message += "; ";
    message += std::string(root) + misfit.path + ": " + misfit.text;
    out_of_range = out_of_range && misfit.out_of_range;
  }
  throw JsError(JsErrorData{.name = out_of_range ? "RangeError" : "TypeError", .message = message});
}

}  // namespace nodehost::detail
