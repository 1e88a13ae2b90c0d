#include "convert.hpp"

#include <array>
#include <atomic>
#include <cctype>
#include <cstddef>
#include <vector>

#include "decoder.hpp"
#include "entry.hpp"
#include "nodehost/convert.hpp"
#include "nodehost/errors.hpp"
#include "realm.hpp"
#include "strings.hpp"
#include "value_class.hpp"

namespace nodehost::detail {

namespace {

template <class T>
const T& At(const void* value) {
  return *static_cast<const T*>(value);
}

v8::Local<v8::Value> EncodeSequence(Realm& realm, const TypeInfo& type, const void* value) {
  const auto& ops = At<SequenceOps>(type.ops);
  const std::size_t size = ops.size(value);
  const auto* element = static_cast<const std::byte*>(ops.data(value));
  v8::EscapableHandleScope scope(realm.isolate());
  std::vector<v8::Local<v8::Value>> items(size);
  for (std::size_t i = 0; i < size; ++i, element += type.element->size) {
    items[i] = Encode(realm, *type.element, element);
  }
  return scope.Escape(v8::Array::New(realm.isolate(), items.data(), size));
}

v8::Local<v8::Value> EncodeStruct(Realm& realm, const TypeInfo& type, const void* value) {
  const StructInfo& info = At<StructOps>(type.ops).info();
  const auto keys = realm.KeysOf(info);
  v8::EscapableHandleScope scope(realm.isolate());
  const v8::Local<v8::Object> object = v8::Object::New(realm.isolate());
  for (std::size_t i = 0; i < info.fields.size(); ++i) {
    const FieldInfo& field = info.fields[i];
    const auto* item = static_cast<const std::byte*>(value) + field.offset;
    object
        ->CreateDataProperty(realm.context(), keys[i].Get(realm.isolate()),
                             Encode(realm, *field.type, item))
        .Check();
  }
  return scope.Escape(object);
}

}  // namespace

v8::Local<v8::Value> Encode(Realm& realm, const TypeInfo& type, const void* value) {
  v8::Isolate* const isolate = realm.isolate();
  switch (type.kind) {
    case Kind::kUndefined:
      return v8::Undefined(isolate);
    case Kind::kBool:
      return v8::Boolean::New(isolate, At<bool>(value));
    case Kind::kDouble:
      return v8::Number::New(isolate, At<double>(value));
    case Kind::kFloat:
      return v8::Number::New(isolate, static_cast<double>(At<float>(value)));
    case Kind::kInt8:
      return v8::Integer::New(isolate, At<std::int8_t>(value));
    case Kind::kInt16:
      return v8::Integer::New(isolate, At<std::int16_t>(value));
    case Kind::kInt32:
      return v8::Integer::New(isolate, At<std::int32_t>(value));
    case Kind::kUint8:
      return v8::Integer::New(isolate, At<std::uint8_t>(value));
    case Kind::kUint16:
      return v8::Integer::New(isolate, At<std::uint16_t>(value));
    case Kind::kUint32:
      return v8::Integer::NewFromUnsigned(isolate, At<std::uint32_t>(value));
    case Kind::kString:
      return ToV8String(isolate, At<std::string>(value));
    case Kind::kStringView:
      return ToV8String(isolate, At<std::string_view>(value));
    case Kind::kCString: {
      const char* const text = At<const char*>(value);
      if (!text) return v8::Null(isolate);
      return ToV8String(isolate, text);
    }
    case Kind::kOptional: {
      const void* const held = At<OptionalOps>(type.ops).get(value);
      if (!held) return v8::Undefined(isolate);
      return Encode(realm, *type.element, held);
    }
    case Kind::kSequence:
      return EncodeSequence(realm, type, value);
    case Kind::kStruct:
      return EncodeStruct(realm, type, value);
    case Kind::kValue:
      return Entry::LocalOf(realm, At<Value>(value).ref());
    case Kind::kInterface:
    case Kind::kMethod:
      break;  // the templates refuse them as arguments
  }
  return v8::Undefined(isolate);
}

void Decode(Realm& realm, v8::Local<v8::Value> value, const TypeInfo& type, void* result,
            std::string_view root, v8::Local<v8::Value> receiver) {
  Decoder decoder(realm, receiver);
  if (decoder.Decode(value, type, result)) return;
  std::string name(root);
  if (name.empty()) {
    const bool named = type.kind == Kind::kStruct || type.kind == Kind::kInterface;
    name = named ? std::string(At<StructOps>(type.ops).info().name) : "value";
    name[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[0])));
  }
  decoder.Throw(name);
}

std::string TypeScriptName(const TypeInfo& type) {
  switch (type.kind) {
    case Kind::kUndefined:
      return "undefined";
    case Kind::kBool:
      return "boolean";
    case Kind::kInt8:
    case Kind::kInt16:
    case Kind::kInt32:
    case Kind::kUint8:
    case Kind::kUint16:
    case Kind::kUint32:
    case Kind::kFloat:
    case Kind::kDouble:
      return "number";
    case Kind::kString:
    case Kind::kStringView:
    case Kind::kCString:
      return "string";
    case Kind::kOptional:
      return TypeScriptName(*type.element) + " | undefined";
    case Kind::kSequence: {
      const std::string element = TypeScriptName(*type.element);
      return element.find(' ') == std::string::npos ? element + "[]" : "(" + element + ")[]";
    }
    case Kind::kStruct:
    case Kind::kInterface:
      return std::string(At<StructOps>(type.ops).info().name);
    case Kind::kMethod:
      return "function";
    case Kind::kValue:
      return std::string(NameOf(ClassOf(type)));
  }
  return "unknown";
}

std::uint32_t NextStructId() noexcept {
  static std::atomic<std::uint32_t> next = 0;
  return next.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace nodehost::detail
