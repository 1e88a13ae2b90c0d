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

/// All members may be called on any thread.
class NODEHOST_API StreamStateBase {
 public:
  using Listener = std::function<void()>;
  using Waiter = std::shared_ptr<TaskState<void>>;

  /// What the consumer finds. The numbers are those of js/first_use/streams.js.
  enum class Found : int { kNothing = 0, kChunk = 1, kEnd = 2, kFailure = 3 };
  /// What the producer finds. The numbers are those of js/first_use/streams.js.
  enum class Room : int { kNone = 0, kSome = 1, kFinished = 2, kClosed = 3 };

  explicit StreamStateBase(std::size_t high_water_mark) noexcept : mark_(high_water_mark) {}
  virtual ~StreamStateBase() = default;
  StreamStateBase(const StreamStateBase&) = delete;
  StreamStateBase& operator=(const StreamStateBase&) = delete;

  // ---- The producer ----

  /// No more chunks. `waiter`, if any, is settled when the consumer has come to the end.
  void End(const Waiter& waiter);
  /// No more chunks, but an error behind those that are queued; null is a premature close.
  void Fail(std::exception_ptr error);
  /// The last copy of C++'s end is destroyed: a premature close, unless the stream has ended.
  void Abandon();
  Room FindRoom();
  void CheckProducer() const { CheckNotGiven(producer_given(), "WriteStream"); }
  /// The error that a chunk gets which comes after the end.
  std::exception_ptr ClosedError();

  // ---- The consumer ----

  Found Find();
  /// The consumer stops: the queue is dropped, and the producer gets `reason` or a premature close.
  void Cancel(std::exception_ptr reason);
  /// The consumer has handled the end; those who wait for the stream to finish are told.
  void Finish();
  /// Reading the end does not finish the stream: the consumer calls Finish.
  void DeferFinish() noexcept { finish_deferred_ = true; }

  /// Why it failed or was cancelled; null if it was not.
  std::exception_ptr error();
  /// Whether it failed or was cancelled without an error: a premature close.
  bool closed_silently();

  // ---- The ends as objects ----

  /// An end of JavaScript's is told when there is something new for it, on the thread that does it.
  /// The listener is dropped when there will be nothing more.
  void ListenAsConsumer(Listener listener);
  void ListenAsProducer(Listener listener);

  /// An end is handed to JavaScript once. False if it was before.
  bool GiveConsumer() noexcept { return !consumer_given_.exchange(true); }
  bool GiveProducer() noexcept { return !producer_given_.exchange(true); }
  bool consumer_given() const noexcept { return consumer_given_; }
  bool producer_given() const noexcept { return producer_given_; }

  /// The environment of the end in JavaScript, for a thread that has to drive it itself.
  void set_origin(std::shared_ptr<JsThread> origin);

  // ---- For the conversion, which knows the type of the chunks ----

  /// Calls `filler` with a chunk to be filled in and queues it. kNone: queued, and no room is left.
  virtual Room PushFilled(Filler filler) = 0;
  /// Calls `visitor` with the first chunk, which leaves the queue. After kChunk only.
  virtual void TakeVisited(Visitor visitor) = 0;

 protected:
  enum Phase { kOpen, kEnded, kFinished, kFailed, kCancelled };
  using Wake = std::shared_ptr<const Listener>;
  using Reads = std::deque<std::shared_ptr<TaskStateBase>>;

  // What is to be done once the lock is released.
  struct Aftermath {
    std::vector<Waiter> settled;
    std::exception_ptr failure;  // of those; null: they are fulfilled
    Wake wake;
    Wake dropped;
    std::shared_ptr<void> chunks;
    void Do();
  };

  static void Call(const Wake& wake);
  [[noreturn]] static void ThrowGiven(const char* what);
  static void CheckNotGiven(bool given, const char* what) {
    if (given) ThrowGiven(what);
  }

  virtual void FulfilEnd(TaskStateBase& read) noexcept = 0;
  virtual std::shared_ptr<void> TakeQueue() = 0;

  // With mutex_ held.
  bool HasRoom() const noexcept { return size_ < mark_ || !reads_.empty(); }
  Wake TakeConsumerWake() noexcept { return std::exchange(consumer_waits_, false) ? to_ : nullptr; }
  void AddRead(const std::shared_ptr<TaskStateBase>& read);
  void AddWrite(const Waiter& write);
  void ReleaseRoom(Aftermath& after);
  void MarkFinished(Aftermath& after);
  void Took(std::size_t size, Aftermath& after) {
    size_ -= size;
    --count_;
    ReleaseRoom(after);
  }
  std::exception_ptr ErrorOrEnd() const;

