// StreamScripts: the functions of js/first_use/streams.js in one environment.
#pragma once

#include <v8.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace nodehost::detail {

class Realm;

enum class StreamFunction : std::uint8_t {
  kReadFrom,
  kWriteTo,
  kReadable,
  kWritable,
  kDuplex,
  kTransform,
  kWebReadable,
  kWebWritable,
  kGenerator,
  kMessages,
  kCount
};

class StreamScripts {
 public:
  v8::Local<v8::Function> Get(Realm& realm, StreamFunction function);

  /// Before the isolate goes.
  void Clear() noexcept;

 private:
  std::array<v8::Global<v8::Function>, static_cast<std::size_t>(StreamFunction::kCount)> functions_;
};

}  // namespace nodehost::detail
