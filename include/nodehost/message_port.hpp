// MessagePort: messages between C++ and a worker thread of JavaScript's, or whoever has the other
// port. For a stream with back-pressure use ReadStream and WriteStream.
#pragma once

#include <utility>

#include "nodehost/method.hpp"
#include "nodehost/streams.hpp"

namespace nodehost {

/// Whether the memory in a message goes along with it or is copied.
enum class MessageMemory {
  kCopy,
  /// All ArrayBuffers and MessagePorts in the message are its transfer list: JavaScript here has
  /// them no more. What C++ itself has of the memory (`Bytes`, `Shared`) it keeps, and then shares
  /// with the receiver.
  kTransfer
};

/// Made of what JavaScript posts messages with: a MessagePort, a Worker, a BroadcastChannel, or
/// `parentPort`. `In` is what comes, `Out` what is posted; of both one message is one value. The
/// port is open as long as a copy of this lives. Any thread.
///
///     auto worker = js.Eval("new Worker('./job.mjs')").As<nh::MessagePort<Result, Job>>();
///     worker.Post(job);
///     std::optional<Result> result = co_await worker.messages.Read();
template <class In, class Out = In>
class MessagePort {
 public:
  /// What has come and comes, in the order of the posts; its end is the close of the port. A
  /// message that is no `In` is its error. There is no back-pressure: what nobody reads waits here,
  /// without a limit.
  ReadStream<In> messages;

  /// Posts a message. From another thread it waits until it is posted, not until it has arrived.
  /// Throws `JsError` for what cannot be cloned.
  void Post(const Out& message, MessageMemory memory = MessageMemory::kCopy) const {
    post_(message, memory == MessageMemory::kTransfer);
  }

  /// For the library's own conversion.
  Method<void(Out, bool)>& post() noexcept { return post_; }

 private:
  Method<void(Out, bool)> post_;
};

}  // namespace nodehost
