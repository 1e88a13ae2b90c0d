// FramePipe: one end of the socket between a service and a worker process. What the two say to each
// other are frames: four bytes of length, least significant first, and a body. The first byte of a
// body says what it is; numbers behind it are least significant byte first:
//
//   kBegun   ids u64…                              from the worker, before the functions are called
//   kChunk   length of the key u8, key, bytes      a Buffer of an argument that is a stream
//   kCall    id u64, length of the module u32, length of the export u32, both, clone of the array
//            of the arguments
//   kDone    id u64, clone of the result
//   kStream  id u64                                the result is a stream, whose chunks come next:
//   kData    id u64, bytes                         a Buffer
//   kValue   id u64, clone                         what is none
//   kOver    id u64                                the end; JavaScript sends an error instead
//   kMore    id u64, u64                           to the worker: as much more may come of it
//   kGone    id u64                                to the worker: nobody reads it
//   kClone   which is itself the clone of an array, for JavaScript: service_wire.js has them
#pragma once

#include <uv.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "thread/growing_bytes.hpp"
#include "thread/uv_handle.hpp"

namespace v8 {
class Isolate;
}

namespace nodehost::services {

enum class Frame : std::uint8_t {
  kBegun = 1,
  kChunk = 2,
  kCall = 3,
  kDone = 4,
  kStream = 5,
  kData = 6,
  kValue = 7,
  kOver = 8,
  kMore = 9,
  kGone = 10,
  kClone = 255
};

using Body = std::span<const std::uint8_t>;

/// On the thread of its loop, from the beginning to the end.
class FramePipe : public std::enable_shared_from_this<FramePipe> {
 public:
  struct Events {
    /// All bodies that one read has brought to their end. They are there until it returns.
    std::function<void(const std::vector<Body>&)> on_frames;
    /// The other side writes no more; with libuv's error, or UV_EOF. Once, at most.
    std::function<void(int error)> on_end;
    /// There is room after FlushMuch has said that there is none. May be empty.
    std::function<void()> on_room = {};
  };

  /// Takes the socket `descriptor`, and closes it if it throws. `StartReading` comes next.
  static std::shared_ptr<FramePipe> Open(v8::Isolate* isolate, int descriptor, Events events);
  ~FramePipe();
  FramePipe(const FramePipe&) = delete;
  FramePipe& operator=(const FramePipe&) = delete;

  void StartReading();
  /// No more events come.
  void StopReading();

  /// A frame that is being written. Others may be written meanwhile; they come behind it, and
  /// nothing is sent until it is done.
  class Writer {
   public:
    Writer(FramePipe& pipe, Frame kind) : Writer(pipe) { Byte(static_cast<std::uint8_t>(kind)); }
    /// Of a clone that is appended.
    explicit Writer(FramePipe& pipe);
    /// Without `Send` before it, nothing has been written.
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    Writer& Byte(std::uint8_t value);
    Writer& Number(std::uint32_t value);
    Writer& Number(std::uint64_t value);
    Writer& Text(std::string_view text);
    /// To be appended to.
    detail::GrowingBytes& bytes() noexcept { return bytes_; }
    /// Throws a RangeError for more than a frame takes.
    void Send();

   private:
    FramePipe& pipe_;
    detail::GrowingBytes bytes_;  // what waits to be sent, and this frame behind it
    const std::size_t start_;     // of this frame
    bool is_whole_ = false;
  };

  /// Sends what is written now, instead of when the loop is about to wait.
  void Flush();

  /// Sends what is written if that is much: what is sent soon is still in the cache. False if the
  /// other side has not read as much yet; what is written next waits here then.
  bool FlushMuch();

  /// Nothing more is written; the other side is told so once it has everything.
  void End();

  /// At once; what can still be sent without waiting is.
  void Close();

 private:
  FramePipe(v8::Isolate* isolate, Events events);

  void Read(ssize_t count);
  void Dispatch();
  void WriteRest(std::size_t written);
  void Written(detail::GrowingBytes bytes);
  void ScheduleFlush();

  v8::Isolate* const isolate_;
  Events events_;
  detail::UvHandle<uv_pipe_t> pipe_;
  detail::UvHandle<uv_prepare_t> before_wait_;
  detail::GrowingBytes in_;     // begins with a frame
  detail::GrowingBytes spare_;  // empty
  detail::GrowingBytes out_;
  int writers_ = 0;
  bool writing_ = false;     // libuv is
  bool wants_room_ = false;  // on_room comes
  bool ending_ = false;
};

/// Reads the parts of a body. Throws HostError where it is shorter than what is read.
class BodyReader {
 public:
  explicit BodyReader(Body body) : body_(body) {}

  std::uint8_t Byte() { return Take(1)[0]; }
  std::uint32_t Number32() { return static_cast<std::uint32_t>(ReadNumber(4)); }
  std::uint64_t Number64() { return ReadNumber(8); }
  std::string_view Text(std::size_t size);
  Body Rest() { return Take(body_.size()); }
  bool empty() const noexcept { return body_.empty(); }
  std::size_t size() const noexcept { return body_.size(); }
  const std::uint8_t* data() const noexcept { return body_.data(); }

 private:
  Body Take(std::size_t count);
  std::uint64_t ReadNumber(std::size_t size);

  Body body_;
};

}  // namespace nodehost::services
