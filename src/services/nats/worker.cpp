// RunNatsWorker: takes calls from NATS and has them made by a hosting model of its own. It keeps a
// result until the other side says that it has come.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>

#include "clients.hpp"
#include "connection.hpp"
#include "failure.hpp"
#include "frame.hpp"
#include "link.hpp"
#include "many_frames.hpp"
#include "nodehost/nats.hpp"
#include "services/service_scripts.hpp"
#include "services/services_state.hpp"
#include "subject.hpp"
#include "thread/js_thread.hpp"
#include "transfer.hpp"

namespace nodehost {

namespace {

using namespace std::chrono_literals;
using namespace services::nats;

constexpr auto kTick = 100ms;
constexpr auto kOfferKept = 10s;                // that nobody has said go to
constexpr auto kResultKept = 30s;               // that nobody asks for
constexpr auto kOfferAwaited = 2s;              // while it is to stop
constexpr std::size_t kSmallResult = 16 << 10;  // bytes of one that goes in a message with others
constexpr std::size_t kLongestClient = 256;     // bytes of a name; an inbox has some 30

/// A call of another process's, on its way through this one's services.
class RemoteCall final : public Invocation {
 public:
  using Answer = std::function<void(Bytes, std::uint8_t flags)>;
  using NewPort = std::function<Object(Js& js)>;

  RemoteCall(std::string module, std::string export_name, std::string arguments,
             std::string streams, Answer answer, NewPort new_port)
      : Invocation(std::move(module), std::move(export_name)),
        arguments_(std::make_shared<std::string>(std::move(arguments))),
        streams_(std::move(streams)),
        answer_(std::move(answer)),
        new_port_(std::move(new_port)) {}

  Array Arguments(Js& js) const override {
    Array arguments =
        services::Decode(js, Bytes(arguments_, arguments_->data(), arguments_->size())).As<Array>();
    if (streams_.empty()) return arguments;
    port_ = new_port_(js);
    for (const char number : streams_) {
      const int index = static_cast<unsigned char>(number);
      arguments.Set(index, port_->Call("open", std::to_string(index)));
    }
    return arguments;
  }

 private:
  void Deliver(const Value& result) override {
    if (!services::IsStream(result)) {
      answer_(services::Encode(result), 0);
    } else {
      Js js(*detail::JsThread::Current());
      if (!port_) port_ = new_port_(js);
      answer_({}, kStream);
      port_->Call("give", "result", result);
    }
  }
  void DeliverFailure(std::exception_ptr error) noexcept override {
    answer_(Bytes::CopyOf(EncodeFailure(error)), kFailed);
  }

  const std::shared_ptr<std::string> arguments_;
  const std::string streams_;  // the numbers of those arguments that are
  const Answer answer_;
  const NewPort new_port_;
  mutable std::optional<Object> port_;  // of its streams; on the JS thread
};

/// What this worker knows of a call. Its key is the subject that answers go to.
struct Served {
  std::string module;
  std::string export_name;
  std::chrono::milliseconds time_left{};
  std::string streams;  // the numbers of those arguments that are
  Incoming arguments;
  bool told = false;  // to go
  bool started = false;
  std::uint64_t id = 0;  // in the services, once it has started
  std::optional<Outgoing> result;
  std::shared_ptr<Link> link;              // of its streams, if there are any
  Clock::time_point heard = Clock::now();  // of the side that gave it
};

std::string Name() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  return fmt::format("NATS worker {} on {}", getpid(), host.data());
}

// Of the subject that the answers to a call go to.
std::string ClientOf(const std::string& reply) { return reply.substr(0, reply.rfind('.')); }
std::uint64_t IdOf(const std::string& reply) {
  return std::strtoull(reply.c_str() + reply.rfind('.') + 1, nullptr, 10);
}

// Results that are to be sent, by client.
class Answers {
 public:
  // Whether it is the first since all were sent.
  bool Add(Connection& connection, const std::string& worker, std::size_t most,
           const std::string& reply, std::string frame) {
    const std::string client = ClientOf(reply);
    const bool first = by_client_.empty();
    ManyFrames& answers = by_client_[client];
    if (!answers.HasRoom(frame, most)) Send(connection, worker, client, answers);
    answers.Add(IdOf(reply), std::move(frame));
    return first;
  }
  void SendAll(Connection& connection, const std::string& worker) {
    for (auto& [client, answers] : by_client_) Send(connection, worker, client, answers);
    by_client_.clear();
  }
  bool empty() const noexcept { return by_client_.empty(); }

