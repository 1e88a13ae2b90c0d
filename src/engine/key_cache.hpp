// KeyCache: the property keys C++ uses by name, as V8 strings. Making one costs a hash and a look
// into V8's table of all internalized strings; programs use the same few again and again.
#pragma once

#include <v8.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace nodehost::detail {

class KeyCache {
 public:
  /// `name` as a property key. Throws JsError (RangeError) for a name longer than V8's limit.
  v8::Local<v8::Name> Find(v8::Isolate* isolate, std::string_view name);

  /// Before the isolate goes.
  void Clear() noexcept;

 private:
  static constexpr std::size_t kEntries = 256;  // a power of two
  static constexpr std::size_t kLongest = 64;   // longer names are rare and not worth keeping

  struct Entry {
    // Of the first and the last eight bytes; of a name of up to sixteen they are the whole of it.
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::string name;
    v8::Global<v8::Name> key;
  };

  // Each name has one place; the later of two that share it stays.
  std::array<Entry, kEntries> entries_;
};

}  // namespace nodehost::detail
