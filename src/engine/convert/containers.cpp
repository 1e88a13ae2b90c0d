// Sequences, sets and maps.
#include "nodehost/convert/containers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/callbacks.hpp"
#include "engine/convert/conversion.hpp"
#include "engine/convert/decoder.hpp"
#include "engine/convert/encoder.hpp"
#include "engine/convert/sequences.hpp"
#include "engine/convert/union_name.hpp"
#include "engine/describe.hpp"
#include "engine/heap_layout.hpp"
#include "engine/memory.hpp"
#include "engine/utf.hpp"
#include "engine/v8_strings.hpp"
#include "nodehost/detail/engine.hpp"

namespace nodehost::detail {

namespace {

// A sparse array may have a length of 2^32 - 1: memory is reserved for this many elements only, and
// grows as elements are read.
constexpr std::uint32_t kFirstSize = 1 << 16;

template <class T, class Read>
bool ReadEach(std::span<const HeapLayout::Word> words, std::byte* data, Read read) {
  T* element = reinterpret_cast<T*>(data);
  return std::ranges::all_of(words, [&](HeapLayout::Word word) { return read(word, *element++); });
}

// Numbers and short texts, which most arrays are made of, as V8 keeps them. False where an element
// is anything else: the array is then read from its beginning by V8's API.
bool ReadElements(const HeapLayout& heap, v8::Local<v8::Value> value, const TypeInfo& element,
                  std::byte* data, std::size_t length) {
  std::span<const double> doubles;
  if (element.quick == Quick::kDouble && heap.ReadDoubles(value, doubles)) {
    if (doubles.size() != length) return false;
    std::memcpy(data, doubles.data(), doubles.size_bytes());
    return true;
  }
  std::span<const HeapLayout::Word> words;
  if (element.quick == Quick::kNone || !heap.ReadElements(value, words) || words.size() != length) {
    return false;
  }
  switch (element.quick) {
    case Quick::kDouble:
      return ReadEach<double>(
          words, data, [&](auto word, double& number) { return heap.ReadNumber(word, number); });
    case Quick::kInt32:
      return ReadEach<std::int32_t>(words, data, [&](auto word, std::int32_t& number) {
        return heap.ReadInteger(word, number);
      });
    case Quick::kString:
      return ReadEach<std::string>(words, data, [&](auto word, std::string& text) {
        std::string_view latin1;
        if (!heap.ReadText(word, latin1)) return false;
        AssignLatin1(latin1, text);
        return true;
      });
    default:
      return false;
  }
}

}  // namespace

bool SequenceFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                    void* result) {
  const Decoder::Level level(decoder);
  if (level.too_deep()) return decoder.RefuseDepth();
  std::uint32_t length = 0;
  if (!decoder.GetLength(value, length)) return decoder.Refuse(value, type);
  const auto& ops = OpsOf<SequenceOps>(type);
  if (ops.fixed && ops.size(result) != length) {
    return decoder.RefuseLength("an array", ops.size(result), ops.size(result), length);
  }
  std::uint32_t size = ops.fixed ? length : std::min(length, kFirstSize);
  auto* data = static_cast<std::byte*>(ops.resize(result, size));
  if (value->IsTypedArray() && length > 0) {
    if (size < length) {
      if (!decoder.Take(value, std::size_t{length} * type.element->size, 0)) return false;
      data = static_cast<std::byte*>(ops.resize(result, size = length));
    }
    if (CopyFromTypedArray(value, *type.element, data, length)) return true;
  }
  if (size == length && ReadElements(decoder.realm().heap(), value, *type.element, data, length)) {
    return true;
  }
  const v8::Local<v8::Object> array = value.As<v8::Object>();
  std::size_t empty = 0;  // bytes, since memory was last taken
  for (std::uint32_t i = 0; i < length; ++i) {
    decoder.Step();
    if (i == size) {
      const std::uint32_t before = size;
      size = length - size < size ? length : size * 2;
      const std::size_t more = std::size_t{size - before} * type.element->size;
      if (!decoder.Take(value, more, std::exchange(empty, 0))) return false;
      data = static_cast<std::byte*>(ops.resize(result, size));
    }
    const v8::HandleScope scope(decoder.isolate());
    const std::size_t first = decoder.misfits().size();
    const v8::Local<v8::Value> element = decoder.Get(array, i);
    if (element->IsNullOrUndefined()) empty += type.element->size;
    if (!decoder.Decode(element, *type.element, data + std::size_t{i} * type.element->size)) {
      return decoder.Within(first, IndexStep(i));
    }
  }
  return true;
}

