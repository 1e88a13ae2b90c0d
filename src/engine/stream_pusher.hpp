// StreamPusher: puts chunks into the queue of a stream that C++ reads, as the type of its chunks
// wants them. Who reads is told of them by the producer's Deliver, or soon after.
#pragma once

#include <v8.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "convert/conversion.hpp"
#include "nodehost/convert/streams.hpp"
#include "nodehost/detail/type_info.hpp"
#include "nodehost/text_decoder.hpp"

namespace nodehost::detail {

class Realm;

/// On the JS thread.
class StreamPusher {
 public:
  /// The end of a stream whose type is `type`.
  StreamPusher(const TypeInfo& type, std::shared_ptr<StreamQueue> state)
      : type_(type), state_(std::move(state)) {}

  /// A value of JavaScript's. Throws what its conversion does.
  StreamRoom Push(Realm& realm, v8::Local<v8::Value> chunk);
  /// A copy of the bytes of a Buffer.
  StreamRoom PushBytes(Realm& realm, std::string_view bytes);
  /// There are no more.
  void End();

  StreamProducer& producer() const noexcept { return state_->producer(); }

 private:
  ChunkKind kind() const noexcept { return OpsOf<StreamOps>(type_).kind; }
  StreamRoom PushText(std::string text);
  v8::Local<v8::String> WholeCharacters(v8::Isolate* isolate, v8::Local<v8::String> text);

  const TypeInfo& type_;
  const std::shared_ptr<StreamQueue> state_;
  char16_t half_ = 0;
  TextDecoder text_{OpsOf<StreamOps>(type_).encoding};
};

}  // namespace nodehost::detail
