// Nats: the side that gives the work. It offers a call to the workers of its subject and tells the
// first that takes it to go, or sends it to a worker that has just answered another; it asks again
// for what may have been lost on the way.
#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "connection.hpp"
#include "failure.hpp"
#include "frame.hpp"
#include "free_workers.hpp"
#include "link.hpp"
#include "nodehost/nats.hpp"
#include "services/control_environment.hpp"
#include "services/service_scripts.hpp"
#include "subject.hpp"
#include "thread/timeout.hpp"
#include "transfer.hpp"

namespace nodehost {

namespace {

using namespace std::chrono_literals;
using namespace services::nats;

constexpr auto kTick = 50ms;
constexpr auto kOfferAgain = 1000ms;  // that no worker has taken
constexpr auto kPause = 50ms;         // until the next offer, where no worker is there or has room
constexpr auto kGoAgain = 500ms;      // to learn of a worker's end
constexpr auto kGone = 500ms;         // that nobody listens to a worker's subject
constexpr auto kSettle = 3000ms;      // that workers may take to connect again after we have

struct Call {
  explicit Call(std::shared_ptr<Invocation> of) : invocation(std::move(of)) {}

  const std::shared_ptr<Invocation> invocation;
  Bytes arguments;
  Place place;                 // of the worker that was told to make it
  int sendings = 0;            // of the call, to a worker that has said nothing about it yet
  Clock::time_point next{};    // when to offer it, or say go, again
  Clock::time_point nobody{};  // since when nobody has listened
  Outgoing sent;               // the arguments, where they are too large for the offer
  Incoming received;           // the result
  std::vector<int> streams;    // which arguments are streams
  std::shared_ptr<Link> link;  // of the streams, if there are any
  bool answered = false;       // only streams are left
};

// What the workers of a subject are told. Its members are called under the model's mutex, but for
// Connect and Close.
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
        std::this_thread::sleep_for(100ms);
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
  // For a call that fits.
  void SendCall(Call& call) {
    call.next = Clock::now() + kGoAgain;
    ++call.sendings;
    Send(call.place.worker, call.invocation->id(), Describe(call, Kind::kCall));
  }
  void Go(Call& call) {
    call.next = Clock::now() + kGoAgain;
    if (!FitsMessage(call)) call.sent = Outgoing(std::move(call.arguments), 0);
    call.arguments = {};
    Send(call.place.worker, call.invocation->id(), Kind::kGo);
  }
  void Pump(Call& call) {
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
  std::string ReplyTo(std::uint64_t id) const { return fmt::format("{}.{}", inbox_, id); }
  std::string Describe(const Call& call, Kind kind) const {
    const Clock::time_point now = Clock::now();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        std::min(call.invocation->deadline(), now + std::chrono::hours(24 * 365)) - now);
    FrameWriter frame(kind);
    frame.Number(restarts_)
        .Number(static_cast<std::uint64_t>(std::max(left, 1ms).count()))
        .Text(call.invocation->module())
        .Text(call.invocation->export_name())
        .Text(std::string(call.streams.begin(), call.streams.end()))
        .Rest(FitsMessage(call) ? call.arguments.text() : std::string_view());
    return frame.text();
  }

  const NatsOptions& options_;
  std::optional<Connection> connection_;
  std::string inbox_;      // what the workers know this side by
  std::size_t chunk_ = 0;  // bytes of data in a message
  std::uint64_t restarts_ = 0;
  std::map<std::string, std::vector<std::uint64_t>> forgotten_;  // by worker: results that came
};

class NatsModel final : public HostingModel {
 public:
  explicit NatsModel(NatsOptions options) : options_(std::move(options)) {
    CheckSubject(options_.subject);
    Library::Get();
  }
  ~NatsModel() override { Stop(); }

  void Start(const HostingContext& context) override {
    if (control_) services::ThrowStartedTwice();
    launch_timeout_ = detail::Clamped(context.launch_timeout);
    control_.emplace(services::NewControlEnvironment(context.platform));
    out_.Connect(launch_timeout_, [this](const Message& message) { Receive(message); });
    ticker_ = std::thread([this] { Tick(); });
  }

  void Invoke(std::shared_ptr<Invocation> invocation) override {
    control_->Post([this, invocation](Js& js) {
      if (invocation->settled()) return;
      try {
        auto call = std::make_unique<Call>(invocation);
        const Array arguments = invocation->Arguments(js);
        call->streams = services::StreamNumbers(js, arguments);
        if (!call->streams.empty()) {
          call->link = NewLink(js, invocation->id());
          call->link->port.Call("giveAll", arguments, call->streams);
        }
        call->arguments = services::Encode(arguments);
        call->nobody = Clock::now();
        const std::lock_guard lock(mutex_);
        if (!invocation->settled()) {
          Give(*(calls_[invocation->id()] = std::move(call)));
        } else if (call->link) {
          call->link->End("The call was given up.");
        }
      } catch (...) {
        invocation->Fail(std::current_exception());
      }
    });
  }

