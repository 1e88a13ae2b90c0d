// ReadStream and WriteStream: the two ends of a stream, either of which may be JavaScript's. What
// makes C++ functions into streams is in stream_functions.hpp, std::istream in stream_io.hpp.
#pragma once

#include <cstddef>
#include <exception>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "nodehost/bytes.hpp"
#include "nodehost/detail/stream_state.hpp"
#include "nodehost/task.hpp"
#include "nodehost/text_decoder.hpp"

namespace nodehost {

/// The end of a stream that is read. From JavaScript it is made of a Readable, a web
/// ReadableStream, or anything that is iterable, also asynchronously; in JavaScript it is a
/// Readable.
///
/// `T` says what the chunks are: `Bytes`, on the memory of JavaScript's Buffers; `std::string`,
/// text, where a Readable of Buffers is read as UTF-8, also if a character is split between two;
/// anything else that converts, one object a chunk, as in Node's object mode.
///
/// Chunks are read ahead up to the high-water mark, and then JavaScript's stream is paused. Copies
/// are the same end. When the last goes before the end was read, the stream is destroyed. Any
/// thread; a stream may be read by one thread and written by another.
template <class T = Bytes>
class ReadStream {
 public:
  using Chunk = T;

  /// No stream: its members throw `HostError`.
  ReadStream() noexcept = default;

  /// The next chunk, or nothing at the end. Fails with what destroyed the stream, which comes
  /// behind the chunks that were there before it: `JsError`, or the C++ exception that it was.
  /// Several may be under way. When the environment ends first, `EnvironmentStopped`.
  Task<std::optional<T>> Read() const {
    auto read = std::make_shared<typename detail::StreamState<T>::Read>();
    State().Pop(read);
    return Task<std::optional<T>>(std::move(read));
  }

  /// `Read().Get()`, which costs less where the chunk is there already.
  std::optional<T> ReadBlocking() const {
    std::optional<T> chunk = State().TryPop();
    return chunk ? std::move(chunk) : Read().Get();
  }

  /// No more is wanted. JavaScript's stream is destroyed, with `reason` if there is one. Nothing
  /// after the end.
  void Destroy(std::exception_ptr reason = nullptr) const {
    State().consumer().Cancel(std::move(reason));
  }

  /// The chunks that are left, for a loop that blocks: `for (nh::Bytes chunk : stream)`. On a JS
  /// thread `co_await` Read instead. Throws what Read fails with.
  auto begin() const {
    static_cast<void>(State());
    return Iterator(*this);
  }
  std::default_sentinel_t end() const noexcept { return {}; }

  explicit operator bool() const noexcept { return end_ != nullptr; }

  /// For the library's own templates.
  explicit ReadStream(std::shared_ptr<detail::StreamState<T>> state)
      : end_(std::make_shared<End>(std::move(state))) {}
  std::shared_ptr<detail::StreamState<T>> state() const { return end_ ? end_->state : nullptr; }

 private:
  struct End {
    explicit End(std::shared_ptr<detail::StreamState<T>> of) noexcept : state(std::move(of)) {}
    End(const End&) = delete;
    End& operator=(const End&) = delete;
    ~End() {
      if (!state->consumer().given()) state->consumer().Cancel(nullptr);
    }
    const std::shared_ptr<detail::StreamState<T>> state;
  };

  class Iterator {
   public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    explicit Iterator(ReadStream stream) : stream_(std::move(stream)) { ++*this; }
    T& operator*() noexcept { return *chunk_; }
    Iterator& operator++() {
      chunk_ = stream_.ReadBlocking();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& iterator, std::default_sentinel_t) noexcept {
      return !iterator.chunk_;
    }

   private:
    ReadStream stream_;
    std::optional<T> chunk_;
  };

  detail::StreamState<T>& State() const {
    if (!end_) detail::ThrowEmptyStream();
    return *end_->state;
  }

  std::shared_ptr<End> end_;
};

/// The end of a stream that is written to. From JavaScript it is made of a Writable or a web
/// WritableStream; in JavaScript it is a Writable. Chunks, copies and threads are as for
/// ReadStream. When the last copy goes before `End`, the stream is destroyed: who reads gets the
/// error "Premature close".
template <class T = Bytes>
class WriteStream {
 public:
  using Chunk = T;

  /// No stream: its members throw `HostError`.
  WriteStream() noexcept = default;