 private:
  static void Send(Connection& connection, const std::string& worker, const std::string& client,
                   ManyFrames& answers) {
    const std::uint64_t id = answers.first();
    connection.Publish(fmt::format("{}.{}", client, id), answers.Take(), worker);
  }

  std::unordered_map<std::string, ManyFrames> by_client_;
};

class NatsWorker {
 public:
  NatsWorker(NodejsPlatform& platform, NatsWorkerOptions options, const std::stop_token& stop)
      : options_(std::move(options)), name_(Name()) {
    CheckSubject(options_.nats.subject);
    Library::Get();
    services_ = std::make_shared<detail::ServicesState>(
        platform, NodeServicesOptions{.project_dir = options_.project_dir,
                                      .hosting = options_.hosting,
                                      .instances = options_.instances,
                                      .watched_extensions = options_.watched_extensions});
    services_->Start();
    Connect(stop);
  }
  ~NatsWorker() {
    services_->Stop(0ms);
    if (!connection_) return;
    {
      const std::lock_guard lock(mutex_);
      answers_.SendAll(*connection_, subject_);  // of what the stop has given up
    }
    connection_->Flush();
    connection_->Close();
  }
  NatsWorker(const NatsWorker&) = delete;
  NatsWorker& operator=(const NatsWorker&) = delete;

  /// Serves until `stop` says stop, and then until all that was taken is answered.
  void Serve(const std::stop_token& stop) {
    if (!connection_) return;
    Listen();
    std::unique_lock lock(mutex_);
    for (Clock::time_point next_look = Clock::now(); !stop.stop_requested();) {
      changed_.wait_until(lock, next_look, [this] { return !answers_.empty(); });
      answers_.SendAll(*connection_, subject_);
      if (Clock::now() < next_look) continue;
      LookThrough();
      next_look = Clock::now() + kTick;
    }
    draining_ = true;
    lock.unlock();
    connection_->Drain(offers_);
    lock.lock();
    const Clock::time_point until = Clock::now() + options_.drain_timeout;
    while (Clock::now() < until && !LookThrough(kOfferAwaited)) {
      changed_.wait_for(lock, kTick, [this] { return !answers_.empty(); });
      answers_.SendAll(*connection_, subject_);
    }
    answers_.SendAll(*connection_, subject_);
  }

 private:
  void Connect(const std::stop_token& stop) {
    for (bool said = false; !stop.stop_requested();) {
      try {
        connection_.emplace(
            options_.nats, name_, [](std::string_view subject, const std::exception& error) {
              const std::string text = fmt::format("a message to {}: {}", subject, error.what());
              std::fprintf(stderr, "nodehost: %s\n", text.c_str());
            });
        break;
      } catch (const HostError& error) {
        if (!std::exchange(said, true)) std::fprintf(stderr, "nodehost: %s\n", error.what());
      }
      std::this_thread::sleep_for(200ms);
    }
    if (!connection_) return;
    const std::string inbox = connection_->NewInbox();
    subject_ = options_.nats.subject + ".worker." + inbox.substr(inbox.rfind('.') + 1);
    chunk_ = ChunkOf(*connection_);
    accept_ = FrameWriter(Kind::kAccept).Text(subject_).Text(name_).text();
  }

