// Decoding of containers.
#include <algorithm>
#include <cstring>

#include "callbacks.hpp"
#include "decoder.hpp"
#include "describe.hpp"
#include "errors.hpp"
#include "memory.hpp"
#include "nodehost/detail/engine.hpp"
#include "strings.hpp"

namespace nodehost::detail {

namespace {

// A sparse array may claim four thousand million elements: memory is taken as they turn out to be
// there.
constexpr std::uint32_t kFirstSize = 1 << 16;

template <class Ops>
const Ops& OpsOf(const TypeInfo& type) {
  return *static_cast<const Ops*>(type.ops);
}

// What Array.isArray says, which sees through proxies.
bool IsArrayProxy(v8::Local<v8::Value> value) {
  while (value->IsProxy()) value = value.As<v8::Proxy>()->GetTarget();
  return value->IsArray();
}

// Objects that are more than their properties are no records.
bool HasPropertiesOnly(v8::Local<v8::Value> value) {
  return value->IsObject() && !value->IsArray() && !value->IsFunction() && !value->IsSet() &&
         !value->IsDate() && !value->IsRegExp() && !value->IsPromise() && !IsMemory(value) &&
         !value->IsNativeError() && !value->IsStringObject() && !value->IsWeakMap() &&
         !value->IsWeakSet() && !(value->IsProxy() && IsArrayProxy(value));
}

}  // namespace

bool Decoder::GetLength(v8::Local<v8::Value> value, std::uint32_t& length) {
  if (value->IsArray()) {
    length = value.As<v8::Array>()->Length();
    return true;
  }
  if (value->IsTypedArray()) {
    const std::size_t size = value.As<v8::TypedArray>()->Length();
    length = static_cast<std::uint32_t>(std::min<std::size_t>(size, UINT32_MAX));
    return size == length;
  }
  if (!value->IsProxy() || !IsArrayProxy(value)) return false;
  const v8::Local<v8::Value> claimed = Get(value.As<v8::Object>(), ToV8Key(isolate_, "length"));
  if (!claimed->IsUint32()) return false;
  length = claimed.As<v8::Uint32>()->Value();
  return true;
}

bool Decoder::DecodeBytes(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  if (!IsMemory(value)) {
    return value->IsArray() ? DecodeSequence(value, type, result) : Refuse(value, type);
  }
  const auto& ops = OpsOf<SequenceOps>(type);
  const Bytes bytes = MemoryOf(value);
  void* const data = ops.resize(result, bytes.size());
  if (ops.size(result) != bytes.size()) {
    return RefuseLength("Uint8Array", ops.size(result), bytes.size());
  }
  if (!bytes.empty()) std::memcpy(data, bytes.data(), bytes.size());
  return true;
}

bool Decoder::DecodeSequence(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  const Level level(*this);
  if (level.too_deep()) return RefuseDepth();
  std::uint32_t length = 0;
  if (!GetLength(value, length)) return Refuse(value, type);
  const auto& ops = OpsOf<SequenceOps>(type);
  if (ops.fixed && ops.size(result) != length) {
    return RefuseLength("an array", ops.size(result), length);
  }
  std::uint32_t size = ops.fixed ? length : std::min(length, kFirstSize);
  auto* data = static_cast<std::byte*>(ops.resize(result, size));
  if (value->IsTypedArray() && length > 0) {
    if (size < length) data = static_cast<std::byte*>(ops.resize(result, size = length));
    if (CopyFromTypedArray(value, *type.element, data, length)) return true;
  }
  const v8::Local<v8::Object> array = value.As<v8::Object>();
  for (std::uint32_t i = 0; i < length; ++i) {
    if (i == size) {
      size = length - size < size ? length : size * 2;
      data = static_cast<std::byte*>(ops.resize(result, size));
    }
    const v8::HandleScope scope(isolate_);
    const std::size_t first = misfits_.size();
    if (!Decode(Get(array, i), *type.element, data + std::size_t{i} * type.element->size)) {
      return Within(first, IndexStep(i));
    }
  }
  return true;
}

bool Decoder::DecodeCollection(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  const Level level(*this);
  if (level.too_deep()) return RefuseDepth();
  v8::Local<v8::Value> items = value;
  if (type.kind == Kind::kSet && value->IsSet()) items = value.As<v8::Set>()->AsArray();
  std::uint32_t length = 0;
  if (!GetLength(items, length)) return Refuse(value, type);
  const auto& ops = OpsOf<CollectionOps>(type);
  ops.clear(result);
  for (std::uint32_t i = 0; i < length; ++i) {
    const v8::HandleScope scope(isolate_);
    const std::size_t first = misfits_.size();
    auto fill = [&](void* item, void*) {
      return Decode(Get(items.As<v8::Object>(), i), *type.element, item);
    };
    if (!ops.add(result, FillerOf(fill))) return Within(first, IndexStep(i));
  }
  return true;
}

bool Decoder::DecodeMap(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  const Level level(*this);
  if (level.too_deep()) return RefuseDepth();
  if (value->IsMap()) return DecodeMapEntries(value.As<v8::Map>(), type, result);
  if (!HasPropertiesOnly(value)) return Refuse(value, type);
  return DecodeMapProperties(value.As<v8::Object>(), type, result);
}

bool Decoder::DecodeMapEntries(v8::Local<v8::Map> map, const TypeInfo& type, void* result) {
  const auto& ops = OpsOf<MapOps>(type);
  ops.clear(result);
  // A copy: getters in the values may change the map meanwhile.
  const v8::Local<v8::Array> entries = map->AsArray();
  for (std::uint32_t i = 0; i + 1 < entries->Length(); i += 2) {
    const v8::HandleScope scope(isolate_);
    const std::size_t first = misfits_.size();
    const v8::Local<v8::Value> js_key = Get(entries, i);
    auto fill = [&](void* key, void* item) {
      if (!Decode(js_key, *ops.key, key)) return Within(first, ".keys()" + IndexStep(i / 2));
      if (Decode(Get(entries, i + 1), *type.element, item)) return true;
      return Within(first, MapStep(isolate_, context_, js_key));
    };
    if (!ops.add(result, FillerOf(fill))) return false;
  }
  return true;
}

bool Decoder::DecodeMapProperties(v8::Local<v8::Object> object, const TypeInfo& type,
                                  void* result) {
  const auto& ops = OpsOf<MapOps>(type);
  ops.clear(result);
  v8::Local<v8::Array> names;
  if (!object
           ->GetOwnPropertyNames(
               context_, static_cast<v8::PropertyFilter>(v8::ONLY_ENUMERABLE | v8::SKIP_SYMBOLS),
               v8::KeyConversionMode::kConvertToString)
           .ToLocal(&names)) {
    ThrowCaught(realm_, *caught_);
  }
  for (std::uint32_t i = 0; i < names->Length(); ++i) {
    const v8::HandleScope scope(isolate_);
    const std::size_t first = misfits_.size();
    const v8::Local<v8::Value> name = Get(names, i);
    auto fill = [&](void* key, void* item) {
      const bool fits =
          Decode(name, *ops.key, key) && Decode(Get(object, name), *type.element, item);
      return fits || Within(first, MapStep(isolate_, context_, name));
    };
    if (!ops.add(result, FillerOf(fill))) return false;
  }
  return true;
}

bool Decoder::DecodeTuple(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  const Level level(*this);
  if (level.too_deep()) return RefuseDepth();
  std::uint32_t length = 0;
  if (!GetLength(value, length)) return Refuse(value, type);
  const auto& ops = OpsOf<TupleOps>(type);
  if (length != ops.types.size()) {
    return RefuseLength(TypeScriptName(type), ops.types.size(), length);
  }
  for (std::uint32_t i = 0; i < length; ++i) {
    const v8::HandleScope scope(isolate_);
    const std::size_t first = misfits_.size();
    // The ops are for reading; the tuple itself is not const.
    void* const element = const_cast<void*>(ops.element(result, i));
    if (!Decode(Get(value.As<v8::Object>(), i), *ops.types[i], element)) {
      return Within(first, IndexStep(i));
    }
  }
  return true;
}

}  // namespace nodehost::detail
