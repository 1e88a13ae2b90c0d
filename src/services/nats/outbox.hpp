// Outbox: what the side that gives the work tells the workers of a subject.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "connection.hpp"
#include "frame.hpp"
#include "free_workers.hpp"
#include "link.hpp"
#include "many_frames.hpp"
#include "nodehost/hosting_model.hpp"
#include "nodehost/nats.hpp"
#include "subject.hpp"
#include "transfer.hpp"

namespace nodehost::services::nats {

constexpr auto kOfferAgain = std::chrono::milliseconds(1000);  // that no worker has taken
constexpr auto kGoAgain = std::chrono::milliseconds(500);      // to learn of a worker's end

/// What a worker says that has no instance for a while.
struct Pause {
  std::string worker;          // what people know it by
  std::uint64_t failures = 0;  // of instances, one after the other
};

struct Call {
  explicit Call(std::shared_ptr<Invocation> of) : invocation(std::move(of)) {}

  const std::shared_ptr<Invocation> invocation;
  Bytes arguments;
  Place place;                 // of the worker that was told to make it
  int sendings = 0;            // of the call, to a worker that has said nothing about it yet
  int refused = 0;             // of these, because nobody listened
  Clock::time_point next{};    // when to offer it, or say go, again
  Clock::time_point nobody{};  // since when nobody has listened, or had an instance
  Pause pause;                 // of the worker that has refused it last, for want of an instance
  Outgoing sent;               // the arguments, where they are too large for the offer
  Incoming received;           // the result
  std::vector<int> streams;    // which arguments are streams
  std::shared_ptr<Link> link;  // of the streams, if there are any
  bool answered = false;       // only streams are left
  std::uint64_t batch = 0;     // those that it was sent with
};

/// What the workers of a subject are told. Its members are called under the model's mutex, but for
/// Connect and Close.
class Outbox {
 public:
  explicit Outbox(const NatsOptions& options) : options_(options) {}

  // Tries for `timeout`; throws HostError. `receive` is called with what workers answer.
  void Connect(std::chrono::milliseconds timeout,
               const std::function<void(const Message&)>& receive) {
    const Clock::time_point until = Clock::now() + timeout;
    while (!connection_) {
      try {
        connection_.emplace(options_, "nodehost: NodeServices of " + options_.subject);
      } catch (const HostError&) {
        if (Clock::now() >= until) throw;
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
      }
    }
    inbox_ = connection_->NewInbox();
    chunk_ = ChunkOf(*connection_);
    connection_->Subscribe(inbox_ + ".*", receive);
  }
  void Close() {
    if (!connection_) return;
    SendForgotten();
    connection_->Flush();
    connection_->Close();
  }
  bool connected() const { return connection_->connected(); }
  std::uint64_t reconnects() const { return connection_->reconnects(); }