  void Listen() {
    const std::string& subject = options_.nats.subject;
    connection_->Subscribe(subject_, To(&NatsWorker::Control));
    connection_->Subscribe(subject + ".restart", To(&NatsWorker::RestartFor));
    connection_->Subscribe(subject + ".health", To(&NatsWorker::SayHealth));
    offers_ = connection_->Subscribe(subject + ".call", To(&NatsWorker::TakeOffer), "nodehost");
    connection_->Flush();
    std::fprintf(stderr, "nodehost: %s listens to %s\n", name_.c_str(), subject.c_str());
  }

  Connection::Handler To(void (NatsWorker::*handle)(const Message&)) {
    return [this, handle](const Message& message) { (this->*handle)(message); };
  }

  void TakeOffer(const Message& message) {
    if (message.reply.empty()) return;
    FrameReader frame(message.data);
    if (frame.ReadKind() != Kind::kOffer) return;
    const std::string reply(message.reply);
    Served call = ReadCall(frame, reply);
    const std::lock_guard lock(mutex_);
    if (calls_.find(reply) == calls_.end() && Refuses(reply)) return;
    calls_.emplace(reply, std::move(call));
    connection_->Publish(reply, accept_);
  }

  // Whether it takes no more calls, `busy` or for other reasons, and has said so. Called with
  // mutex_ held.
  bool Refuses(const std::string& reply, bool busy = false) {
    if (busy || calls_.size() >= options_.max_calls) {
      connection_->Publish(reply, FrameWriter(Kind::kBusy).text());
    } else if (const int failures = services_->PausesAfter(); failures > 0) {
      connection_->Publish(reply, FrameWriter(Kind::kPausing)
                                      .Number(static_cast<std::uint64_t>(failures))
                                      .Text(name_)
                                      .text());
    } else {
      return false;
    }
    return true;
  }

  // What is behind the kind of an offer, or of a call that is to be made at once.
  Served ReadCall(FrameReader& frame, const std::string& reply) {
    Served call;
    const std::uint64_t restarts = frame.Number();
    call.time_left = std::chrono::milliseconds(static_cast<std::int64_t>(frame.Number()));
    call.module = frame.Text();
    call.export_name = frame.Text();
    call.streams = frame.Text();
    if (!frame.empty()) call.arguments.TakeWhole(frame.Rest());
    NoteRestarts(ClientOf(reply), restarts);
    return call;
  }

  void TakeCall(FrameReader& frame, const std::string& reply) {
    Served call = ReadCall(frame, reply);
    const std::chrono::milliseconds time_left = call.time_left;
    std::shared_ptr<RemoteCall> start;
    {
      const std::lock_guard lock(mutex_);
      if (calls_.find(reply) != calls_.end()) {
        connection_->Publish(reply, accept_);
        return;
      }
      if (clients_.MayBeDropped(ClientOf(reply), IdOf(reply))) {
        connection_->Publish(reply, FrameWriter(Kind::kUnknown).text());
        return;
      }
      if (Refuses(reply, draining_ || !call.arguments.complete())) return;
      Served& taken = calls_.emplace(reply, std::move(call)).first->second;
      taken.told = true;
      start = Begin(taken, reply);
    }
    Start(start, time_left, reply);
  }

  void Control(const Message& message) {
    if (message.reply.empty()) return;
    FrameReader frame(message.data);
    const std::string reply(message.reply);
    const Kind kind = frame.ReadKind();
    if (kind != Kind::kMany) {
      Control(kind, frame, reply);
      return;
    }
    const std::string client = ClientOf(reply);
    ManyFrames::ForEach(frame, [&](std::uint64_t id, std::string_view one) {
      FrameReader reader(one);
      const Kind of_one = reader.ReadKind();
      Control(of_one, reader, fmt::format("{}.{}", client, id));
    });
  }