Fit ArrayFit(Decoder&, v8::Local<v8::Value> value, const TypeInfo&) {
  if (value->IsArray() || value->IsProxy()) return Fit::kNatural;
  return AcceptedIf(value->IsTypedArray());
}

namespace {

v8::Local<v8::Value> SequenceToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  const Encoder::Level level(encoder);
  const auto& ops = OpsOf<SequenceOps>(type);
  const std::size_t size = ops.size(value);
  const auto* element = static_cast<const std::byte*>(ops.data(value));
  v8::Local<v8::Value> numbers;
  if (encoder.realm()
          .number_arrays()
          .Make(encoder.realm(), *type.element, element, size)
          .ToLocal(&numbers)) {
    return numbers;
  }
  v8::EscapableHandleScope scope(encoder.isolate());
  std::vector<v8::Local<v8::Value>> items(size);
  for (std::size_t i = 0; i < size; ++i, element += type.element->size) {
    items[i] = encoder.Part(*type.element, element, [&] { return IndexStep(i); });
  }
  return scope.Escape(v8::Array::New(encoder.isolate(), items.data(), size));
}

v8::Local<v8::Value> ListToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  const Encoder::Level level(encoder);
  const auto& ops = OpsOf<CollectionOps>(type);
  v8::EscapableHandleScope scope(encoder.isolate());
  std::vector<v8::Local<v8::Value>> items;
  items.reserve(ops.size(value));
  auto visit = [&](const void* item, const void*) {
    items.push_back(encoder.Part(*type.element, item, [&] { return IndexStep(items.size()); }));
  };
  ops.each(value, VisitorOf(visit));
  return scope.Escape(v8::Array::New(encoder.isolate(), items.data(), items.size()));
}

bool ListFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  const Decoder::Level level(decoder);
  if (level.too_deep()) return decoder.RefuseDepth();
  std::uint32_t length = 0;
  if (!decoder.GetLength(value, length)) return decoder.Refuse(value, type);
  const auto& ops = OpsOf<CollectionOps>(type);
  ops.clear(result);
  for (std::uint32_t i = 0; i < length; ++i) {
    decoder.Step();
    const v8::HandleScope scope(decoder.isolate());
    const std::size_t first = decoder.misfits().size();
    const v8::Local<v8::Value> element = decoder.Get(value.As<v8::Object>(), i);
    const std::size_t size = type.element->size;
    if (!decoder.Take(value, size, element->IsNullOrUndefined() ? size : 0)) return false;
    auto fill = [&](void* item, void*) { return decoder.Decode(element, *type.element, item); };
    if (!ops.add(result, FillerOf(fill))) return decoder.Within(first, IndexStep(i));
  }
  return true;
}

v8::Local<v8::Value> SetToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  const Encoder::Level level(encoder);
  v8::EscapableHandleScope scope(encoder.isolate());
  const v8::Local<v8::Context> context = encoder.context();
  const v8::Local<v8::Set> set = v8::Set::New(encoder.isolate());
  std::size_t index = 0;
  auto visit = [&](const void* item, const void*) {
    const v8::HandleScope inner(encoder.isolate());
    encoder.Check(
        set->Add(context, encoder.Part(*type.element, item, [&] { return IndexStep(index); })));
    ++index;
  };
  OpsOf<CollectionOps>(type).each(value, VisitorOf(visit));
  return scope.Escape(set);
}

bool SetFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  if (value->IsSet()) value = value.As<v8::Set>()->AsArray();
  return ListFromJs(decoder, value, type, result);
}

Fit SetFit(Decoder&, v8::Local<v8::Value> value, const TypeInfo&) {
  if (value->IsSet()) return Fit::kNatural;
  return AcceptedIf(value->IsArray() || value->IsProxy());
}