  // The call that a message to this side is about.
  std::uint64_t CallOf(const Message& message) const {
    std::uint64_t id = 0;
    for (const char c : message.subject.substr(inbox_.size() + 1)) {
      id = id * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return id;
  }
  // Whether that is several calls, which were sent together.
  static bool IsBatch(std::uint64_t id) noexcept { return (id & kBatch) != 0; }

  void Send(const std::string& worker, std::uint64_t id, std::string_view frame) {
    connection_->Publish(worker, frame, ReplyTo(id));
  }
  void Send(const std::string& worker, std::uint64_t id, Kind kind) {
    Send(worker, id, FrameWriter(kind).text());
  }
  void Offer(Call& call) {
    call.next = Clock::now() + kOfferAgain;
    Send(options_.subject + ".call", call.invocation->id(), Describe(call, Kind::kOffer));
  }
  bool FitsMessage(const Call& call) const { return call.arguments.size() <= chunk_; }
  // For a call that fits. It goes with the next SendCalls at the latest.
  void AddCall(Call& call) {
    const std::uint64_t id = call.invocation->id();
    std::string frame = Describe(call, Kind::kCall);
    Calls& calls = calls_[call.place.worker];
    if (!calls.frames.HasRoom(frame, chunk_)) SendBatch(call.place.worker, calls);
    if (calls.frames.empty()) calls.number = kBatch | ++batches_;
    calls.frames.Add(id, std::move(frame));
    call.batch = calls.number;
    call.next = Clock::now() + kGoAgain;
    ++call.sendings;
  }
  void SendCalls() {
    for (auto& [worker, calls] : calls_) SendBatch(worker, calls);
    calls_.clear();
  }
  void Go(Call& call) {
    call.next = Clock::now() + kGoAgain;
    if (!FitsMessage(call)) call.sent = Outgoing(std::move(call.arguments), 0);
    call.arguments = {};
    Send(call.place.worker, call.invocation->id(), Kind::kGo);
  }
  void Pump(Call& call) {
    if (call.place.worker.empty()) return;  // none has it yet
    while (const auto frame = call.link ? call.link->out.Next(chunk_) : std::nullopt) {
      Send(call.place.worker, call.invocation->id(), *frame);
    }
    while (const auto frame = call.sent.Next(0, chunk_)) {
      Send(call.place.worker, call.invocation->id(), *frame);
    }
  }
  void Restart() {
    ++restarts_;
    connection_->Publish(options_.subject + ".restart",
                         FrameWriter(Kind::kGo).Number(restarts_).Rest(inbox_).text());
  }
  // The worker need keep the result of this call no longer.
  void Forget(const std::string& worker, std::uint64_t id) { forgotten_[worker].push_back(id); }
  void SendForgotten() {
    for (const auto& [worker, ids] : forgotten_) {
      FrameWriter frame(Kind::kForget);
      for (const std::uint64_t id : ids) {
        frame.Number(id);
        if (frame.text().size() < chunk_) continue;
        Send(worker, 0, frame.text());
        frame = FrameWriter(Kind::kForget);
      }
      Send(worker, 0, frame.text());
    }
    forgotten_.clear();
  }

 private:
  // Calls that are sent together, and the number that is an answer to all of them.
  struct Calls {
    ManyFrames frames;
    std::uint64_t number = 0;
  };
  static constexpr std::uint64_t kBatch = std::uint64_t{1} << 63;  // not the number of a call

  void SendBatch(const std::string& worker, Calls& calls) {
    const std::uint64_t id = calls.frames.size() == 1 ? calls.frames.first() : calls.number;
    Send(worker, id, calls.frames.Take());
  }
  std::string ReplyTo(std::uint64_t id) const { return fmt::format("{}.{}", inbox_, id); }
  std::string Describe(const Call& call, Kind kind) const {
    const Clock::time_point now = Clock::now();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        std::min(call.invocation->deadline(), now + std::chrono::hours(24 * 365)) - now);
    const std::string_view arguments =
        FitsMessage(call) ? call.arguments.text() : std::string_view();
    FrameWriter frame(kind, kFrameRoom + arguments.size());
    frame.Number(restarts_)
        .Number(static_cast<std::uint64_t>(std::max(left, std::chrono::milliseconds(1)).count()))
        .Text(call.invocation->module())
        .Text(call.invocation->export_name())
        .Text(std::string(call.streams.begin(), call.streams.end()))
        .Rest(arguments);
    return std::move(frame).text();
  }

  const NatsOptions& options_;
  std::optional<Connection> connection_;
  std::string inbox_;      // what the workers know this side by
  std::size_t chunk_ = 0;  // bytes of data in a message
  std::uint64_t restarts_ = 0;
  std::map<std::string, Calls> calls_;  // by worker: to be sent
  std::uint64_t batches_ = 0;
  std::map<std::string, std::vector<std::uint64_t>> forgotten_;  // by worker: results that came
};

}  // namespace nodehost::services::nats