  void Cancel(std::uint64_t id) override {
    const std::lock_guard lock(mutex_);
    const auto found = calls_.find(id);
    if (found == calls_.end()) return;
    const Call& call = *found->second;
    if (!call.place.worker.empty()) out_.Send(call.place.worker, id, Kind::kCancel);
    if (call.link) call.link->End("The call was given up.");
    calls_.erase(found);
  }

  void Restart() override {
    const std::lock_guard lock(mutex_);
    out_.Restart();
  }

  void Stop() override {
    {
      const std::lock_guard lock(mutex_);
      if (!control_ || std::exchange(stopping_, true)) return;
      calls_.clear();
      changed_.notify_all();
    }
    if (ticker_.joinable()) ticker_.join();
    out_.Close();
    control_->Stop(0ms);  // kept: other threads may be about to cancel a call
  }

 private:
  // The members from here to the next blank line are called with mutex_ held.
  void Give(Call& call) {
    std::optional<Place> place;
    if (out_.FitsMessage(call) && call.streams.empty()) place = free_.Take(Clock::now());
    if (place && call.invocation->Begin(place->name)) {
      call.place = *std::move(place);
      out_.SendCall(call);
    } else {
      out_.Offer(call);
    }
  }
  // A worker that was sent the call will not make it.
  void OfferInstead(Call& call) {
    free_.Drop(call.place.worker);
    call.place = {};
    call.sendings = 0;
    call.nobody = Clock::now();
    call.invocation->NotBegun();
    out_.Offer(call);
  }
  void Accept(Call& call, FrameReader& frame) {
    const std::string worker(frame.Text());
    const std::uint64_t id = call.invocation->id();
    if (call.place.worker == worker) return;
    const std::string name(frame.Text());
    if (!call.place.worker.empty() || !call.invocation->Begin(name)) {
      out_.Send(worker, id, Kind::kCancel);
      return;
    }
    call.place = {worker, name, Clock::now()};
    call.nobody = {};
    out_.Go(call);
    out_.Pump(call);
  }
  // What the call fails with, if it does.
  std::exception_ptr NobodyListens(Call& call) {
    const Clock::time_point now = Clock::now();
    if (call.place.worker.empty()) {
      call.next = now + kPause;
      if (now - call.nobody < launch_timeout_) return nullptr;
      return std::make_exception_ptr(InstanceEnded(
          fmt::format("No worker listens to the subject {} of NATS; {} was not called.",
                      options_.subject, call.invocation->name()),
          false));
    }
    call.next = now + kPause;
    if (call.nobody == Clock::time_point()) call.nobody = now;
    if (now - call.nobody < kGone || now - reconnected_ < kSettle) return nullptr;
    return std::make_exception_ptr(
        InstanceEnded(fmt::format("The {} ended while it called {}.", call.invocation->instance(),
                                  call.invocation->module()),
                      true));
  }
  void TakeData(Call& call, FrameReader& frame) {
    const std::uint64_t id = call.invocation->id();
    if (frame.Byte() == kStreams) {
      if (!call.link) return;
      call.link->Take(frame);
      out_.Send(call.place.worker, id, call.link->in.Acknowledgement());
    } else if (!call.received.Take(frame) || IsOpen(call)) {
      out_.Send(call.place.worker, id, call.received.Acknowledgement(kValue));
    }
  }
  // Whether there are streams to go on with when the result has come.
  static bool IsOpen(const Call& call) {
    return call.received.is_stream() || (call.link && !call.link->idle);
  }
  std::exception_ptr ReceiveFor(Call& call, const Message& message) {
    if (message.no_responders) {
      if (call.sendings != 1) return NobodyListens(call);
      OfferInstead(call);
      return nullptr;
    }
    FrameReader frame(message.data);
    const Kind kind = frame.ReadKind();
    if (kind == Kind::kBusy) {
      if (call.sendings > 0) {
        OfferInstead(call);
      } else {
        call.next = Clock::now() + kPause;
      }
      return nullptr;
    }
    if (std::exchange(call.sendings, 0) > 0) call.arguments = {};
    switch (kind) {
      case Kind::kAccept:
        Accept(call, frame);
        break;
      case Kind::kAck:
        if (frame.Byte() == kValue) {
          call.sent.Acknowledge(frame.Number());
        } else if (call.link) {
          call.link->out.Acknowledge(frame.Number());
        }
        out_.Pump(call);
        break;
      case Kind::kData:
        TakeData(call, frame);
        break;
      case Kind::kUnknown:
        return std::make_exception_ptr(
            InstanceEnded(fmt::format("The {} has lost track of {}.", call.invocation->instance(),
                                      call.invocation->name()),
                          true));
      default:
        break;
    }
    return nullptr;
  }