  void Control(Kind kind, FrameReader& frame, const std::string& reply) {
    if (kind == Kind::kForget) {
      Forget(ClientOf(reply), frame);
      return;
    }
    if (kind == Kind::kCall) {
      TakeCall(frame, reply);
      return;
    }
    std::shared_ptr<RemoteCall> start;
    std::chrono::milliseconds time_left{};
    std::uint64_t cancelled = 0;
    {
      const std::lock_guard lock(mutex_);
      const auto found = calls_.find(reply);
      if (found == calls_.end()) {
        if (kind == Kind::kGo) connection_->Publish(reply, FrameWriter(Kind::kUnknown).text());
        return;
      }
      Served& call = found->second;
      if (kind == Kind::kCancel) {
        cancelled = call.id;
        Erase(found);
      } else {
        Hear(call, reply, kind, frame);
        time_left = call.time_left;
        start = Begin(call, reply);
        if (call.result && call.result->done() && !call.link) Erase(found);
      }
    }
    if (start) Start(start, time_left, reply);
    if (cancelled != 0) services_->Cancel(cancelled);
  }

  // The members from here to the next blank line are called with mutex_ held.
  void Hear(Served& call, const std::string& reply, Kind kind, FrameReader& frame) {
    call.heard = Clock::now();
    call.told = true;
    if (kind == Kind::kGo) return;
    const bool is_value = frame.Byte() == kValue;
    if (kind == Kind::kData && is_value) {
      call.arguments.Take(frame);
      connection_->Publish(reply, call.arguments.Acknowledgement(kValue));
    } else if (kind == Kind::kData && call.link) {
      call.link->Take(frame);
      connection_->Publish(reply, call.link->in.Acknowledgement());
    } else if (kind == Kind::kAck && is_value && call.result) {
      call.result->Acknowledge(frame.Number());
      Pump(call, reply);
    } else if (kind == Kind::kAck && !is_value && call.link) {
      call.link->out.Acknowledge(frame.Number());
      Pump(call, reply);
    }
  }
  // The call, once it was told to go and its arguments are here; null before that, and from then
  // on.
  std::shared_ptr<RemoteCall> Begin(Served& call, const std::string& reply) {
    if (call.started || !call.told || !call.arguments.complete()) return nullptr;
    call.started = true;
    auto started = std::make_shared<RemoteCall>(
        call.module, call.export_name, call.arguments.TakeBytes(), call.streams,
        [this, reply](Bytes bytes, std::uint8_t flags) { Finish(reply, std::move(bytes), flags); },
        [this, reply](Js& js) { return NewPort(js, reply); });
    call.id = started->id();
    return started;
  }
  void Pump(Served& call, const std::string& reply) {
    while (const auto frame = call.result ? call.result->Next(kValue, chunk_) : std::nullopt) {
      connection_->Publish(reply, *frame, subject_);
    }
    while (const auto frame = call.link ? call.link->out.Next(chunk_) : std::nullopt) {
      connection_->Publish(reply, *frame, subject_);
    }
  }
  using Calls = std::unordered_map<std::string, Served>;
  Calls::iterator Erase(Calls::iterator found) {
    if (found->second.link) found->second.link->End("Nobody reads or sends the stream any more.");
    return calls_.erase(found);
  }
  // Sends what seems lost again, and drops what nobody asks for; whether nothing is left but offers
  // that are older than `offer_kept`.
  bool LookThrough(std::chrono::milliseconds offer_kept = kOfferKept) {
    const Clock::time_point now = Clock::now();
    bool nothing = true;
    for (auto at = calls_.begin(); at != calls_.end();) {
      Served& call = at->second;
      const bool running = call.started && !call.result;
      if (!running &&
          now - call.heard > (call.told ? std::chrono::milliseconds(kResultKept) : offer_kept)) {
        if (call.started) clients_.NoteDropped(ClientOf(at->first), IdOf(at->first));
        at = Erase(at);
        continue;
      }
      nothing = false;
      const bool resends = call.link && call.link->out.Resend(now);
      if ((call.result && call.result->Resend(now)) || resends) Pump(call, at->first);
      ++at;
    }
    return nothing;
  }

