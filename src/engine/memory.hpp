// Blocks of numbers between C++ and V8: copied, shared (Bytes), or lent for the time of a call
// (std::span).
#pragma once

#include <v8.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "nodehost/bytes.hpp"
#include "nodehost/detail/type_info.hpp"

namespace nodehost::detail {

class Realm;

/// A sequence or a span of numbers as a new TypedArray with memory of its own.
v8::Local<v8::Value> CopyToTypedArray(Realm& realm, const TypeInfo& type, const void* sequence);

/// An ArrayBuffer on the memory of `bytes`.
v8::Local<v8::ArrayBuffer> BufferOf(Realm& realm, const Bytes& bytes);

/// A Node.js Buffer on the memory of `bytes`.
v8::Local<v8::Value> ShareBytes(Realm& realm, const Bytes& bytes);

/// `block` for C++ to keep beyond the environment: with the allocator it is freed by, which V8
/// keeps alive for it in some versions of Node only (22, and not 24). JavaScript may get it back.
std::shared_ptr<v8::BackingStore> KeepBlock(std::shared_ptr<v8::BackingStore> block);

/// Copies `size` bytes, or as many as it has, to the beginning of `value`, for which IsMemory
/// holds.
void CopyToMemory(v8::Local<v8::Value> value, const void* bytes, std::size_t size);

/// Whether `value` is memory: TypedArray, Buffer, DataView, ArrayBuffer or SharedArrayBuffer.
bool IsMemory(v8::Local<v8::Value> value);

/// What `value`, for which IsMemory holds, is on; a copy where it is not safe to keep.
Bytes MemoryOf(v8::Local<v8::Value> value);

/// Copies the first `size` bytes of a view, or as many as it has, to `out`. Its length may change
/// meanwhile, on another thread.
void CopyFromView(v8::Local<v8::ArrayBufferView> view, void* out, std::size_t size);

/// If `value` is a TypedArray of the very numbers that `element` is: copies `count` of them to
/// `out`.
bool CopyFromTypedArray(v8::Local<v8::Value> value, const TypeInfo& element, void* out,
                        std::size_t count);

/// The views that one call into JavaScript lends out. When it is over, what JavaScript wrote is in
/// the C++ memory, and the views are gone (of length 0), also for JavaScript that has kept them.
// Not V8 memory on top of C++'s: JavaScript could take that away by ArrayBuffer.prototype.transfer,
// or hand it to a thread that reads a file into it, and use it after the call. A detach key against
// it makes transfer() end the process (V8 12.4). Two copies are safe.
class LentViews {
 public:
  explicit LentViews(Realm& realm) : realm_(realm) {}
  ~LentViews() {
    if (!views_.empty()) [[unlikely]]
      TakeBack();
  }
  LentViews(const LentViews&) = delete;
  LentViews& operator=(const LentViews&) = delete;

  /// A TypedArray with the numbers of a std::span. Of const numbers it is a copy that JavaScript
  /// may keep.
  v8::Local<v8::Value> Lend(const TypeInfo& type, const void* span);

 private:
  struct View {
    v8::Local<v8::ArrayBuffer> buffer;
    void* data;
    std::size_t size;
  };

  void TakeBack() noexcept;

  Realm& realm_;
  std::vector<View> views_;
};

}  // namespace nodehost::detail