  std::mutex mutex_;
  // All the rest is guarded by it.
  const std::size_t mark_;
  std::size_t size_ = 0;   // of what is queued
  std::size_t count_ = 0;  // of the chunks that are queued
  Phase phase_ = kOpen;
  std::exception_ptr error_;
  bool silently_ = false;
  Reads reads_;                   // the consumer waits
  std::vector<Waiter> writes_;    // the producer waits for room
  std::vector<Waiter> finishes_;  // the producer waits for the end
  bool consumer_waits_ = false;   // to_ is to be called
  bool producer_waits_ = false;
  Wake to_;    // the consumer's listener
  Wake from_;  // the producer's
  std::shared_ptr<JsThread> origin_;
  std::atomic<bool> finish_deferred_{false};
  std::atomic<bool> consumer_given_{false};
  std::atomic<bool> producer_given_{false};
};

[[noreturn]] NODEHOST_API void ThrowEmptyStream();

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

/// 256 KiB: four of the 64 KiB chunks that Node's streams of files and sockets come in, so that a
/// producer and a consumer on different threads need not wake each other for each of them. 16
/// objects, as in Node.
template <class T>
inline constexpr std::size_t kDefaultHighWaterMark =
    std::same_as<T, Bytes> || std::same_as<T, std::string> ? std::size_t{256} * 1024 : 16;

template <class T>
class StreamState final : public StreamStateBase {
 public:
  using Read = TaskState<std::optional<T>>;
  using StreamStateBase::StreamStateBase;

  /// Queues a chunk, or gives it to who waits for one. With `writer` that is settled when there is
  /// room again: kNone. Without it the listener is told.
  Room Push(T chunk, const Waiter& writer = nullptr) {
    std::shared_ptr<TaskStateBase> reader;
    Wake wake;
    Room room = Room::kSome;
    {
      const std::lock_guard lock(mutex_);
      if (phase_ != kOpen) return Room::kClosed;
      if (!reads_.empty()) {
        reader = std::move(reads_.front());
        reads_.pop_front();
      } else {
        size_ += ChunkSize(chunk);
        ++count_;
        queue_.push_back(std::move(chunk));
        wake = TakeConsumerWake();
      }
      if (!HasRoom()) {
        room = Room::kNone;
        if (writer) {
          AddWrite(writer);
        } else {
          producer_waits_ = true;
        }
      }
    }
    if (reader) static_cast<Read&>(*reader).Fulfil(std::optional<T>(std::move(chunk)));  // NOLINT
    Call(wake);
    return room;
  }

  /// Settles `read` with the next chunk, or nothing at the end; now or later.
  void Pop(const std::shared_ptr<Read>& read) {
    CheckNotGiven(consumer_given(), "ReadStream");
    std::optional<T> chunk;
    std::exception_ptr error;
    bool waits = false;
    Aftermath after;
    {
      const std::lock_guard lock(mutex_);
      if (count_ > 0) {
        chunk = TakeFirst(after);
      } else if (phase_ == kOpen) {
        waits = true;
        AddRead(read);
        ReleaseRoom(after);
        read->set_origin(origin_);
      } else if (phase_ == kEnded || phase_ == kFinished) {
        if (!finish_deferred_) MarkFinished(after);
      } else {
        error = ErrorOrEnd();
      }
    }
    if (error) {
      read->Fail(std::move(error));
    } else if (!waits) {
      read->Fulfil(std::move(chunk));
    }
    after.Do();
  }

  Room PushFilled(Filler filler) override {
    if constexpr (std::default_initializable<T>) {
      T chunk{};
      filler.fill(filler.context, std::addressof(chunk), nullptr);
      return Push(std::move(chunk));
    } else {
      return Room::kClosed;  // it goes to JavaScript only
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
  void FulfilEnd(TaskStateBase& read) noexcept override {
    static_cast<Read&>(read).Fulfil(std::optional<T>());
  }
  std::shared_ptr<void> TakeQueue() override {
    return std::make_shared<std::deque<T>>(std::exchange(queue_, {}));
  }

  std::deque<T> queue_;
};

}  // namespace nodehost::detail
