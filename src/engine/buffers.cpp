// ArrayBuffers and the views of them: where their memory is, and memory of C++'s own in them.
#include <v8.h>

#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <utility>

#include "catch.hpp"
#include "entry.hpp"
#include "js_errors.hpp"
#include "nodehost/detail/value_ops.hpp"

namespace nodehost::detail {

namespace {

std::span<std::byte> Span(void* data, std::size_t size) {
  return {static_cast<std::byte*>(data), size};
}

// Empty vectors have a null pointer, and V8 tells buffers apart by their pointers.
std::byte no_memory[1];

}  // namespace

std::span<std::byte> BytesOf(const Ref& ref) {
  const Entry entry(ref);
  const v8::Local<v8::Value> value = entry.value();
  if (value->IsArrayBufferView()) {
    const auto view = value.As<v8::ArrayBufferView>();
    // Small arrays live inside V8's heap, where they move; asking for the buffer moves them out.
    // For an array on shared memory this is a SharedArrayBuffer, whatever its type here says.
    const v8::Local<v8::ArrayBuffer> buffer = view->Buffer();
    const std::size_t size = view->ByteLength();
    if (size == 0) return {};
    return Span(static_cast<std::byte*>(buffer->Data()) + view->ByteOffset(), size);
  }
  if (value->IsArrayBuffer()) {
    const auto buffer = value.As<v8::ArrayBuffer>();
    return Span(buffer->Data(), buffer->ByteLength());
  }
  if (value->IsSharedArrayBuffer()) {
    const auto buffer = value.As<v8::SharedArrayBuffer>();
    return Span(buffer->Data(), buffer->ByteLength());
  }
  ThrowTypeError("expected ArrayBuffer, got undefined (a handle that holds nothing)");
}

Ref AdoptBuffer(Js& js, std::span<std::byte> memory, std::function<void()> release) {
  std::unique_ptr<std::function<void()>, void (*)(std::function<void()>*)> owner(
      new std::function<void()>(std::move(release)), [](std::function<void()>* function) {
        if (*function) (*function)();
        delete function;
      });
  Realm& realm = Realm::Of(js.thread());
  const v8::HandleScope scope(realm.isolate());
  void* const data = memory.empty() ? no_memory : memory.data();
  std::unique_ptr<v8::BackingStore> store = v8::ArrayBuffer::NewBackingStore(
      data, memory.size(),
      [](void*, std::size_t, void* released) {
        const std::unique_ptr<std::function<void()>> function(
            static_cast<std::function<void()>*>(released));
        if (*function) (*function)();
      },
      owner.get());
  static_cast<void>(owner.release());
  return realm.references().Make(realm.isolate(),
                                 v8::ArrayBuffer::New(realm.isolate(), std::move(store)));
}

bool IsDetached(const Ref& buffer) {
  const Entry entry(buffer);
  if (!entry.value()->IsArrayBuffer()) {
    ThrowTypeError("expected ArrayBuffer, got undefined (a handle that holds nothing)");
  }
  return entry.value().As<v8::ArrayBuffer>()->WasDetached();
}

void DetachBuffer(const Ref& ref) {
  if (IsDetached(ref)) return;
  const Entry entry(ref);
  const auto buffer = entry.value().As<v8::ArrayBuffer>();
  const Catch caught(entry.realm());
  if (!buffer->IsDetachable()) ThrowTypeError("This ArrayBuffer cannot be detached");
  if (buffer->Detach(v8::Local<v8::Value>()).IsNothing()) ThrowCaught(entry.realm(), caught);
}

}  // namespace nodehost::detail