  void Start(const std::shared_ptr<RemoteCall>& call, std::chrono::milliseconds time_left,
             const std::string& reply) {
    try {
      services_->Send(call, {.timeout = time_left});
    } catch (...) {
      Finish(reply, Bytes::CopyOf(EncodeFailure(std::current_exception())), kFailed);
    }
  }

  void Finish(const std::string& reply, Bytes bytes, std::uint8_t flags) {
    {
      const std::lock_guard lock(mutex_);
      const auto found = calls_.find(reply);
      if (found == calls_.end()) return;  // nobody waits for it
      Served& call = found->second;
      call.heard = Clock::now();
      const bool goes_with_others = bytes.size() <= std::min(kSmallResult, chunk_) && !call.link;
      call.result.emplace(std::move(bytes), flags);
      if (call.link) call.link->CloseUnused();
      if (!goes_with_others) {
        Pump(call, reply);
        return;
      }
      // The thread of Serve sends it: a JS thread has other calls to make meanwhile, whose answers
      // then go along.
      if (!answers_.Add(*connection_, subject_, chunk_, reply,
                        *call.result->Next(kValue, chunk_))) {
        return;
      }
    }
    changed_.notify_all();
  }

  // On the JS thread of the call's instance.
  Object NewPort(Js& js, const std::string& reply) {
    const auto link = std::make_shared<Link>(services::NewBytesPort(
        js,
        [this, reply](std::string_view head, std::string_view rest) {
          const std::lock_guard lock(mutex_);
          const auto found = calls_.find(reply);
          if (found == calls_.end() || !found->second.link) return;
          if (found->second.link->out.Append(head, rest)) Pump(found->second, reply);
        },
        [this, reply] {
          const std::lock_guard lock(mutex_);
          const auto found = calls_.find(reply);
          if (found != calls_.end()) Pump(found->second, reply);
        },
        [] {}));
    const std::lock_guard lock(mutex_);
    const auto found = calls_.find(reply);
    if (found != calls_.end()) found->second.link = link;
    return link->port;
  }

  void Forget(const std::string& client, FrameReader& ids) {
    const std::lock_guard lock(mutex_);
    while (!ids.empty()) {
      const auto found = calls_.find(fmt::format("{}.{}", client, ids.Number()));
      if (found != calls_.end()) Erase(found);
    }
  }

  void RestartFor(const Message& message) {
    FrameReader frame(message.data);
    if (frame.ReadKind() != Kind::kGo) return;
    const std::uint64_t count = frame.Number();
    const std::string_view client = frame.Rest();
    if (client.size() > kLongestClient) throw HostError("the name of who asks is too long");
    NoteRestarts(std::string(client), count);
  }

  // The restart that a client has asked for may come behind its next offer.
  void NoteRestarts(const std::string& client, std::uint64_t count) {
    if (clients_.NoteRestarts(client, count)) services_->Restart();
  }

  void SayHealth(const Message& message) {
    if (message.reply.empty()) return;
    const std::lock_guard lock(mutex_);
    connection_->Publish(
        std::string(message.reply),
        fmt::format(R"({{"worker":"{}","subject":"{}","calls":{},"instances":{}}})", name_,
                    subject_, calls_.size(), options_.instances));
  }

  const NatsWorkerOptions options_;
  const std::string name_;
  std::string subject_;    // this worker's own
  std::size_t chunk_ = 0;  // bytes of data in a message
  std::string accept_;     // the frame that says that it would make a call
  Clients clients_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Calls calls_;            // guarded by mutex_
  bool draining_ = false;  // guarded by mutex_
  Answers answers_;        // guarded by mutex_
  std::shared_ptr<detail::ServicesState> services_;
  std::optional<Connection> connection_;
  natsSubscription* offers_ = nullptr;
};

}  // namespace

void RunNatsWorker(NodejsPlatform& platform, NatsWorkerOptions options,
                   const std::stop_token& stop) {
  NatsWorker(platform, std::move(options), stop).Serve(stop);
}

}  // namespace nodehost
