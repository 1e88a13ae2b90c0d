// StreamState: the queue between the two ends of a stream, each of which is C++'s, on any thread,
// or JavaScript's. The compiled part knows neither the chunks' type nor V8.
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "nodehost/bytes.hpp"
#include "nodehost/detail/callable.hpp"
#include "nodehost/detail/export.hpp"
#include "nodehost/detail/task_state.hpp"
#include "nodehost/detail/type_info.hpp"

namespace nodehost::detail {

class StreamQueue;

using StreamListener = std::function<void()>;
using StreamWaiter = std::shared_ptr<TaskState<void>>;

/// What the consumer finds. The numbers are those of js/first_use/streams.js.
enum class StreamFound : int { kNothing = 0, kChunk = 1, kEnd = 2, kFailure = 3 };
/// What the producer finds. kDeferred is kSome, and the consumer waits for a call of Deliver. The
/// numbers are those of js/first_use/streams.js.
enum class StreamRoom : int { kNone = 0, kSome = 1, kFinished = 2, kClosed = 3, kDeferred = 4 };

/// One of the two ends, which is handed to JavaScript once at most.
class NODEHOST_API StreamSide {
 public:
  explicit StreamSide(StreamQueue& queue) noexcept : queue_(queue) {}
  StreamSide(const StreamSide&) = delete;
  StreamSide& operator=(const StreamSide&) = delete;

  /// False if it was handed over before.
  bool Give() noexcept { return !given_.exchange(true); }
  bool given() const noexcept { return given_; }
  /// `what` is the class of the end, for the text.
  void CheckNotGiven(const char* what) const {
    if (given()) ThrowGiven(what);
  }

 protected:
  ~StreamSide() = default;
  StreamQueue& queue_;

 private:
  [[noreturn]] static void ThrowGiven(const char* what);

  std::atomic<bool> given_{false};
};

/// The end that writes. Any thread.
class NODEHOST_API StreamProducer final : public StreamSide {
 public:
  using StreamSide::StreamSide;

  /// No more chunks. `waiter`, if any, is settled when the consumer has come to the end.
  void End(const StreamWaiter& waiter);
  /// No more chunks, but an error behind those that are queued; null is a premature close.
  void Fail(std::exception_ptr error);
  /// The last copy of C++'s end is destroyed: a premature close, unless the stream has ended.
  void Abandon();
  StreamRoom FindRoom();
  /// The consumer gets what it was not told of yet.
  void Deliver();
  /// The error that a chunk gets which comes after the end.
  std::exception_ptr ClosedError();
  /// `listener` is told when there is something new for the producer, on the thread that does it.
  /// It is dropped when there will be nothing more.
  void Listen(StreamListener listener);
  /// The environment of this end, for a thread that has to drive it itself. Where both ends are
  /// JavaScript's, the consumer's counts.
  void set_origin(std::shared_ptr<JsThread> origin);
};

/// The end that reads. Any thread.
class NODEHOST_API StreamConsumer final : public StreamSide {
 public:
  using StreamSide::StreamSide;

  StreamFound Find();
  /// The consumer stops: the queue is dropped, and the producer gets `reason` or a premature close.
  void Cancel(std::exception_ptr reason);
  /// The consumer has handled the end; those who wait for the stream to finish are told.
  void Finish();
  /// Reading the end does not finish the stream: the consumer calls Finish.
  void DeferFinish() noexcept { finish_deferred_ = true; }
  bool finish_deferred() const noexcept { return finish_deferred_; }
  /// As for the producer.
  void Listen(StreamListener listener);
  void set_origin(std::shared_ptr<JsThread> origin);

 private:
  std::atomic<bool> finish_deferred_{false};
};

/// What the two ends share. All members may be called on any thread.
class NODEHOST_API StreamQueue : public std::enable_shared_from_this<StreamQueue> {
 public:
  explicit StreamQueue(std::size_t high_water_mark) noexcept : mark_(high_water_mark) {}
  virtual ~StreamQueue() = default;
  StreamQueue(const StreamQueue&) = delete;
  StreamQueue& operator=(const StreamQueue&) = delete;

