// HeapLimit: notices that JavaScript of one isolate holds more memory than it may, while there is
// still room to end it in an orderly way. V8's own limit is no help in that: who reaches it with a
// single large object has the whole process aborted.
#pragma once

#include <v8.h>

#include <cstddef>
#include <functional>
#include <string>

namespace nodehost::detail {

class HeapLimit {
 public:
  /// Called once, on the JS thread, with what was exceeded: "limit of the JS heap: 64 MB". A
  /// garbage collection may be under way: V8 must not be asked for anything but termination.
  using Exceeded = std::function<void(std::string what)>;

  /// Watches `isolate`, on its thread. 0 is no limit but V8's.
  void Open(v8::Isolate* isolate, std::size_t max_heap_mb, std::size_t max_external_mb,
            Exceeded exceeded);

  /// Watches no longer; what is left of JavaScript has V8's limit, with room added if there was
  /// need. On the JS thread.
  void Close();

  /// After Close, for one that goes before its isolate: V8 forgets it. On the JS thread.
  void Remove();

 private:
  static std::size_t NearV8Limit(void* data, std::size_t current, std::size_t initial);
  static void AfterGc(v8::Isolate* isolate, v8::GCType type, v8::GCCallbackFlags flags, void* data);
  void Collect();
  /// What holds more than it may; null if nothing.
  const char* Over() const;
  void Exceed(const char* what, std::size_t limit);

  v8::Isolate* isolate_ = nullptr;
  std::size_t max_heap_ = 0;
  std::size_t max_external_ = 0;
  Exceeded exceeded_;
  bool collection_asked_ = false;
};

/// The limit of memory outside the heap that `isolate` has been given, in bytes; 0 if there is
/// none.
std::size_t MaxExternalBytes(v8::Isolate* isolate);

}  // namespace nodehost::detail
