// Bytes, containers of bytes, and std::span.
#include "nodehost/convert/bytes.hpp"

#include <cstring>
#include <string>

#include "engine/convert/conversion.hpp"
#include "engine/convert/decoder.hpp"
#include "engine/convert/encoder.hpp"
#include "engine/convert/sequences.hpp"
#include "engine/memory.hpp"

namespace nodehost::detail {

namespace {

v8::Local<v8::Value> BytesToJs(Encoder& encoder, const TypeInfo&, const void* value) {
  return ShareBytes(encoder.realm(), *static_cast<const Bytes*>(value));
}

bool BytesFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  if (!IsMemory(value)) return decoder.Refuse(value, type);
  *static_cast<Bytes*>(result) = MemoryOf(value);
  return true;
}

Fit BytesFit(Decoder&, v8::Local<v8::Value> value, const TypeInfo&) {
  if (value->IsUint8Array()) return Fit::kNatural;
  return AcceptedIf(IsMemory(value) || value->IsArray());
}

v8::Local<v8::Value> CopyToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  return CopyToTypedArray(encoder.realm(), type, value);
}

bool CopyFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  if (!IsMemory(value)) {
    if (!value->IsArray()) return decoder.Refuse(value, type);
    return SequenceFromJs(decoder, value, type, result);
  }
  const auto& ops = OpsOf<SequenceOps>(type);
  const Bytes bytes = MemoryOf(value);
  if (ops.assign) {
    ops.assign(result, bytes.data(), bytes.size());
    return true;
  }
  void* const data = ops.resize(result, bytes.size());
  if (ops.size(result) != bytes.size()) {
    return decoder.RefuseLength("Uint8Array", ops.size(result), ops.size(result), bytes.size());
  }
  if (!bytes.empty()) std::memcpy(data, bytes.data(), bytes.size());
  return true;
}

Fit NoFit(Decoder&, v8::Local<v8::Value>, const TypeInfo&) { return Fit::kNo; }

std::string SpanName(const TypeInfo& type) {
  return std::string(type.element->conversion->block->typed_array);
}

}  // namespace

namespace conversions {

constinit const Conversion kBytes{
    .to_js = &BytesToJs, .from_js = &BytesFromJs, .fit = &BytesFit, .typescript = "Uint8Array"};
constinit const Conversion kBytesCopy{
    .to_js = &CopyToJs, .from_js = &CopyFromJs, .fit = &BytesFit, .typescript = "Uint8Array"};
constinit const Conversion kSpan{
    .to_js = &CopyToJs, .from_js = &OwnsNothing, .fit = &NoFit, .typescript_of = &SpanName};

}  // namespace conversions

}  // namespace nodehost::detail