// ---- Maps ----

v8::Local<v8::Value> RecordToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  const Encoder::Level level(encoder);
  v8::EscapableHandleScope scope(encoder.isolate());
  const v8::Local<v8::Context> context = encoder.context();
  const v8::Local<v8::Object> object = v8::Object::New(encoder.isolate());
  auto visit = [&](const void* key, const void* item) {
    const v8::HandleScope inner(encoder.isolate());
    const auto& name = *static_cast<const std::string*>(key);
    const Encoder::Named named(encoder, name);
    // Defined, not assigned, so that "__proto__" is a key like any other.
    encoder.Check(object->CreateDataProperty(
        context, ToV8Key(encoder.isolate(), name),
        encoder.Part(*type.element, item, [&] { return KeyStep(name); })));
  };
  OpsOf<MapOps>(type).each(value, VisitorOf(visit));
  return scope.Escape(object);
}

v8::Local<v8::Value> MapToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  const Encoder::Level level(encoder);
  v8::EscapableHandleScope scope(encoder.isolate());
  const v8::Local<v8::Context> context = encoder.context();
  const auto& ops = OpsOf<MapOps>(type);
  const v8::Local<v8::Map> map = v8::Map::New(encoder.isolate());
  std::size_t index = 0;
  auto visit = [&](const void* key, const void* item) {
    const v8::HandleScope inner(encoder.isolate());
    const auto js_key =
        encoder.Part(*ops.key, key, [&] { return fmt::format(".keys(){}", IndexStep(index)); });
    const auto js_item = encoder.Part(*type.element, item,
                                      [&] { return MapStep(encoder.isolate(), context, js_key); });
    encoder.Check(map->Set(context, js_key, js_item));
    ++index;
  };
  ops.each(value, VisitorOf(visit));
  return scope.Escape(map);
}

// Dates, Maps, functions and the like are not read as records.
bool HasPropertiesOnly(v8::Local<v8::Value> value) {
  return value->IsObject() && !value->IsArray() && !value->IsFunction() && !value->IsSet() &&
         !value->IsDate() && !value->IsRegExp() && !value->IsPromise() && !IsMemory(value) &&
         !value->IsNativeError() && !value->IsStringObject() && !value->IsWeakMap() &&
         !value->IsWeakSet() && !(value->IsProxy() && IsArrayProxy(value));
}

bool EntriesFromJs(Decoder& decoder, v8::Local<v8::Map> map, const TypeInfo& type, void* result) {
  const auto& ops = OpsOf<MapOps>(type);
  ops.clear(result);
  // A copy: getters in the values may change the map meanwhile.
  const v8::Local<v8::Array> entries = map->AsArray();
  for (std::uint32_t i = 0; i + 1 < entries->Length(); i += 2) {
    decoder.Step();
    if (!decoder.Take(map, ops.key->size + type.element->size, 0)) return false;
    const v8::HandleScope scope(decoder.isolate());
    const std::size_t first = decoder.misfits().size();
    const v8::Local<v8::Value> js_key = decoder.Get(entries, i);
    auto fill = [&](void* key, void* item) {
      if (!decoder.Decode(js_key, *ops.key, key))
        return decoder.Within(first, fmt::format(".keys(){}", IndexStep(i / 2)));
      if (decoder.Decode(decoder.Get(entries, i + 1), *type.element, item)) return true;
      return decoder.Within(first, MapStep(decoder.isolate(), decoder.context(), js_key));
    };
    if (!ops.add(result, FillerOf(fill))) return false;
  }
  return true;
}

// A property's name as the map's key: the text itself, or for a key that is a number, the number
// that JavaScript would make that name of.
bool NameFromJs(Decoder& decoder, v8::Local<v8::Value> name, const TypeInfo& type, void* key) {
  const std::size_t first = decoder.misfits().size();
  if (decoder.Decode(name, type, key)) return true;
  v8::Local<v8::Number> number;
  v8::Local<v8::String> again;
  if (!name->ToNumber(decoder.context()).ToLocal(&number) ||
      !number->ToString(decoder.context()).ToLocal(&again) || !again->StrictEquals(name)) {
    return false;
  }
  if (decoder.FitOf(number, type) == Fit::kNo) return false;
  decoder.misfits().resize(first);
  return decoder.Decode(number, type, key);
}