  /// Queues a chunk at once. The Task is done when there is room for the next one: who waits for it
  /// keeps memory bounded. Fails with why the stream was destroyed, `ERR_STREAM_PREMATURE_CLOSE`
  /// where no reason was given, and `ERR_STREAM_WRITE_AFTER_END`.
  Task<> Write(T chunk) const {
    detail::StreamState<T>& state = State();
    state.producer().CheckNotGiven("WriteStream");
    detail::StreamWaiter write;
    if (state.Push(std::move(chunk), &write) == detail::StreamRoom::kClosed) {
      return Task<>::Failed(state.producer().ClosedError());
    }
    if (!write) write = detail::DoneWait();
    return Task<>(std::move(write));
  }

  /// There are no more chunks. The Task is done when the other side has taken in all of them:
  /// JavaScript's Writable has finished, or C++ has read the end.
  Task<> End() const {
    State().producer().CheckNotGiven("WriteStream");
    auto done = detail::MakePooled<detail::TaskState<void>>();
    State().producer().End(done);
    return Task<>(std::move(done));
  }

  /// Ends it with an error, which comes behind what is queued.
  void Destroy(std::exception_ptr reason = nullptr) const {
    State().producer().Fail(std::move(reason));
  }

  explicit operator bool() const noexcept { return end_ != nullptr; }

  /// For the library's own templates.
  explicit WriteStream(std::shared_ptr<detail::StreamState<T>> state)
      : end_(std::make_shared<Producer>(std::move(state))) {}
  std::shared_ptr<detail::StreamState<T>> state() const { return end_ ? end_->state : nullptr; }

 private:
  struct Producer {
    explicit Producer(std::shared_ptr<detail::StreamState<T>> of) noexcept : state(std::move(of)) {}
    Producer(const Producer&) = delete;
    Producer& operator=(const Producer&) = delete;
    ~Producer() {
      if (!state->producer().given()) state->producer().Abandon();
    }
    const std::shared_ptr<detail::StreamState<T>> state;
  };

  detail::StreamState<T>& State() const {
    if (!end_) detail::ThrowEmptyStream();
    return *end_->state;
  }

  std::shared_ptr<Producer> end_;
};

/// A pair of streams that carry data both ways. From and in JavaScript a Duplex; `readable` is what
/// JavaScript's Duplex gives, `writable` what it takes.
template <class R = Bytes, class W = R>
struct Duplex {
  ReadStream<R> readable;
  WriteStream<W> writable;
};

/// What C++ does to a stream, for JavaScript to put into a `pipeline`: a Transform there.
template <class In = Bytes, class Out = In>
struct Transform {
  WriteStream<In> writable;
  ReadStream<Out> readable;
};

/// A stream that is to be a web stream in JavaScript: a ReadableStream, a WritableStream, or a pair
/// `{ readable, writable }`. What comes from JavaScript may be of either kind without it.
template <class S>
struct Web {
  S stream;
};

/// The high-water mark of a stream: a number, or the default. All of it is public, as template
/// arguments have to be.
struct HighWaterMark {
  /// 1 MiB of bytes or text, 16 chunks of all else.
  constexpr HighWaterMark() noexcept = default;
  /// As for NewPipe.
  constexpr HighWaterMark(std::size_t mark) noexcept : is_default(false), value(mark) {}

  bool is_default = true;
  std::size_t value = 0;
};

/// What a stream from or to JavaScript has by default.
struct StreamOptions {
  /// How much is read ahead of who reads, or queued for who is slow.
  HighWaterMark high_water_mark{};
  /// What text is in JavaScript's Buffers: of a `ReadStream<std::string>`, what JavaScript gives;
  /// of a `WriteStream<std::string>`, what JavaScript gets: with `kUtf8` in the default encoding of
  /// its stream, which is UTF-8 unless it says otherwise. Strings stay as they are.
  TextEncoding encoding = TextEncoding::kUtf8;
};

/// A ReadStream or WriteStream with other options:
///
///     nh::Method<nh::StreamWith<nh::ReadStream<std::string>,
///                               nh::StreamOptions{.encoding = nh::TextEncoding::kLatin1}>(
///         std::string)> createReadStream;
template <class S, StreamOptions kOptions>
struct StreamWith {
  S stream;
};

/// Both ends of a new stream: what is written to `writable` is read from `readable`. Hand one of
/// them to JavaScript, or to another thread.
template <class T = Bytes>
struct Pipe {
  ReadStream<T> readable;
  WriteStream<T> writable;
};

/// `high_water_mark`: how much is queued before a producer is to wait; bytes for `Bytes` and text,
/// chunks for all others. 0: each waits until it is taken.
template <class T = Bytes>
Pipe<T> NewPipe(std::size_t high_water_mark = detail::kDefaultHighWaterMark<T>) {
  auto state = std::make_shared<detail::StreamState<T>>(high_water_mark);
  return {ReadStream<T>(state), WriteStream<T>(state)};
}

}  // namespace nodehost
