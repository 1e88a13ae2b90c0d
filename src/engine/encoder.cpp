#include "encoder.hpp"

#include <cmath>
#include <cstring>
#include <vector>

#include "callbacks.hpp"
#include "describe.hpp"
#include "entry.hpp"
#include "errors.hpp"
#include "memory.hpp"
#include "nodehost/bytes.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/js.hpp"
#include "path.hpp"
#include "strings.hpp"
#include "tasks.hpp"

namespace nodehost::detail {

namespace {

template <class T>
const T& At(const void* value) {
  return *static_cast<const T*>(value);
}

// 64-bit integers have several types of the same size.
template <class T>
T Read(const void* value) {
  T read;
  std::memcpy(&read, value, sizeof read);
  return read;
}

constexpr std::int64_t kMaxSafe = (std::int64_t{1} << 53) - 1;
constexpr double kMaxDate = 8.64e15;  // ECMAScript, "Time Values and Time Range"

[[noreturn]] void Misfit(std::string text) { throw EncodeMisfit{{}, std::move(text)}; }

}  // namespace

v8::Local<v8::Value> Encoder::Encode(const TypeInfo& type, const void* value) {
  switch (type.kind) {
    case Kind::kUndefined:
      return v8::Undefined(isolate_);
    case Kind::kNull:
      return v8::Null(isolate_);
    case Kind::kBool:
      return v8::Boolean::New(isolate_, At<bool>(value));
    case Kind::kDouble:
      return v8::Number::New(isolate_, At<double>(value));
    case Kind::kFloat:
      return v8::Number::New(isolate_, static_cast<double>(At<float>(value)));
    case Kind::kInt8:
      return v8::Integer::New(isolate_, At<std::int8_t>(value));
    case Kind::kInt16:
      return v8::Integer::New(isolate_, At<std::int16_t>(value));
    case Kind::kInt32:
      return v8::Integer::New(isolate_, At<std::int32_t>(value));
    case Kind::kUint8:
      return v8::Integer::New(isolate_, At<std::uint8_t>(value));
    case Kind::kUint16:
      return v8::Integer::New(isolate_, At<std::uint16_t>(value));
    case Kind::kUint32:
      return v8::Integer::NewFromUnsigned(isolate_, At<std::uint32_t>(value));
    case Kind::kInt64:
      return v8::BigInt::New(isolate_, Read<std::int64_t>(value));
    case Kind::kUint64:
      return v8::BigInt::NewFromUnsigned(isolate_, Read<std::uint64_t>(value));
    case Kind::kString:
      return ToV8String(isolate_, At<std::string>(value));
    case Kind::kStringView:
      return ToV8String(isolate_, At<std::string_view>(value));
    case Kind::kCString: {
      const char* const text = At<const char*>(value);
      if (!text) return v8::Null(isolate_);
      return ToV8String(isolate_, text);
    }
    case Kind::kString16:
      return ToV8String(isolate_, std::u16string_view(At<std::u16string>(value)));
    case Kind::kString16View:
      return ToV8String(isolate_, At<std::u16string_view>(value));
    case Kind::kPath:
      return ToV8String(isolate_, At<PathOps>(type.ops).get(value));
    case Kind::kInt64Number:
    case Kind::kUint64Number:
    case Kind::kEnum:
    case Kind::kChar:
    case Kind::kDate:
      return EncodeInexact(type, value);
    case Kind::kDuration:
      return v8::Number::New(isolate_, At<TimeOps>(type.ops).get(value));
    case Kind::kOptional: {
      const void* const held = At<OptionalOps>(type.ops).get(value);
      if (!held) return v8::Undefined(isolate_);
      return Encode(*type.element, held);
    }
    case Kind::kVariant:
      return EncodeVariant(type, value);
    case Kind::kTuple:
      return EncodeTuple(type, value);
    case Kind::kSequence:
      return EncodeSequence(type, value);
    case Kind::kList:
      return EncodeList(type, value);
    case Kind::kSet:
      return EncodeSet(type, value);
    case Kind::kRecord:
      return EncodeRecord(type, value);
    case Kind::kMap:
      return EncodeMap(type, value);
    case Kind::kSpan:
    case Kind::kBytesCopy:
      return CopyToTypedArray(realm_, type, value);
    case Kind::kBytes:
      return ShareBytes(realm_, At<Bytes>(value));
    case Kind::kErrorCode:
      return ToJsError(realm_, At<std::error_code>(value));
    case Kind::kException:
      if (!At<std::exception_ptr>(value)) return v8::Null(isolate_);
      return ToJsError(realm_, At<std::exception_ptr>(value));
    case Kind::kJsError:
      return ToJsError(realm_, At<JsError>(value));
    case Kind::kCustom:
      return EncodeCustom(type, value);
    case Kind::kStruct:
      return EncodeStruct(type, value);
    case Kind::kValue:
      return Entry::LocalOf(realm_, At<Value>(value).ref());
    case Kind::kInterface:
      return EncodeInterface(type, value);
    case Kind::kMethod:
    case Kind::kConstructor:
      return EncodeMember(*At<MethodOps>(type.ops).member(const_cast<void*>(value)), {});
    case Kind::kFunction:
      return EncodeFunction(type, value);
    case Kind::kInstance:
      return realm_.classes().ObjectOf(realm_, At<InstanceOps>(type.ops).share(value));
    case Kind::kClass:
      return realm_.classes().ConstructorOf(realm_, At<ClassOps>(type.ops).info());
    case Kind::kTask:
      return PromiseOf(realm_, type, value);
    case Kind::kProperty:
      break;  // only as a field of an interface
  }
  return v8::Undefined(isolate_);
}

v8::Local<v8::Value> Encoder::EncodeInexact(const TypeInfo& type, const void* value) {
  switch (type.kind) {
    case Kind::kInt64Number: {
      const auto number = Read<std::int64_t>(value);
      if (number < -kMaxSafe || number > kMaxSafe) {
        Misfit(std::to_string(number) + " is beyond what a number holds exactly, ±(2^53 - 1)");
      }
      return v8::Number::New(isolate_, static_cast<double>(number));
    }
    case Kind::kUint64Number: {
      const auto number = Read<std::uint64_t>(value);
      if (number > static_cast<std::uint64_t>(kMaxSafe)) {
        Misfit(std::to_string(number) + " is beyond what a number holds exactly, 2^53 - 1");
      }
      return v8::Number::New(isolate_, static_cast<double>(number));
    }
    case Kind::kChar:
      return EncodeChar(At<char>(value));
    case Kind::kDate:
      return EncodeDate(type, value);
    default:
      return EncodeEnum(type, value);
  }
}

v8::Local<v8::Value> Encoder::EncodeEnum(const TypeInfo& type, const void* value) {
  const auto& ops = At<EnumOps>(type.ops);
  const std::int64_t number = ops.get(value);
  if (ops.values.empty()) {
    // get() gives the bits of the widest unsigned one as a signed number.
    if (type.element->kind == Kind::kUint64Number) return Encode(*type.element, &number);
    const TypeInfo as_number{Kind::kInt64Number, sizeof number, nullptr, nullptr};
    return Encode(as_number, &number);
  }
  for (const EnumValue& known : ops.values) {
    if (known.value == number) return ToV8Key(isolate_, known.name);
  }
  Misfit(std::string(ops.name) + " " + std::to_string(number) + " has no name in EnumNames");
}

v8::Local<v8::Value> Encoder::EncodeChar(char character) {
  if (static_cast<unsigned char>(character) >= 0x80) {
    Misfit("a char beyond ASCII is only a part of a character; use std::string");
  }
  return ToV8Key(isolate_, std::string_view(&character, 1));
}

v8::Local<v8::Value> Encoder::EncodeDate(const TypeInfo& type, const void* value) {
  const double time = std::floor(At<TimeOps>(type.ops).get(value));
  if (!(std::abs(time) <= kMaxDate)) Misfit("a point in time beyond what a Date holds");
  v8::Local<v8::Value> date;
  if (!v8::Date::New(realm_.context(), time).ToLocal(&date)) Check(v8::MaybeLocal<v8::Value>());
  return date;
}

v8::Local<v8::Value> Encoder::EncodeSequence(const TypeInfo& type, const void* value) {
  const Nesting nesting(depth_);
  if (nesting.too_deep()) Misfit(std::string(kTooDeep));
  const auto& ops = At<SequenceOps>(type.ops);
  const std::size_t size = ops.size(value);
  const auto* element = static_cast<const std::byte*>(ops.data(value));
  v8::Local<v8::Value> numbers;
  if (realm_.number_arrays().Make(realm_, *type.element, element, size).ToLocal(&numbers)) {
    return numbers;
  }
  v8::EscapableHandleScope scope(isolate_);
  std::vector<v8::Local<v8::Value>> items(size);
  for (std::size_t i = 0; i < size; ++i, element += type.element->size) {
    items[i] = Part(*type.element, element, [&] { return IndexStep(i); });
  }
  return scope.Escape(v8::Array::New(isolate_, items.data(), size));
}

v8::Local<v8::Value> Encoder::EncodeList(const TypeInfo& type, const void* value) {
  const Nesting nesting(depth_);
  if (nesting.too_deep()) Misfit(std::string(kTooDeep));
  const auto& ops = At<CollectionOps>(type.ops);
  v8::EscapableHandleScope scope(isolate_);
  std::vector<v8::Local<v8::Value>> items;
  items.reserve(ops.size(value));
  auto visit = [&](const void* item, const void*) {
    items.push_back(Part(*type.element, item, [&] { return IndexStep(items.size()); }));
  };
  ops.each(value, VisitorOf(visit));
  return scope.Escape(v8::Array::New(isolate_, items.data(), items.size()));
}

v8::Local<v8::Value> Encoder::EncodeSet(const TypeInfo& type, const void* value) {
  const Nesting nesting(depth_);
  if (nesting.too_deep()) Misfit(std::string(kTooDeep));
  v8::EscapableHandleScope scope(isolate_);
  const v8::Local<v8::Context> context = realm_.context();
  const v8::Local<v8::Set> set = v8::Set::New(isolate_);
  std::size_t index = 0;
  auto visit = [&](const void* item, const void*) {
    const v8::HandleScope inner(isolate_);
    Check(set->Add(context, Part(*type.element, item, [&] { return IndexStep(index); })));
    ++index;
  };
  At<CollectionOps>(type.ops).each(value, VisitorOf(visit));
  return scope.Escape(set);
}

v8::Local<v8::Value> Encoder::EncodeRecord(const TypeInfo& type, const void* value) {
  const Nesting nesting(depth_);
  if (nesting.too_deep()) Misfit(std::string(kTooDeep));
  v8::EscapableHandleScope scope(isolate_);
  const v8::Local<v8::Context> context = realm_.context();
  const v8::Local<v8::Object> object = v8::Object::New(isolate_);
  auto visit = [&](const void* key, const void* item) {
    const v8::HandleScope inner(isolate_);
    const auto& name = At<std::string>(key);
    // Defined, not assigned, so that "__proto__" is a key like any other.
    Check(object->CreateDataProperty(context, ToV8Key(isolate_, name),
                                     Part(*type.element, item, [&] { return KeyStep(name); })));
  };
  At<MapOps>(type.ops).each(value, VisitorOf(visit));
  return scope.Escape(object);
}

v8::Local<v8::Value> Encoder::EncodeMap(const TypeInfo& type, const void* value) {
  const Nesting nesting(depth_);
  if (nesting.too_deep()) Misfit(std::string(kTooDeep));
  v8::EscapableHandleScope scope(isolate_);
  const v8::Local<v8::Context> context = realm_.context();
  const auto& ops = At<MapOps>(type.ops);
  const v8::Local<v8::Map> map = v8::Map::New(isolate_);
  std::size_t index = 0;
  auto visit = [&](const void* key, const void* item) {
    const v8::HandleScope inner(isolate_);
    const auto js_key = Part(*ops.key, key, [&] { return ".keys()" + IndexStep(index); });
    const auto js_item =
        Part(*type.element, item, [&] { return MapStep(isolate_, context, js_key); });
    Check(map->Set(context, js_key, js_item));
    ++index;
  };
  ops.each(value, VisitorOf(visit));
  return scope.Escape(map);
}

v8::Local<v8::Value> Encoder::EncodeTuple(const TypeInfo& type, const void* value) {
  const Nesting nesting(depth_);
  if (nesting.too_deep()) Misfit(std::string(kTooDeep));
  const auto& ops = At<TupleOps>(type.ops);
  v8::EscapableHandleScope scope(isolate_);
  std::vector<v8::Local<v8::Value>> items(ops.types.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i] = Part(*ops.types[i], ops.element(value, i), [&] { return IndexStep(i); });
  }
  return scope.Escape(v8::Array::New(isolate_, items.data(), items.size()));
}