  StreamProducer& producer() noexcept { return producer_; }
  StreamConsumer& consumer() noexcept { return consumer_; }

  /// Why it failed or was cancelled; null if it was not.
  std::exception_ptr error();
  /// Whether it failed or was cancelled without an error: a premature close.
  bool closed_silently();

  // For the conversion, which knows the type of the chunks.

  /// Calls `filler` with a chunk to be filled in and queues it, with Delivery::kDeferred. kNone:
  /// queued, and no room is left.
  virtual StreamRoom PushFilled(Filler filler) = 0;
  /// Calls `visitor` with the first chunk, which leaves the queue. After kChunk only.
  virtual void TakeVisited(Visitor visitor) = 0;

 protected:
  friend class StreamProducer;
  friend class StreamConsumer;

  enum Phase { kOpen, kEnded, kFinished, kFailed, kCancelled };
  using Wake = std::shared_ptr<const StreamListener>;
  using Reads = std::deque<std::shared_ptr<TaskStateBase>>;
  using Clock = TaskStateBase::Clock;

  /// When a consumer that waits is told of a chunk. kDeferred: once half of the room is used, at
  /// the producer's call of Deliver, or soon after, so that it is not woken for each. kNow: at
  /// once, or a moment after it was told last, unless the thread that would do it is the caller's.
  enum class Delivery : bool { kNow, kDeferred };

  // What is to be done once the lock is released.
  struct NODEHOST_API Aftermath {
    Reads ready;  // they have their result
    std::vector<StreamWaiter> settled;
    std::exception_ptr failure;  // of `settled`; null: they are fulfilled
    Wake wake_producer;
    Wake wake_consumer;
    Wake dropped;
    std::shared_ptr<void> chunks;
    void Do();
  };

  // With mutex_ held.

  /// Stores the first chunk, or the end if there is none, as the result of `read`.
  virtual void StoreNext(TaskStateBase& read, Aftermath& after) = 0;
  virtual std::shared_ptr<void> TakeQueue() = 0;

  bool HasRoom() const noexcept { return size_ < mark_ || reads_.size() > count_; }
  /// After a chunk was queued: hands it over. False: that is deferred.
  bool HandOver(Delivery delivery, Aftermath& after);
  bool MayWakeLate() const noexcept;
  void DeliverAt(Clock::time_point when);
  void DeliverLate(Clock::time_point when);
  void SettleReads(Aftermath& after);
  void Took(std::size_t size, Aftermath& after) {
    size_ -= size;
    --count_;
    ReleaseRoom(after);
  }
  void AddWrite(const StreamWaiter& write);
  void ReleaseRoom(Aftermath& after);
  void MarkFinished(Aftermath& after);
  void Close(Phase phase, std::exception_ptr reason, Aftermath& after);
  std::exception_ptr ErrorOrEnd() const;

  std::mutex mutex_;
  // All the rest is guarded by it.
  const std::size_t mark_;
  std::size_t size_ = 0;   // of what is queued
  std::size_t count_ = 0;  // of the chunks that are queued
  Phase phase_ = kOpen;
  std::exception_ptr error_;
  bool silently_ = false;
  Reads reads_;                         // the consumer waits
  std::vector<StreamWaiter> writes_;    // the producer waits for room
  std::vector<StreamWaiter> finishes_;  // the producer waits for the end
  bool consumer_waits_ = false;         // to_ is to be called
  bool producer_waits_ = false;
  static constexpr Clock::time_point kNever = Clock::time_point::max();
  Clock::time_point late_delivery_ = kNever;
  Clock::time_point last_wake_;  // of the consumer's listener
  Wake to_;                      // the consumer's listener
  Wake from_;                    // the producer's
  std::shared_ptr<JsThread> origin_;
  StreamProducer producer_{*this};
  StreamConsumer consumer_{*this};
};

[[noreturn]] NODEHOST_API void ThrowEmptyStream();

/// The state of a Task that is done.
NODEHOST_API const StreamWaiter& DoneWait();

/// What a chunk counts against the high-water mark: bytes, or one for an object. An empty one
/// counts too, as it takes room in the queue.
template <class T>
std::size_t ChunkSize(const T& chunk) noexcept {
  if constexpr (std::same_as<T, Bytes> || std::same_as<T, std::string>) {
    return chunk.size() > 1 ? chunk.size() : 1;
  } else {
    return 1;
  }
}

/// 1 MiB: sixteen of the 64 KiB chunks that Node's streams of files and sockets come in. A producer
/// and a consumer on different threads wake each other once for half of them, and neither waits
/// while the other wakes up. 16 objects, as in Node.
template <class T>
inline constexpr std::size_t kDefaultHighWaterMark =
    std::same_as<T, Bytes> || std::same_as<T, std::string> ? std::size_t{1024} * 1024 : 16;

template <class T>
class StreamState final : public StreamQueue {
 public:
  using Read = TaskState<std::optional<T>>;
  using StreamQueue::StreamQueue;

