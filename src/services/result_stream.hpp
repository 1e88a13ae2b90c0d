// ResultStream: a result that is a stream, on the side that called. Its chunks go to C++'s stream
// as they come; a Readable, which stands for it in JavaScript, gets them only if JavaScript reads
// it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "engine/js_streams.hpp"
#include "engine/stream_pusher.hpp"
#include "nodehost/value.hpp"
#include "stream_window.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::services {

/// On the JS thread.
class ResultStream final : public detail::StreamFeed,
                           public std::enable_shared_from_this<ResultStream> {
 public:
  /// What it tells the side that writes.
  struct Wire {
    std::function<void(std::uint64_t more)> grant;
    /// Nobody reads it any more, and it is forgotten.
    std::function<void()> leave;
  };

  ResultStream(std::shared_ptr<detail::JsThread> thread, Wire wire);
  ~ResultStream();
  ResultStream(const ResultStream&) = delete;
  ResultStream& operator=(const ResultStream&) = delete;

  /// The Readable, for as long as C++ has made nothing of it.
  void set_readable(Value readable) { readable_ = std::move(readable); }
  void FeedTo(const detail::TypeInfo& type,
              const std::shared_ptr<detail::StreamQueue>& state) override;
  bool is_fed() const noexcept { return pusher_.has_value(); }

  /// A chunk has come. Throws HostError for one that might not be sent.
  void TakeBytes(detail::Realm& realm, std::string_view bytes);
  void TakeClone(detail::Realm& realm, std::span<const std::uint8_t> clone);
  /// Behind the chunks that are at hand: who reads is told, and more is asked for.
  void Deliver();

  /// The Readable wants more, or somebody has read.
  void Look();

  /// Nobody reads any more.
  void Leave();

  // Who has it forgets it before.
  void End();
  void Fail(detail::Realm& realm, v8::Local<v8::Value> error);
  void Fail(const std::exception_ptr& error) noexcept;

 private:
  class Waker;

  template <class Push>
  void Take(Push&& push);
  void PushToReadable(const Value& chunk);
  void Grant();

  const std::shared_ptr<detail::JsThread> thread_;
  const Wire wire_;
  WindowIn window_;
  Value readable_;
  std::optional<detail::StreamPusher> pusher_;
  std::size_t untold_ = 0;                      // bytes that nobody was told of
  std::chrono::steady_clock::time_point told_;  // when somebody was
  bool has_room_ = true;
  bool over_ = false;
};

}  // namespace nodehost::services
