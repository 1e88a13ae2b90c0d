#include "sent_stream.hpp"

#include <node_buffer.h>

#include "engine/catch.hpp"
#include "engine/clone_bytes.hpp"
#include "engine/js_errors.hpp"
#include "engine/native_call.hpp"
#include "engine/realm.hpp"

namespace nodehost::services {

void SentStream::Serve(detail::NativeCall& call) {
  detail::Realm& realm = call.realm();
  if (call.argument(1)->IsTrue()) {
    SendBytes(call.argument(0));
  } else {
    SendValue(realm, call.argument(0));
  }
  if (!shared_->pipe->FlushMuch() && !std::exchange(waits_for_pipe_, true)) {
    shared_->waiting.push_back(std::static_pointer_cast<SentStream>(shared_from_this()));
  }
  call.Return(v8::Boolean::New(realm.isolate(), window_.is_open() && !waits_for_pipe_));
}

// What the stream's owner does to its Buffer afterwards does not reach a copy.
void SentStream::SendBytes(v8::Local<v8::Value> buffer) {
  const std::size_t size = node::Buffer::Length(buffer);
  FramePipe::Writer frame(*shared_->pipe, Frame::kData);
  frame.Number(id_).Text({node::Buffer::Data(buffer), size});
  frame.Send();
  window_.Take(CostOfBytes(size));
}

void SentStream::SendValue(detail::Realm& realm, v8::Local<v8::Value> value) {
  const detail::Catch caught(realm);
  FramePipe::Writer frame(*shared_->pipe, Frame::kValue);
  frame.Number(id_);
  const std::size_t start = frame.bytes().size();
  if (!detail::AppendClone(realm, value, frame.bytes())) detail::ThrowCaught(realm, caught);
  const std::size_t size = frame.bytes().size() - start;
  frame.Send();
  window_.Take(CostOfValue(size));
}

void SentStream::Grant(std::uint64_t more) {
  if (window_.Grant(more) && !waits_for_pipe_) wake_(true);
}

void SentStream::Flow() {
  if (std::exchange(waits_for_pipe_, false) && window_.is_open()) wake_(true);
}

void SentStream::Leave() { wake_(false); }

}  // namespace nodehost::services
