// Memory that both sides see: Shared and SharedMemory.
#include "nodehost/convert/shared.hpp"

#include <cstdlib>
#include <new>
#include <string>

#include "engine/convert/conversion.hpp"
#include "engine/convert/decoder.hpp"
#include "engine/convert/encoder.hpp"
#include "engine/memory.hpp"

namespace nodehost::detail {

namespace {

// ---- Shared ----

const NumberBlock& BlockOf(const TypeInfo& type) { return *type.element->conversion->block; }

v8::Local<v8::Value> SharedToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  const Bytes& bytes = OpsOf<SharedOps>(type).bytes(value);
  return BlockOf(type).view(BufferOf(encoder.realm(), bytes));
}

bool SharedFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                  void* result) {
  if (!BlockOf(type).is_typed_array(value)) return decoder.Refuse(value, type);
  OpsOf<SharedOps>(type).assign(result, MemoryOf(value));
  return true;
}

Fit SharedFit(Decoder&, v8::Local<v8::Value> value, const TypeInfo& type) {
  return BlockOf(type).is_typed_array(value) ? Fit::kNatural : Fit::kNo;
}

std::string SharedName(const TypeInfo& type) { return std::string(BlockOf(type).typed_array); }

// ---- SharedMemory ----

v8::Local<v8::Value> SharedMemoryToJs(Encoder& encoder, const TypeInfo&, const void* value) {
  const auto& memory = *static_cast<const SharedMemory*>(value);
  if (!memory.owner()) return v8::SharedArrayBuffer::New(encoder.isolate(), 0);
  return v8::SharedArrayBuffer::New(encoder.isolate(),
                                    std::static_pointer_cast<v8::BackingStore>(memory.owner()));
}

bool SharedMemoryFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                        void* result) {
  if (!value->IsSharedArrayBuffer()) return decoder.Refuse(value, type);
  std::shared_ptr<v8::BackingStore> store =
      KeepBlock(value.As<v8::SharedArrayBuffer>()->GetBackingStore());
  void* const data = store->Data();
  // One that can grow never shrinks or moves: this much of it stays.
  const std::size_t size = value.As<v8::SharedArrayBuffer>()->ByteLength();
  *static_cast<SharedMemory*>(result) = SharedMemory(std::move(store), data, size);
  return true;
}

}  // namespace

std::shared_ptr<void> NewSharedMemory(std::size_t size, void** data) {
  // V8 wants each store's memory to be its own, also where there is none to speak of.
  void* const memory = std::calloc(size == 0 ? 1 : size, 1);
  if (!memory) throw std::bad_alloc();
  *data = memory;
  return std::shared_ptr<v8::BackingStore>(v8::SharedArrayBuffer::NewBackingStore(
      memory, size, [](void* freed, std::size_t, void*) { std::free(freed); }, nullptr));
}

namespace conversions {

constinit const Conversion kShared{.to_js = &SharedToJs,
                                   .from_js = &SharedFromJs,
                                   .fit = &SharedFit,
                                   .typescript_of = &SharedName};
constinit const Conversion kSharedMemory{.to_js = &SharedMemoryToJs,
                                         .from_js = &SharedMemoryFromJs,
                                         .fit = &NaturalIf<&v8::Value::IsSharedArrayBuffer>,
                                         .typescript = "SharedArrayBuffer"};

}  // namespace conversions

}  // namespace nodehost::detail
