#include "decoder.hpp"

#include "describe.hpp"
#include "errors.hpp"
#include "memory.hpp"
#include "nodehost/bytes.hpp"
#include "nodehost/detail/engine.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/value.hpp"
#include "tasks.hpp"
#include "value_class.hpp"

namespace nodehost::detail {

namespace {

template <class T>
T& At(void* result) {
  return *static_cast<T*>(result);
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
    case Kind::kInt16:
    case Kind::kInt32:
    case Kind::kUint8:
    case Kind::kUint16:
    case Kind::kUint32:
    case Kind::kInt64:
    case Kind::kUint64:
    case Kind::kInt64Number:
    case Kind::kUint64Number:
      return DecodeNumber(value, type, result);
    case Kind::kString:
      return DecodeString(value, type, result);
    case Kind::kChar:
    case Kind::kString16:
    case Kind::kPath:
      return DecodeOtherString(value, type, result);
    case Kind::kEnum:
      return DecodeEnum(value, type, result);
    case Kind::kOptional:
      return DecodeOptional(value, type, result);
    case Kind::kVariant:
      return DecodeVariant(value, type, result);
    case Kind::kTuple:
      return DecodeTuple(value, type, result);
    case Kind::kSequence:
      return DecodeSequence(value, type, result);
    case Kind::kBytesCopy:
      return DecodeBytes(value, type, result);
    case Kind::kList:
    case Kind::kSet:
      return DecodeCollection(value, type, result);
    case Kind::kRecord:
    case Kind::kMap:
      return DecodeMap(value, type, result);
    case Kind::kBytes:
      if (!IsMemory(value)) return Refuse(value, type);
      At<Bytes>(result) = MemoryOf(value);
      return true;
    case Kind::kDate:
    case Kind::kDuration:
      return DecodeTime(value, type, result);
    case Kind::kErrorCode:
    case Kind::kException:
    case Kind::kJsError:
      return DecodeError(value, type, result);
    case Kind::kCustom:
      return DecodeCustom(value, type, result);
    case Kind::kStruct:
      return DecodeStruct(value, type, result);
    case Kind::kInterface:
      return DecodeInterface(value, type, result);
    case Kind::kMethod:
    case Kind::kConstructor:
      return DecodeMethod(value, type, result);
    case Kind::kProperty:
      return DecodeProperty(value, type, result);
    case Kind::kFunction:
      return DecodeFunction(value, type, result);
    case Kind::kInstance:
    case Kind::kClass:
      return DecodeClass(value, type, result);
    case Kind::kValue:
      if (!IsOfClass(value, ClassOf(type))) return Refuse(value, type);
      At<Value>(result) = Value(realm_.references().Make(isolate_, value));
      return true;
    case Kind::kTask:
      SettleWith(realm_, value, type, result);
      return true;
    case Kind::kNull:
      return value->IsNullOrUndefined() || Refuse(value, type);
    case Kind::kUndefined:
      return true;  // a result nobody wants
    case Kind::kStringView:
    case Kind::kCString:
    case Kind::kString16View:
    case Kind::kSpan:
      break;  // they own nothing; the templates refuse them as results
  }
  return Refuse(value, type);
}

v8::Local<v8::Value> Decoder::Get(v8::Local<v8::Object> object, v8::Local<v8::Value> key) {
  v8::Local<v8::Value> value;
  if (!object->Get(context_, key).ToLocal(&value)) ThrowCaught(realm_, *caught_);
  return value;
}

v8::Local<v8::Value> Decoder::Get(v8::Local<v8::Object> object, std::uint32_t index) {
  v8::Local<v8::Value> value;
  if (!object->Get(context_, index).ToLocal(&value)) ThrowCaught(realm_, *caught_);
  return value;
}

bool Decoder::Refuse(v8::Local<v8::Value> value, const TypeInfo& type) {
  const std::string expected = TypeScriptName(type);
  RefuseAs(value, expected, false);
  if (value->IsPromise()) misfits_.back().text += "; declare its result as Task<" + expected + ">";
  return false;
}

bool Decoder::RefuseAs(v8::Local<v8::Value> value, const std::string& expected, bool out_of_range) {
  misfits_.push_back({"",
                      "expected " + expected + ", got " + DescribeValue(isolate_, context_, value),
                      out_of_range});
  return false;
}

bool Decoder::RefuseDepth() {
  misfits_.push_back({"", std::string(kTooDeep), true});
  return false;
}

bool Decoder::RefuseLength(std::string_view what, std::size_t expected, std::size_t got) {
  misfits_.push_back({"",
                      "expected " + std::string(what) + " of length " + std::to_string(expected) +
                          ", got length " + std::to_string(got),
                      false});
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
    message += std::string(root) + Shortened(misfit.path) + ": " + misfit.text;
    out_of_range = out_of_range && misfit.out_of_range;
  }
  throw JsError(JsErrorData{.name = out_of_range ? "RangeError" : "TypeError", .message = message});
}

}  // namespace nodehost::detail
