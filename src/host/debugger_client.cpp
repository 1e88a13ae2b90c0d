#include "debugger_client.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <system_error>
#include <utility>

#include "process/signals.hpp"

namespace nodehost::host {

namespace {

// Of the DevTools protocol. `resume` is for debuggers that are enabled, each for itself.
constexpr std::string_view kEnable = R"({"id":1,"method":"Debugger.enable"})";
constexpr std::string_view kResume = R"({"id":2,"method":"Debugger.resume"})";
constexpr std::string_view kAnswer = R"({"id":)";
constexpr std::string_view kResumed = R"({"id":2,"result")";
constexpr std::string_view kRun = R"({"id":3,"method":"Runtime.runIfWaitingForDebugger"})";

constexpr std::uint64_t kAgainMs = 20;

struct Endpoint {
  std::string host;
  std::string port;
  std::string path;
};

// "ws://127.0.0.1:41719/cc6e08a6-...", "ws://[::1]:41719/..."
std::optional<Endpoint> Parse(std::string_view url) {
  constexpr std::string_view kScheme = "ws://";
  if (!url.starts_with(kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  const auto slash = url.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  std::string_view host = url.substr(0, slash);
  const auto colon = host.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  Endpoint endpoint{.host = {},
                    .port = std::string(host.substr(colon + 1)),
                    .path = std::string(url.substr(slash))};
  host = host.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  endpoint.host = host;
  return endpoint;
}

// A frame of WebSocket, as a server sends it.
struct Frame {
  std::size_t size;
  std::string_view payload;
  bool closes;

  // The one at the start of `bytes`, if it is all there.
  static std::optional<Frame> First(std::string_view bytes) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
    if (bytes.size() < 2) return std::nullopt;
    std::size_t length = byte(1) & 0x7FU;
    const std::size_t more = length == 126 ? 2 : length == 127 ? 8 : 0;
    const std::size_t head = 2 + more;
    if (bytes.size() < head) return std::nullopt;
    if (more != 0) length = 0;
    for (std::size_t i = 2; i < head; ++i) length = length << 8U | byte(i);
    if (bytes.size() - head < length) return std::nullopt;
    constexpr unsigned kClose = 8;
    return Frame{head + length, bytes.substr(head, length), (byte(0) & 0xFU) == kClose};
  }
};

DebuggerClient* Self(void* data) { return static_cast<DebuggerClient*>(data); }

}  // namespace

DebuggerClient::DebuggerClient(std::string url, Resumes what, std::chrono::milliseconds delay)
    : url_(std::move(url)), what_(what), delay_(delay) {
  connect_.data = this;
  // Without descriptors or threads there is no client, and debuggers are not resumed.
  if (uv_loop_init(&loop_) != 0) return;
  const int error = leave_.Open(this, uv_async_init, &loop_,
                                [](uv_async_t* async) { Self(async->data)->LeaveIfDone(); });
  if (error == 0) {
    const SignalsBlocked blocked;
    try {
      thread_ = std::thread([this] { Main(); });
      return;
    } catch (const std::system_error&) {
      leave_.Close();
      uv_run(&loop_, UV_RUN_DEFAULT);
    }
  }
  uv_loop_close(&loop_);
}

DebuggerClient::~DebuggerClient() {
  if (!thread_.joinable()) return;
  leaves_at_once_ = true;
  Wake();
  thread_.join();
}

void DebuggerClient::Leave() {
  leaves_ = true;
  Wake();
}

void DebuggerClient::Wake() {
  const std::lock_guard lock(mutex_);
  if (leave_.is_open()) uv_async_send(leave_.get());
}

bool DebuggerClient::gone() const {
  const std::lock_guard lock(mutex_);
  return !leave_.is_open();
}

void DebuggerClient::Main() {
  timer_.Open(this, uv_timer_init, &loop_);
  socket_.Open(this, uv_tcp_init, &loop_);
  uv_timer_start(
      timer_.get(), [](uv_timer_t* timer) { Self(timer->data)->Connect(); },
      static_cast<std::uint64_t>(delay_.count()), 0);
  uv_run(&loop_, UV_RUN_DEFAULT);
  uv_loop_close(&loop_);
}

void DebuggerClient::Connect() {
  const auto endpoint = Parse(url_);
  if (!endpoint) return CloseAll();
  uv_getaddrinfo_t request{};
  if (uv_getaddrinfo(&loop_, &request, nullptr, endpoint->host.c_str(), endpoint->port.c_str(),
                     nullptr) != 0) {
    return CloseAll();
  }
  uv_tcp_connect(&connect_, socket_.get(), request.addrinfo->ai_addr,
                 [](uv_connect_t* connect, int status) {
                   DebuggerClient* const self = Self(connect->data);
                   if (status == 0) {
                     self->OnConnected();
                   } else {
                     self->CloseAll();
                   }
                 });
  uv_freeaddrinfo(request.addrinfo);
}

void DebuggerClient::OnConnected() {
  uv_read_start(
      socket_.stream(),
      [](uv_handle_t* handle, std::size_t, uv_buf_t* into) {
        DebuggerClient* const self = Self(handle->data);
        *into = uv_buf_init(self->buffer_, sizeof(self->buffer_));
      },
      [](uv_stream_t* stream, ssize_t size, const uv_buf_t* from) {
        if (size > 0) {
          Self(stream->data)->OnReceived({from->base, static_cast<std::size_t>(size)});
        } else if (size < 0) {
          Self(stream->data)->CloseAll();
        }
      });
  // The inspector answers names but `localhost` with a refusal, and does not ask for a new key.
  Write(fmt::format(
      "GET {} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bm9kZWhvc3Qgbm9kZWhvcw==\r\n\r\n",
      Parse(url_)->path));
}

void DebuggerClient::OnReceived(std::string_view bytes) {
  received_ += bytes;
  if (!upgraded_) {
    const auto end = received_.find("\r\n\r\n");
    if (end == std::string::npos) return;
    received_.erase(0, end + 4);
    upgraded_ = true;
    if (what_ == Resumes::kWaitingAndPaused) Send(kEnable);
    Ask();
  }
  while (const auto frame = Frame::First(received_)) {
    // The inspector is closed only when all debuggers have left.
    if (frame->closes) return CloseAll();
    if (frame->payload.starts_with(kAnswer)) OnAnswer(frame->payload);
    received_.erase(0, frame->size);
  }
}

void DebuggerClient::OnAnswer(std::string_view answer) {
  if (answer.starts_with(kResumed)) found_paused_ = true;
  if (--unanswered_ > 0) return;
  LeaveIfDone();
  if (is_closing_) return;
  uv_timer_start(
      timer_.get(), [](uv_timer_t* timer) { Self(timer->data)->Ask(); }, kAgainMs, 0);
}

void DebuggerClient::Ask() {
  acted_ = true;
  Send(kRun);
  if (what_ == Resumes::kWaitingAndPaused) Send(kResume);
}

// As WebSocket clients do: one text frame, masked, with a mask of zeros.
void DebuggerClient::Send(std::string_view request) {
  std::string frame = "\x81";
  frame += static_cast<char>(0x80U | request.size());
  frame.append(4, '\0');
  frame += request;
  Write(frame);
  ++unanswered_;
}

void DebuggerClient::Write(std::string_view bytes) {
  const uv_buf_t buffer =
      uv_buf_init(const_cast<char*>(bytes.data()), static_cast<unsigned>(bytes.size()));
  // A request is small enough to be sent at once. If it is not, no answer comes, and no more is
  // asked.
  static_cast<void>(uv_try_write(socket_.stream(), &buffer, 1));
}

void DebuggerClient::LeaveIfDone() {
  if (leaves_at_once_ || (leaves_ && unanswered_ == 0)) CloseAll();
}

void DebuggerClient::CloseAll() {
  if (std::exchange(is_closing_, true)) return;
  socket_.Close();
  timer_.Close();
  const std::lock_guard lock(mutex_);
  leave_.Close();
}

}  // namespace nodehost::host
