#include "memory.hpp"

#include <node_buffer.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <utility>

#include "convert/conversion.hpp"
#include "js_errors.hpp"
#include "node_version.hpp"
#include "nodehost/convert/bytes.hpp"
#include "nodehost/errors.hpp"
#include "realm.hpp"

namespace nodehost::detail {

namespace {

void CheckSize(std::size_t size) {
  if (size <= kMaxTypedArrayBytes) return;
  throw JsError(JsErrorData{.name = "RangeError",
                            .message = std::to_string(size) +
                                       " bytes are more than a JavaScript TypedArray holds, " +
                                       std::to_string(kMaxTypedArrayBytes)});
}

std::pair<const void*, std::size_t> BytesOf(const TypeInfo& type, const void* sequence) {
  const auto& ops = *static_cast<const SequenceOps*>(type.ops);
  const std::size_t size = ops.size(sequence) * type.element->size;
  CheckSize(size);
  return {ops.data(sequence), size};
}

// Frees a block of memory, then what had allocated it.
class BlockKeeper {
 public:
  BlockKeeper(std::shared_ptr<void> allocator, std::shared_ptr<v8::BackingStore> block)
      : allocator_(std::move(allocator)), block_(std::move(block)) {}

  void operator()(v8::BackingStore*) {
    block_.reset();
    allocator_.reset();
  }

