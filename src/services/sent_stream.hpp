// SentStream: a result that is a stream, on the side that writes it: what
// js/first_use/service_worker.js calls with each chunk.
#pragma once

#include <v8.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <utility>

#include "frame_pipe.hpp"
#include "nodehost/detail/member.hpp"
#include "nodehost/value.hpp"
#include "stream_window.hpp"

namespace nodehost::detail {
class Realm;
}

namespace nodehost::services {

class SentStream;

/// The streams that wait for room in the pipe that they share.
struct StreamsOfPipe {
  std::shared_ptr<FramePipe> pipe;
  std::deque<std::shared_ptr<SentStream>> waiting;
};

/// `native(chunk, isBuffer)` sends a chunk and returns whether another may follow. On the JS
/// thread.
class SentStream final : public detail::NativeFunction {
 public:
  /// `wake(more)` is JavaScript's: more may be sent, or nobody reads it any more.
  SentStream(std::shared_ptr<StreamsOfPipe> shared, std::uint64_t id, Value wake)
      : shared_(std::move(shared)), id_(id), wake_(std::move(wake)) {}

  void Serve(detail::NativeCall& call) override;

  /// Whoever reads has room.
  void Grant(std::uint64_t more);
  /// The pipe has room.
  void Flow();
  /// Nobody reads.
  void Leave();

 private:
  void SendBytes(v8::Local<v8::Value> buffer);
  void SendValue(detail::Realm& realm, v8::Local<v8::Value> value);

  const std::shared_ptr<StreamsOfPipe> shared_;
  const std::uint64_t id_;
  const Value wake_;
  WindowOut window_;
  bool waits_for_pipe_ = false;
};

}  // namespace nodehost::services