  void Receive(const Message& message) {
    const std::uint64_t id = out_.CallOf(message);
    std::unique_ptr<Call> over;
    std::shared_ptr<Invocation> invocation;
    std::exception_ptr error;
    std::string result;
    Incoming received;
    {
      const std::lock_guard lock(mutex_);
      const auto found = calls_.find(id);
      if (found == calls_.end()) {
        Refuse(id, message);
        return;
      }
      Call& call = *found->second;
      try {
        error = ReceiveFor(call, message);
      } catch (...) {
        error = std::current_exception();
      }
      if (!error && (!call.received.complete() || call.answered)) return;
      if (error && call.link) call.link->End(fmt::format("The {} has ended.", call.place.worker));
      invocation = call.invocation;
      result = call.received.TakeBytes();
      received = call.received;
      if (!error && IsOpen(call)) {
        call.answered = true;
        if (call.link) call.link->idle = call.link->idle && !call.received.is_stream();
      } else {
        if (!error) {
          out_.Forget(call.place.worker, id);
          free_.Add(call.place);
        }
        over = std::move(found->second);
        calls_.erase(found);
      }
    }
    if (error) {
      invocation->Fail(error);
    } else {
      Deliver(invocation, received, std::move(result));
    }
  }

  // An offer that is taken, or a result, of a call that nobody waits for.
  void Refuse(std::uint64_t id, const Message& message) {
    if (message.data.empty()) return;
    FrameReader frame(message.data);
    if (frame.ReadKind() == Kind::kAccept) out_.Send(std::string(frame.Text()), id, Kind::kCancel);
  }

  void Deliver(const std::shared_ptr<Invocation>& invocation, const Incoming& received,
               std::string result) {
    if (received.failed()) {
      invocation->Fail(DecodeFailure(result));
      return;
    }
    const auto bytes = std::make_shared<std::string>(std::move(result));
    try {
      control_->Post([this, bytes, invocation, is_stream = received.is_stream()](Js& js) {
        try {
          invocation->Complete(
              is_stream ? OpenStream(js, invocation->id())
                        : services::Decode(js, Bytes(bytes, bytes->data(), bytes->size())));
        } catch (...) {
          invocation->Fail(std::current_exception());
        }
      });
    } catch (...) {
      invocation->Fail(std::current_exception());
    }
  }

  // The members from here to the next blank line are called on the JS thread.
  Value OpenStream(Js& js, std::uint64_t id) {
    std::shared_ptr<Link> link;
    {
      const std::lock_guard lock(mutex_);
      const auto found = calls_.find(id);
      if (found == calls_.end()) throw InstanceEnded("The stream's worker has ended.", true);
      link = found->second->link;
    }
    if (!link) {
      link = NewLink(js, id);
      const std::lock_guard lock(mutex_);
      const auto found = calls_.find(id);
      if (found == calls_.end()) throw InstanceEnded("The stream's worker has ended.", true);
      found->second->link = link;
    }
    return link->port.Call("openResult", "result");
  }
  std::shared_ptr<Link> NewLink(Js& js, std::uint64_t id) {
    return std::make_shared<Link>(services::NewBytesPort(
        js,
        [this, id](const Bytes& message) {
          const std::lock_guard lock(mutex_);
          const auto found = calls_.find(id);
          if (found == calls_.end() || !found->second->link) return;
          found->second->link->out.Append(message.text());
          if (!found->second->place.worker.empty()) out_.Pump(*found->second);
        },
        [this, id] { Idle(id); }));
  }
  void Idle(std::uint64_t id) {
    const std::lock_guard lock(mutex_);
    const auto found = calls_.find(id);
    if (found == calls_.end() || !found->second->link) return;
    found->second->link->idle = true;
    if (!found->second->answered) return;
    out_.Forget(found->second->place.worker, id);
    calls_.erase(found);
  }

  void Tick() {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, kTick, [this] { return stopping_; })) {
      if (!out_.connected()) continue;
      out_.SendForgotten();
      AskAgain();
    }
  }

  // Called with mutex_ held.
  void AskAgain() {
    const std::uint64_t reconnects = out_.reconnects();
    const Clock::time_point now = Clock::now();
    const bool again = std::exchange(reconnects_, reconnects) != reconnects;
    if (again) reconnected_ = now;
    for (const auto& [id, call] : calls_) {
      if (now < call->next && !again) continue;
      if (call->place.worker.empty()) {
        out_.Offer(*call);
        continue;
      }
      if (call->sendings > 0) {
        out_.SendCall(*call);
        continue;
      }
      out_.Go(*call);
      const bool resends = call->link && call->link->out.Resend(now);
      if (call->sent.Resend(now) || resends) out_.Pump(*call);
    }
  }

  const NatsOptions options_;
  std::chrono::milliseconds launch_timeout_{};
  std::optional<Environment> control_;
  std::thread ticker_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::unordered_map<std::uint64_t, std::unique_ptr<Call>> calls_;
  Outbox out_{options_};
  FreeWorkers free_;
  std::uint64_t reconnects_ = 0;
  Clock::time_point reconnected_{};
  bool stopping_ = false;
};

}  // namespace

std::shared_ptr<HostingModel> Nats(NatsOptions options) {
  return std::make_shared<NatsModel>(std::move(options));
}

}  // namespace nodehost
