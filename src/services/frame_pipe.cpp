#include "frame_pipe.hpp"

#include <fmt/format.h>
#include <node.h>

#include <algorithm>
#include <utility>

#include "nodehost/errors.hpp"

namespace nodehost::services {

namespace {

constexpr std::size_t kHeader = 4;
constexpr std::size_t kMostBytes = UINT32_MAX;
constexpr std::size_t kLeastRoom = 1 << 16;  // for a read
constexpr std::size_t kMuch = 1 << 16;       // to be sent at once
constexpr int kSocketRoom = 1 << 20;         // that is asked for; Linux has a limit of its own

std::size_t LengthOf(const std::uint8_t* header) {
  return header[0] | std::size_t{header[1]} << 8 | std::size_t{header[2]} << 16 |
         std::size_t{header[3]} << 24;
}

// What libuv writes on by itself, whether the pipe is still there or not.
struct WriteRequest {
  uv_write_t request;
  detail::GrowingBytes bytes;
  std::weak_ptr<FramePipe> pipe;
};

void CloseSocket(int descriptor) {
  uv_fs_t request;
  uv_fs_close(nullptr, &request, descriptor, nullptr);
  uv_fs_req_cleanup(&request);
}

void CloseAtEnd(void* pipe) { static_cast<FramePipe*>(pipe)->Close(); }

[[noreturn]] void ThrowUv(int error) {
  throw HostError(fmt::format("The socket of a worker process: {}.", uv_strerror(error)));
}

}  // namespace

FramePipe::FramePipe(v8::Isolate* isolate, Events events)
    : isolate_(isolate), events_(std::move(events)) {}

FramePipe::~FramePipe() { Close(); }

std::shared_ptr<FramePipe> FramePipe::Open(v8::Isolate* isolate, int descriptor, Events events) {
  std::shared_ptr<FramePipe> made(new FramePipe(isolate, std::move(events)));
  uv_loop_t* const loop = node::GetCurrentEventLoop(isolate);
  made->pipe_.Open(made.get(), uv_pipe_init, loop, 0);
  if (const int error = uv_pipe_open(made->pipe_.get(), descriptor); error != 0) {
    made->pipe_.Close();
    CloseSocket(descriptor);
    ThrowUv(error);
  }
  int room = kSocketRoom;
  uv_send_buffer_size(reinterpret_cast<uv_handle_t*>(made->pipe_.get()), &room);
  made->before_wait_.Open(made.get(), uv_prepare_init, loop);
  made->before_wait_.Unref();
  node::AddEnvironmentCleanupHook(isolate, &CloseAtEnd, made.get());
  return made;
}

void FramePipe::StartReading() {
  uv_read_start(
      pipe_.stream(),
      [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
        auto* const self = static_cast<FramePipe*>(handle->data);
        const bool has_memory = self->in_.TryReserve(kLeastRoom);
        *buffer = uv_buf_init(
            reinterpret_cast<char*>(self->in_.tail()),
            has_memory ? static_cast<unsigned>(std::min(self->in_.room(), std::size_t{1} << 30))
                       : 0);
      },
      [](uv_stream_t* stream, ssize_t count, const uv_buf_t*) {
        const auto self = static_cast<FramePipe*>(stream->data)->shared_from_this();
        self->Read(count);
      });
}

void FramePipe::StopReading() {
  if (pipe_.is_open()) uv_read_stop(pipe_.stream());
}

void FramePipe::Read(ssize_t count) {
  if (count > 0) {
    in_.Take(static_cast<std::size_t>(count));
    Dispatch();
  } else if (count < 0) {
    StopReading();
    events_.on_end(static_cast<int>(count));
  }
}

void FramePipe::Dispatch() {
  std::vector<Body> bodies;
  std::size_t at = 0;
  while (in_.size() - at >= kHeader) {
    const std::size_t length = LengthOf(in_.data() + at);
    if (in_.size() - at - kHeader < length) break;
    bodies.emplace_back(in_.data() + at + kHeader, length);
    at += kHeader + length;
  }
  if (bodies.empty()) return;
  // JavaScript that is called may turn the loop, which then reads on.
  detail::GrowingBytes read = std::exchange(in_, std::move(spare_));
  in_.Append(read.data() + at, read.size() - at);
  events_.on_frames(bodies);
  read.Clear();
  spare_ = std::move(read);
}

FramePipe::Writer::Writer(FramePipe& pipe)
    : pipe_(pipe), bytes_(std::move(pipe.out_)), start_(bytes_.size()) {
  ++pipe_.writers_;
  Number(std::uint32_t{0});
}

FramePipe::Writer::~Writer() {
  if (!is_whole_) bytes_.ShrinkTo(std::min(start_, bytes_.size()));
  bytes_.Append(pipe_.out_.data(), pipe_.out_.size());
  pipe_.out_ = std::move(bytes_);
  --pipe_.writers_;
  pipe_.ScheduleFlush();
}

FramePipe::Writer& FramePipe::Writer::Byte(std::uint8_t value) {
  bytes_.Append(&value, 1);
  return *this;
}

FramePipe::Writer& FramePipe::Writer::Number(std::uint32_t value) {
  std::uint8_t bytes[4];
  for (int i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
  bytes_.Append(bytes, sizeof bytes);
  return *this;
}

FramePipe::Writer& FramePipe::Writer::Number(std::uint64_t value) {
  return Number(static_cast<std::uint32_t>(value)).Number(static_cast<std::uint32_t>(value >> 32));
}

FramePipe::Writer& FramePipe::Writer::Text(std::string_view text) {
  bytes_.Append(text.data(), text.size());
  return *this;
}

void FramePipe::Writer::Send() {
  const std::size_t length = bytes_.size() - start_ - kHeader;
  if (length > kMostBytes) {
    JsErrorData data;
    data.name = "RangeError";
    data.message = fmt::format("The data has {} bytes; at most {} can be sent", length, kMostBytes);
    throw JsError(std::move(data));
  }
  for (std::size_t i = 0; i < kHeader; ++i) {
    bytes_.data()[start_ + i] = static_cast<std::uint8_t>(length >> (8 * i));
  }
  is_whole_ = true;
}

void FramePipe::ScheduleFlush() {
  if (!pipe_.is_open() || ending_) {
    out_.Clear();
    return;
  }
  if (out_.empty() || writing_ || before_wait_.is_active()) return;
  uv_prepare_start(before_wait_.get(),
                   [](uv_prepare_t* prepare) { static_cast<FramePipe*>(prepare->data)->Flush(); });
}

void FramePipe::Flush() {
  if (!pipe_.is_open() || writers_ > 0) return;
  uv_prepare_stop(before_wait_.get());
  if (writing_ || out_.empty()) return;
  const std::size_t size = out_.size();
  uv_buf_t buffer = uv_buf_init(reinterpret_cast<char*>(out_.data()),
                                static_cast<unsigned>(std::min(size, kMostBytes)));
  const int written = uv_try_write(pipe_.stream(), &buffer, 1);
  if (written == UV_EAGAIN || (written >= 0 && static_cast<std::size_t>(written) < size)) {
    WriteRest(written < 0 ? 0 : static_cast<std::size_t>(written));
  } else {
    // Or nobody reads it: the other side has ended, which reading says.
    out_.Clear();
  }
}

bool FramePipe::FlushMuch() {
  if (out_.size() < kMuch) return true;
  Flush();
  wants_room_ = writing_;
  return !writing_;
}

void FramePipe::Written(detail::GrowingBytes bytes) {
  writing_ = false;
  bytes.Clear();
  if (out_.empty()) out_ = std::move(bytes);  // its memory is used again
  Flush();
  if (!writing_ && std::exchange(wants_room_, false)) events_.on_room();
}

void FramePipe::WriteRest(std::size_t written) {
  auto request = std::make_unique<WriteRequest>();
  request->bytes = std::move(out_);
  request->pipe = weak_from_this();
  request->request.data = request.get();
  std::vector<uv_buf_t> buffers;
  detail::GrowingBytes& bytes = request->bytes;
  for (std::size_t at = written; at < bytes.size();) {
    const std::size_t count = std::min(bytes.size() - at, std::size_t{1} << 30);
    buffers.push_back(
        uv_buf_init(reinterpret_cast<char*>(bytes.data() + at), static_cast<unsigned>(count)));
    at += count;
  }
  const int error =
      uv_write(&request->request, pipe_.stream(), buffers.data(),
               static_cast<unsigned>(buffers.size()), [](uv_write_t* done, int) {
                 const std::unique_ptr<WriteRequest> own(static_cast<WriteRequest*>(done->data));
                 const auto self = own->pipe.lock();
                 if (!self) return;
                 self->Written(std::move(own->bytes));
               });
  if (error != 0) return;
  writing_ = true;
  static_cast<void>(request.release());
}

void FramePipe::End() {
  Flush();
  if (!pipe_.is_open() || std::exchange(ending_, true)) return;
  if (!out_.empty()) {
    // Behind what libuv writes now.
    WriteRest(0);
  }
  auto request = std::make_unique<uv_shutdown_t>();
  const int error =
      uv_shutdown(request.get(), pipe_.stream(), [](uv_shutdown_t* done, int) { delete done; });
  if (error == 0) static_cast<void>(request.release());
}

void FramePipe::Close() {
  if (!pipe_.is_open()) return;
  Flush();
  node::RemoveEnvironmentCleanupHook(isolate_, &CloseAtEnd, this);
  before_wait_.Close();
  pipe_.Close();
}

std::string_view BodyReader::Text(std::size_t size) {
  const Body text = Take(size);
  return {reinterpret_cast<const char*>(text.data()), text.size()};
}

Body BodyReader::Take(std::size_t count) {
  if (count > body_.size()) throw HostError("it is shorter than it says");
  const Body taken = body_.first(count);
  body_ = body_.subspan(count);
  return taken;
}

std::uint64_t BodyReader::ReadNumber(std::size_t size) {
  const Body bytes = Take(size);
  std::uint64_t value = 0;
  for (std::size_t i = size; i > 0; --i) value = value << 8 | bytes[i - 1];
  return value;
}

}  // namespace nodehost::services
