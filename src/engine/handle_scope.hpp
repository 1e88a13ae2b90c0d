// HandleScope: v8::HandleScope, inlined. Until V8 14, where it is in V8's own header, each one is
// two calls and a look at which thread holds the isolate's lock: a tenth of a short call into
// JavaScript, for what the check of JsThread says as well.
#pragma once

#include <v8.h>

#include "node_version.hpp"

namespace nodehost::detail {

#if NODE_VERSION_AT_LEAST(22, 0, 0) && !NODE_VERSION_AT_LEAST(26, 0, 0)

class HandleScope {
 public:
  explicit HandleScope(v8::Isolate* isolate)
      : isolate_(isolate), data_(DataOf(isolate)), next_(data_.next), limit_(data_.limit) {
    ++data_.level;
  }
  ~HandleScope() {
    --data_.level;
    if (data_.limit != limit_) [[unlikely]]
      GiveBackBlocks();
    data_.next = next_;
  }
  HandleScope(const HandleScope&) = delete;
  HandleScope& operator=(const HandleScope&) = delete;

  /// Whether V8 keeps its handles as this class believes. At an environment's start.
  static bool IsLayoutKnown(v8::Isolate* isolate);

 private:
  // V8's own, which its header names the place and the size of; as V8 14's header has it.
  struct Data {
    v8::internal::Address* next;
    v8::internal::Address* limit;
    int level;
    int sealed_level;
  };
  static_assert(sizeof(Data) == v8::internal::Internals::kHandleScopeDataSize);

  static Data& DataOf(v8::Isolate* isolate) noexcept {
    return *reinterpret_cast<Data*>(reinterpret_cast<char*>(isolate) +
                                    v8::internal::Internals::kIsolateHandleScopeDataOffset);
  }

  // The scope has taken more memory for its handles. V8 alone can free that; so it gets a scope
  // that begins where this one did.
  void GiveBackBlocks() noexcept;

  v8::Isolate* const isolate_;
  Data& data_;
  v8::internal::Address* const next_;
  v8::internal::Address* const limit_;
};

#else

class HandleScope : public v8::HandleScope {
 public:
  using v8::HandleScope::HandleScope;

  static bool IsLayoutKnown(v8::Isolate*) { return true; }
};

#endif

}  // namespace nodehost::detail