bool PropertiesFromJs(Decoder& decoder, v8::Local<v8::Object> object, const TypeInfo& type,
                      void* result) {
  const auto& ops = OpsOf<MapOps>(type);
  ops.clear(result);
  v8::Local<v8::Array> names;
  if (!object
           ->GetOwnPropertyNames(
               decoder.context(),
               static_cast<v8::PropertyFilter>(v8::ONLY_ENUMERABLE | v8::SKIP_SYMBOLS),
               v8::KeyConversionMode::kConvertToString)
           .ToLocal(&names)) {
    decoder.ThrowCaught();
  }
  for (std::uint32_t i = 0; i < names->Length(); ++i) {
    decoder.Step();
    if (!decoder.Take(object, ops.key->size + type.element->size, 0)) return false;
    const v8::HandleScope scope(decoder.isolate());
    const std::size_t first = decoder.misfits().size();
    const v8::Local<v8::Value> name = decoder.Get(names, i);
    auto fill = [&](void* key, void* item) {
      const bool fits = NameFromJs(decoder, name, *ops.key, key) &&
                        decoder.Decode(decoder.Get(object, name), *type.element, item);
      return fits || decoder.Within(first, MapStep(decoder.isolate(), decoder.context(), name));
    };
    if (!ops.add(result, FillerOf(fill))) return false;
  }
  return true;
}

bool MapFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  const Decoder::Level level(decoder);
  if (level.too_deep()) return decoder.RefuseDepth();
  if (value->IsMap()) return EntriesFromJs(decoder, value.As<v8::Map>(), type, result);
  if (!HasPropertiesOnly(value)) return decoder.Refuse(value, type);
  return PropertiesFromJs(decoder, value.As<v8::Object>(), type, result);
}

Fit RecordFit(Decoder&, v8::Local<v8::Value> value, const TypeInfo&) {
  if (value->IsMap()) return Fit::kAccepted;
  return value->IsObject() && !value->IsArray() ? Fit::kNatural : Fit::kNo;
}

Fit MapFit(Decoder&, v8::Local<v8::Value> value, const TypeInfo&) {
  return value->IsMap() ? Fit::kNatural : AcceptedIf(value->IsObject());
}

// ---- In TypeScript ----

std::string ArrayName(const TypeInfo& type) {
  return fmt::format("{}[]", Grouped(TypeScriptName(*type.element)));
}

std::string SetName(const TypeInfo& type) {
  return fmt::format("Set<{}>", TypeScriptName(*type.element));
}

std::string RecordName(const TypeInfo& type) {
  return fmt::format("Record<string, {}>", TypeScriptName(*type.element));
}

std::string MapName(const TypeInfo& type) {
  return fmt::format("Map<{}, {}>", TypeScriptName(*OpsOf<MapOps>(type).key),
                     TypeScriptName(*type.element));
}

}  // namespace

namespace conversions {

constinit const Conversion kSequence{.to_js = &SequenceToJs,
                                     .from_js = &SequenceFromJs,
                                     .fit = &ArrayFit,
                                     .typescript_of = &ArrayName};
constinit const Conversion kList{
    .to_js = &ListToJs, .from_js = &ListFromJs, .fit = &ArrayFit, .typescript_of = &ArrayName};
constinit const Conversion kRest{
    .to_js = &ListToJs, .from_js = &ListFromJs, .fit = &ArrayFit, .typescript_of = &ArrayName};
constinit const Conversion kSet{
    .to_js = &SetToJs, .from_js = &SetFromJs, .fit = &SetFit, .typescript_of = &SetName};
constinit const Conversion kRecord{
    .to_js = &RecordToJs, .from_js = &MapFromJs, .fit = &RecordFit, .typescript_of = &RecordName};
constinit const Conversion kMap{
    .to_js = &MapToJs, .from_js = &MapFromJs, .fit = &MapFit, .typescript_of = &MapName};

}  // namespace conversions

}  // namespace nodehost::detail