  /// Queues a chunk, or gives it to who waits for one. kNone: there is no more room; `*writer`, if
  /// any, is settled when there is again, otherwise the producer's listener is told.
  StreamRoom Push(T chunk, StreamWaiter* writer, Delivery delivery = Delivery::kNow) {
    StreamRoom room = StreamRoom::kSome;
    Aftermath after;
    {
      const std::lock_guard lock(mutex_);
      if (phase_ != kOpen) return StreamRoom::kClosed;
      size_ += ChunkSize(chunk);
      ++count_;
      queue_.push_back(std::move(chunk));
      if (!HandOver(delivery, after)) room = StreamRoom::kDeferred;
      if (!HasRoom()) {
        room = StreamRoom::kNone;
        if (writer) {
          *writer = MakePooled<TaskState<void>>();
          AddWrite(*writer);
        } else {
          producer_waits_ = true;
        }
      }
    }
    after.Do();
    return room;
  }

  /// Settles `read` with the next chunk, or nothing at the end; now or later.
  void Pop(const std::shared_ptr<Read>& read) {
    consumer_.CheckNotGiven("ReadStream");
    Aftermath after;
    {
      const std::lock_guard lock(mutex_);
      read->set_origin(origin_);
      reads_.push_back(read);
      SettleReads(after);
      ReleaseRoom(after);
    }
    after.Do();
  }

  /// The next chunk, if it is there and nobody else waits for it.
  std::optional<T> TryPop() {
    consumer_.CheckNotGiven("ReadStream");
    std::optional<T> chunk;
    Aftermath after;
    {
      const std::lock_guard lock(mutex_);
      if (count_ == 0 || !reads_.empty()) return chunk;
      chunk = TakeFirst(after);
    }
    after.Do();
    return chunk;
  }

  StreamRoom PushFilled(Filler filler) override {
    if constexpr (std::default_initializable<T>) {
      T chunk{};
      filler.fill(filler.context, std::addressof(chunk), nullptr);
      return Push(std::move(chunk), nullptr, Delivery::kDeferred);
    } else {
      return StreamRoom::kClosed;  // it goes to JavaScript only
    }
  }

  void TakeVisited(Visitor visitor) override {
    std::optional<T> chunk;
    Aftermath after;
    {
      const std::lock_guard lock(mutex_);
      if (count_ == 0) return;
      chunk = TakeFirst(after);
    }
    after.Do();
    visitor.visit(visitor.context, std::addressof(*chunk), nullptr);
  }

 private:
  std::optional<T> TakeFirst(Aftermath& after) {
    std::optional<T> chunk(std::move(queue_.front()));
    queue_.pop_front();
    Took(ChunkSize(*chunk), after);
    return chunk;
  }
  void StoreNext(TaskStateBase& read, Aftermath& after) override {
    static_cast<Read&>(read).Store(count_ > 0 ? TakeFirst(after) : std::optional<T>());
  }
  std::shared_ptr<void> TakeQueue() override {
    return std::make_shared<std::deque<T>>(std::exchange(queue_, {}));
  }

  std::deque<T> queue_;
};

}  // namespace nodehost::detail