 private:
  std::shared_ptr<void> allocator_;
  std::shared_ptr<v8::BackingStore> block_;
};

v8::Local<v8::ArrayBuffer> BufferOn(v8::Isolate* isolate, void* data, std::size_t size,
                                    std::shared_ptr<void> owner) {
  // V8 calls the deleter on any thread, maybe after the isolate is gone: it only drops the owner.
  auto* const kept = new std::shared_ptr<void>(std::move(owner));
  return v8::ArrayBuffer::New(isolate, v8::ArrayBuffer::NewBackingStore(
                                           data, size,
                                           [](void*, std::size_t, void* keeper) {
                                             delete static_cast<std::shared_ptr<void>*>(keeper);
                                           },
                                           kept));
}

// V8's own buffers are cleared before anything is copied into them. Node's are not, but come with a
// view, which costs more than to clear a small one.
v8::Local<v8::ArrayBuffer> CopyToBuffer(v8::Isolate* isolate, const void* data, std::size_t size) {
  constexpr std::size_t kLarge = 4096;
  if (size >= kLarge) {
    const v8::TryCatch refused(isolate);
    v8::Local<v8::Object> view;
    if (node::Buffer::Copy(isolate, static_cast<const char*>(data), size).ToLocal(&view)) {
      const v8::Local<v8::ArrayBuffer> buffer = view.As<v8::Uint8Array>()->Buffer();
      if (buffer->ByteLength() == size) return buffer;  // it is no part of another
    }
  }
  const v8::Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(isolate, size);
  if (size > 0) std::memcpy(buffer->Data(), data, size);
  return buffer;
}

// V8 frees young buffers by a quick collection of its young generation, but asks whether they are
// too large together (32 MiB in Node 22) only when it allocates one itself. Buffers of ours alone
// would wait for a full collection, twice as long, and come back cold. So one byte is allocated for
// each MiB that is shared.
void AskForYoungCollection(v8::Isolate* isolate, std::size_t size) {
  constexpr std::size_t kEach = std::size_t{1024} * 1024;
  static thread_local std::size_t shared = 0;
  shared += size;
  if (shared < kEach) return;
  shared = 0;
  static_cast<void>(v8::ArrayBuffer::New(isolate, 1));
}

}  // namespace

v8::Local<v8::Value> CopyToTypedArray(Realm& realm, const TypeInfo& type, const void* sequence) {
  const auto [data, size] = BytesOf(type, sequence);
  return type.element->conversion->block->view(CopyToBuffer(realm.isolate(), data, size));
}

v8::Local<v8::ArrayBuffer> BufferOf(Realm& realm, const Bytes& bytes) {
  CheckSize(bytes.size());
  if (bytes.empty()) return v8::ArrayBuffer::New(realm.isolate(), 0);
  AskForYoungCollection(realm.isolate(), bytes.size());
  return BufferOn(realm.isolate(), bytes.data(), bytes.size(), bytes.owner());
}

v8::Local<v8::Value> ShareBytes(Realm& realm, const Bytes& bytes) {
  const v8::Local<v8::ArrayBuffer> buffer = BufferOf(realm, bytes);
  v8::Local<v8::Uint8Array> made;
  if (node::Buffer::New(realm.isolate(), buffer, 0, buffer->ByteLength()).ToLocal(&made)) {
    return made;
  }
  return v8::Uint8Array::New(buffer, 0, buffer->ByteLength());
}

std::shared_ptr<v8::BackingStore> KeepBlock(std::shared_ptr<v8::BackingStore> block) {
  const JsThread* const thread = JsThread::Current();
  const Realm* const realm = thread ? thread->realm() : nullptr;
  // One that came from another environment has that one's allocator.
  if (!realm || std::get_deleter<BlockKeeper>(block)) return block;
  v8::BackingStore* const kept = block.get();
  return {kept, BlockKeeper(realm->resources().allocator, std::move(block))};
}

bool IsMemory(v8::Local<v8::Value> value) {
  return value->IsArrayBufferView() || value->IsArrayBuffer() || value->IsSharedArrayBuffer();
}

Bytes MemoryOf(v8::Local<v8::Value> value) {
  std::size_t offset = 0;
  std::size_t size = 0;
  std::shared_ptr<v8::BackingStore> store;
  bool resizable = false;
  if (value->IsArrayBufferView()) {
    const v8::Local<v8::ArrayBufferView> view = value.As<v8::ArrayBufferView>();
    offset = view->ByteOffset();
    size = view->ByteLength();
    // The buffer of a view on shared memory is a SharedArrayBuffer, whatever its type here says.
    const v8::Local<v8::Value> buffer = view->Buffer();
    store = buffer->IsSharedArrayBuffer() ? buffer.As<v8::SharedArrayBuffer>()->GetBackingStore()
                                          : buffer.As<v8::ArrayBuffer>()->GetBackingStore();
  } else if (value->IsArrayBuffer()) {
    store = value.As<v8::ArrayBuffer>()->GetBackingStore();
    size = value.As<v8::ArrayBuffer>()->ByteLength();
  } else {
    store = value.As<v8::SharedArrayBuffer>()->GetBackingStore();
    size = value.As<v8::SharedArrayBuffer>()->ByteLength();
  }
  if (size == 0) return Bytes();
  auto* const data = static_cast<std::uint8_t*>(store->Data()) + offset;
  resizable = store->IsResizableByUserJavaScript();
  if (resizable) return Bytes::CopyOf(std::span<const std::uint8_t>(data, size));
  return Bytes(KeepBlock(std::move(store)), data, size);
}

void CopyFromView(v8::Local<v8::ArrayBufferView> view, void* out, std::size_t size) {
  // V8 12.4 copies nothing of a view whose length follows a resizable buffer.
  const std::size_t copied = view->CopyContents(out, size);
  if (copied == size) return;
  const Bytes bytes = MemoryOf(view);
  const std::size_t available = std::min(size, bytes.size());
  if (available > copied) std::memcpy(out, bytes.data(), available);
}

void CopyToMemory(v8::Local<v8::Value> value, const void* bytes, std::size_t size) {
  std::size_t offset = 0;
  std::size_t available = 0;
  v8::Local<v8::Value> buffer = value;
  if (value->IsArrayBufferView()) {
    const v8::Local<v8::ArrayBufferView> view = value.As<v8::ArrayBufferView>();
    buffer = view->Buffer();
    offset = view->ByteOffset();
    available = view->ByteLength();
  } else {
    available = value->IsArrayBuffer() ? value.As<v8::ArrayBuffer>()->ByteLength()
                                       : value.As<v8::SharedArrayBuffer>()->ByteLength();
  }
  void* const data = buffer->IsArrayBuffer() ? buffer.As<v8::ArrayBuffer>()->Data()
                                             : buffer.As<v8::SharedArrayBuffer>()->Data();
  size = std::min(size, available);
  if (size > 0) std::memcpy(static_cast<std::uint8_t*>(data) + offset, bytes, size);
}

bool CopyFromTypedArray(v8::Local<v8::Value> value, const TypeInfo& element, void* out,
                        std::size_t count) {
  const NumberBlock* const block = element.conversion->block;
  if (!block || !block->is_typed_array(value)) return false;
  CopyFromView(value.As<v8::ArrayBufferView>(), out, count * element.size);
  return true;
}

v8::Local<v8::Value> LentViews::Lend(const TypeInfo& type, const void* span) {
  const v8::Local<v8::Value> view = CopyToTypedArray(realm_, type, span);
  if (!static_cast<const SequenceOps*>(type.ops)->fixed) {
    const auto [data, size] = BytesOf(type, span);
    views_.push_back({view.As<v8::ArrayBufferView>()->Buffer(), const_cast<void*>(data), size});
  }
  return view;
}

void LentViews::TakeBack() noexcept {
  for (const View& view : views_) {
    if (view.buffer->WasDetached()) continue;  // JavaScript has transferred it
    if (view.size > 0) std::memcpy(view.data, view.buffer->Data(), view.size);
    // Nothing comes back only when the environment is being terminated: no JavaScript runs then.
    view.buffer->Detach(v8::Local<v8::Value>()).FromMaybe(false);
  }
}

}  // namespace nodehost::detail