v8::Local<v8::Value> Encoder::EncodeVariant(const TypeInfo& type, const void* value) {
  const auto& ops = At<VariantOps>(type.ops);
  const std::size_t index = ops.index(value);
  if (index >= ops.types.size()) Misfit("a std::variant that lost its value to an exception");
  return Encode(*ops.types[index], ops.get(value));
}

v8::Local<v8::Value> Encoder::EncodeStruct(const TypeInfo& type, const void* value) {
  const Nesting nesting(depth_);
  if (nesting.too_deep()) Misfit(std::string(kTooDeep));
  const StructInfo& info = At<StructOps>(type.ops).info();
  const std::size_t count = info.fields.size();
  v8::EscapableHandleScope scope(isolate_);
  constexpr std::size_t kFew = 8;
  v8::Local<v8::Value> few[kFew];
  std::vector<v8::Local<v8::Value>> many(count > kFew ? count : 0);
  v8::Local<v8::Value>* const values = count > kFew ? many.data() : few;
  for (std::size_t i = 0; i < count; ++i) {
    const FieldInfo& field = info.fields[i];
    const auto* item = static_cast<const std::byte*>(value) + field.offset;
    values[i] = Part(*field.type, item, [&] { return FieldStep(field.name); });
  }
  v8::Local<v8::Value> made;
  if (realm_.shapes().Make(realm_, info, {values, count}).ToLocal(&made)) return scope.Escape(made);
  const auto keys = realm_.KeysOf(info);
  const v8::Local<v8::Context> context = realm_.context();
  const v8::Local<v8::Object> object = v8::Object::New(isolate_);
  for (std::size_t i = 0; i < count; ++i) {
    Check(object->CreateDataProperty(context, keys[i].Get(isolate_), values[i]));
  }
  return scope.Escape(object);
}

v8::Local<v8::Value> Encoder::EncodeCustom(const TypeInfo& type, const void* value) {
  Js js(realm_.thread());
  return Entry::LocalOf(realm_, At<CustomOps>(type.ops).to_js(js, value));
}

}  // namespace nodehost::detail
