#include "result_stream.hpp"

#include <node_buffer.h>

#include <atomic>

#include "engine/catch.hpp"
#include "engine/js_errors.hpp"
#include "engine/realm.hpp"
#include "service_scripts.hpp"

namespace nodehost::services {

namespace {

// Who reads a stream that comes fast is not woken for each of its parts: these bytes since it was
// woken last, and so long ago. StreamQueue tells it of what is left two milliseconds later.
constexpr std::size_t kFast = 32 << 10;
constexpr std::chrono::microseconds kWakesApart{300};

}  // namespace

// Who reads has made room, or has gone: one job at a time.
class ResultStream::Waker : public std::enable_shared_from_this<Waker> {
 public:
  explicit Waker(std::weak_ptr<ResultStream> stream) : stream_(std::move(stream)) {}

  void Wake(detail::JsThread& thread) {
    if (queued_.exchange(true)) return;
    thread.Enqueue(std::make_unique<Look>(shared_from_this()), /*must_accept=*/false);
  }

 private:
  class Look final : public detail::Job {
   public:
    explicit Look(std::shared_ptr<Waker> waker) : waker_(std::move(waker)) {}
    void Run(Js&) noexcept override {
      waker_->queued_ = false;
      if (const auto stream = waker_->stream_.lock()) stream->Look();
    }
    void Cancel(const std::exception_ptr&) noexcept override {}  // then the streams end, too

   private:
    const std::shared_ptr<Waker> waker_;
  };

  const std::weak_ptr<ResultStream> stream_;
  std::atomic<bool> queued_{false};
};

ResultStream::ResultStream(std::shared_ptr<detail::JsThread> thread, Wire wire)
    : thread_(std::move(thread)), wire_(std::move(wire)) {}

ResultStream::~ResultStream() {
  if (!over_) Fail(thread_->StoppedError());
}

void ResultStream::FeedTo(const detail::TypeInfo& type,
                          const std::shared_ptr<detail::StreamQueue>& state) {
  if (pusher_) throw HostError("The stream of a result is taken once.");
  readable_ = {};
  pusher_.emplace(type, state);
  state->producer().Listen([waker = std::make_shared<Waker>(weak_from_this()), thread = thread_] {
    waker->Wake(*thread);
  });
}

template <class Push>
void ResultStream::Take(Push&& push) {
  detail::StreamRoom room = detail::StreamRoom::kClosed;
  try {
    room = push(*pusher_);
  } catch (...) {
    // The chunk is nothing that C++ reads here.
    pusher_->producer().Fail(std::current_exception());
  }
  if (room == detail::StreamRoom::kClosed) return Leave();
  if (room == detail::StreamRoom::kNone) has_room_ = false;
}

void ResultStream::TakeBytes(detail::Realm& realm, std::string_view bytes) {
  window_.Take(CostOfBytes(bytes.size()));
  untold_ += bytes.size();
  if (over_) return;
  if (pusher_) {
    Take([&](detail::StreamPusher& pusher) { return pusher.PushBytes(realm, bytes); });
    return;
  }
  const v8::HandleScope scope(realm.isolate());
  const detail::Catch caught(realm);
  v8::Local<v8::Object> buffer;
  if (!node::Buffer::Copy(realm.isolate(), bytes.data(), bytes.size()).ToLocal(&buffer)) {
    detail::ThrowCaught(realm, caught);
  }
  PushToReadable(Value(realm.references().Make(realm.isolate(), buffer)));
}

void ResultStream::TakeClone(detail::Realm& realm, std::span<const std::uint8_t> clone) {
  window_.Take(CostOfValue(clone.size()));
  if (over_) return;
  const v8::HandleScope scope(realm.isolate());
  const Value chunk = Decode(realm, clone);
  if (!pusher_) return PushToReadable(chunk);
  Take([&](detail::StreamPusher& pusher) {
    return pusher.Push(realm, chunk.ref().get()->Get(realm.isolate()));
  });
}

void ResultStream::PushToReadable(const Value& chunk) {
  has_room_ = readable_.Call("push", chunk).ToBoolean();
}

void ResultStream::Deliver() {
  if (over_) return;
  if (has_room_) Grant();
  if (!pusher_) return;
  const auto now = std::chrono::steady_clock::now();
  if (untold_ >= kFast && now - told_ < kWakesApart) return;
  untold_ = 0;
  told_ = now;
  pusher_->producer().Deliver();
}

void ResultStream::Look() {
  if (over_) return;
  if (pusher_) {
    const detail::StreamRoom room = pusher_->producer().FindRoom();
    if (room == detail::StreamRoom::kClosed) return Leave();
    has_room_ = room == detail::StreamRoom::kSome;
  } else {
    has_room_ = true;
  }
  if (has_room_) Grant();
}

void ResultStream::Grant() {
  if (const std::uint64_t more = window_.TakeGrant(); more != 0) wire_.grant(more);
}

void ResultStream::Leave() {
  if (!std::exchange(over_, true)) wire_.leave();
}

void ResultStream::End() {
  if (std::exchange(over_, true)) return;
  if (pusher_) {
    pusher_->End();
  } else {
    readable_.Call("push", nullptr);
  }
}

void ResultStream::Fail(detail::Realm& realm, v8::Local<v8::Value> error) {
  if (pusher_) return Fail(detail::ToException(realm, error));
  if (std::exchange(over_, true)) return;
  readable_.Call("destroy", Value(realm.references().Make(realm.isolate(), error)));
}

void ResultStream::Fail(const std::exception_ptr& error) noexcept {
  if (std::exchange(over_, true)) return;
  if (pusher_) pusher_->producer().Fail(error);
}

}  // namespace nodehost::services
