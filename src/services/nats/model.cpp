// Nats: the side that gives the work. It offers a call to the workers of its subject and tells the
// first that takes it to go, or sends it to a worker that has just answered another; it asks again
// for what may have been lost on the way.
#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "failure.hpp"
#include "frame.hpp"
#include "host/back_off.hpp"
#include "many_frames.hpp"
#include "nodehost/nats.hpp"
#include "outbox.hpp"
#include "services/control_environment.hpp"
#include "services/incoming_calls.hpp"
#include "services/service_scripts.hpp"
#include "subject.hpp"
#include "thread/timeout.hpp"

namespace nodehost {

namespace {

using namespace std::chrono_literals;
using namespace services::nats;

constexpr auto kTick = 50ms;
constexpr auto kPause = 50ms;     // until the next offer, where no worker is there or has room
constexpr auto kGone = 500ms;     // that nobody listens to a worker's subject
constexpr auto kSettle = 3000ms;  // that workers may take to connect again after we have

using Calls = std::unordered_map<std::uint64_t, std::unique_ptr<Call>>;

// The call has failed.
std::unique_ptr<Call> Drop(Calls& calls, Calls::iterator found) {
  std::unique_ptr<Call> call = std::move(found->second);
  if (call->link) call->link->End(fmt::format("The {} has ended.", call->place.worker));
  calls.erase(found);
  return call;
}

// Whether there are streams to go on with when the result has come.
bool IsOpen(const Call& call) {
  return call.received.is_stream() || (call.link && !call.link->idle);
}

std::exception_ptr NotCalled(const Call& call, const std::string& why) {
  return std::make_exception_ptr(
      InstanceEnded(fmt::format("{}; {} was not called.", why, call.invocation->name()), false));
}

// A worker takes no call: it has enough, or no instance for a while. What the call fails with, if
// it does: one that waits is told when the worker's instances end again and again, as is one that
// waits for an instance elsewhere.
std::exception_ptr Refused(Call& call, Kind kind, FrameReader& frame,
                           std::chrono::milliseconds launch_timeout) {
  const Clock::time_point now = Clock::now();
  call.next = now + kPause;
  if (!call.place.worker.empty()) return nullptr;
  const Pause before = std::exchange(call.pause, {});
  if (kind == Kind::kBusy) {
    call.nobody = now;  // one is at work
    return nullptr;
  }
  const std::uint64_t failures = frame.Number();
  call.pause = {.worker = std::string(frame.Text()), .failures = failures};
  constexpr std::uint64_t kMost = host::BackOff::kGivesUpAt;
  const bool again =
      failures >= kMost && before.worker == call.pause.worker && before.failures < failures;
  if (!again && now - call.nobody < launch_timeout) return nullptr;
  const std::string others =
      failures > 1 ? fmt::format(", as {} before it", std::min(failures, kMost) - 1) : "";
  return NotCalled(call, fmt::format("An instance of the {} ended soon after its start{}",
                                     call.pause.worker, others));
}

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
    if (!incoming_.Add(std::move(invocation))) return;  // the job for those before takes it along
    try {
      control_->Post([this](Js& js) { GiveAll(js); });
    } catch (...) {
      for (const auto& refused : incoming_.Take()) refused->Fail(std::current_exception());
    }
  }

  void Cancel(std::uint64_t id) override {
    const std::lock_guard lock(mutex_);
    const auto found = calls_.find(id);
    if (found == calls_.end()) return;
    const Call& call = *found->second;
    if (!call.place.worker.empty()) {
      out_.SendCalls();  // this one may be among them: the worker has to know what is cancelled
      out_.Send(call.place.worker, id, Kind::kCancel);
    }
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
  /// A call whose result has come.
  struct Finished {
    std::shared_ptr<Invocation> invocation;
    std::shared_ptr<std::string> bytes;
    bool is_stream = false;
  };

  // The members from here to the next blank line are called on the JS thread.
  void GiveAll(Js& js) {
    const auto give = [&](const std::shared_ptr<Invocation>& invocation) {
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
    };
    for (const auto& invocation : incoming_.Take()) {
      if (invocation->settled()) continue;
      try {
        give(invocation);
      } catch (...) {
        invocation->Fail(std::current_exception());
      }
    }
    const std::lock_guard lock(mutex_);
    out_.SendCalls();
  }

  // The members from here to the next blank line are called with mutex_ held.
  void Give(Call& call) {
    std::optional<Place> place;
    if (out_.FitsMessage(call) && call.streams.empty()) place = free_.Take(Clock::now());
    if (place && call.invocation->Begin(place->name)) {
      call.place = *std::move(place);
      out_.AddCall(call);
    } else {
      out_.Offer(call);
    }
  }
  // A worker that was sent the call will not make it.
  void OfferInstead(Call& call) {
    free_.Drop(call.place.worker);
    call.place = {};
    call.sendings = 0;
    call.refused = 0;
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
    call.next = now + kPause;
    if (call.place.worker.empty()) {
      if (now - call.nobody < launch_timeout_) return nullptr;
      return NotCalled(
          call, fmt::format("No worker listens to the subject {} of NATS", options_.subject));
    }
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
  std::exception_ptr ReceiveFor(Call& call, std::string_view data) {
    FrameReader frame(data);
    const Kind kind = frame.ReadKind();
    if (kind == Kind::kBusy || kind == Kind::kPausing) {
      if (call.sendings == 0) return Refused(call, kind, frame, launch_timeout_);
      OfferInstead(call);
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
    if (message.no_responders) {
      NobodyListens(out_.CallOf(message));
      return;
    }
    std::vector<Finished> finished;
    const auto receive = [&](std::uint64_t id, std::string_view frame) {
      Receive(id, frame, finished);
    };
    try {
      FrameReader frame(message.data);
      if (!frame.empty() && frame.ReadKind() == Kind::kMany) {
        ManyFrames::ForEach(frame, receive);
      } else {
        receive(out_.CallOf(message), message.data);
      }
    } catch (...) {
      Complete(std::move(finished));
      throw;
    }
    Complete(std::move(finished));
  }

  void Receive(std::uint64_t id, std::string_view frame, std::vector<Finished>& finished) {
    std::unique_ptr<Call> over;
    std::shared_ptr<Invocation> invocation;
    std::exception_ptr error;
    std::string result;
    Incoming received;
    {
      const std::lock_guard lock(mutex_);
      const auto found = calls_.find(id);
      if (found == calls_.end()) {
        Refuse(id, frame);
        return;
      }
      Call& call = *found->second;
      try {
        error = ReceiveFor(call, frame);
      } catch (...) {
        error = std::current_exception();
      }
      if (!error && (!call.received.complete() || call.answered)) return;
      invocation = call.invocation;
      result = call.received.TakeBytes();
      received = call.received;
      if (error) {
        over = Drop(calls_, found);
      } else if (IsOpen(call)) {
        call.answered = true;
        if (call.link) call.link->idle = call.link->idle && !call.received.is_stream();
      } else {
        out_.Forget(call.place.worker, id);
        free_.Add(call.place);
        over = std::move(found->second);
        calls_.erase(found);
      }
    }
    if (error) {
      invocation->Fail(error);
    } else if (received.failed()) {
      invocation->Fail(DecodeFailure(result));
    } else {
      finished.push_back({std::move(invocation), std::make_shared<std::string>(std::move(result)),
                          received.is_stream()});
    }
  }

  // To a message about the call, or the batch of calls, `id`.
  void NobodyListens(std::uint64_t id) {
    std::vector<std::pair<std::unique_ptr<Call>, std::exception_ptr>> failed;
    const auto take = [&](Calls::iterator found) {
      Call& call = *found->second;
      if (call.sendings > 0 && ++call.refused == call.sendings) {
        OfferInstead(call);  // none has reached the worker
      } else if (const std::exception_ptr error = NobodyListens(call)) {
        failed.emplace_back(Drop(calls_, found), error);
      }
    };
    {
      const std::lock_guard lock(mutex_);
      if (!Outbox::IsBatch(id)) {
        const auto found = calls_.find(id);
        if (found != calls_.end()) take(found);
      } else {
        for (auto at = calls_.begin(); at != calls_.end();) {
          const auto found = at++;
          if (found->second->sendings > 0 && found->second->batch == id) take(found);
        }
      }
    }
    for (const auto& [call, error] : failed) call->invocation->Fail(error);
  }

  // An offer that is taken, or a result, of a call that nobody waits for.
  void Refuse(std::uint64_t id, std::string_view data) {
    if (data.empty()) return;
    FrameReader frame(data);
    if (frame.ReadKind() == Kind::kAccept) out_.Send(std::string(frame.Text()), id, Kind::kCancel);
  }

  void Complete(std::vector<Finished> finished) {
    if (finished.empty()) return;
    const auto shared = std::make_shared<std::vector<Finished>>(std::move(finished));
    try {
      control_->Post([this, shared](Js& js) {
        for (const auto& [invocation, bytes, is_stream] : *shared) {
          try {
            invocation->Complete(
                is_stream ? OpenStream(js, invocation->id())
                          : services::Decode(js, Bytes(bytes, bytes->data(), bytes->size())));
          } catch (...) {
            invocation->Fail(std::current_exception());
          }
        }
      });
    } catch (...) {
      for (const Finished& one : *shared) one.invocation->Fail(std::current_exception());
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
        [this, id](std::string_view head, std::string_view rest) {
          const std::lock_guard lock(mutex_);
          const auto found = calls_.find(id);
          if (found == calls_.end() || !found->second->link) return;
          if (found->second->link->out.Append(head, rest)) out_.Pump(*found->second);
        },
        [this, id] {
          const std::lock_guard lock(mutex_);
          const auto found = calls_.find(id);
          if (found != calls_.end()) out_.Pump(*found->second);
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
        out_.AddCall(*call);
        continue;
      }
      out_.Go(*call);
      const bool resends = call->link && call->link->out.Resend(now);
      if (call->sent.Resend(now) || resends) out_.Pump(*call);
    }
    out_.SendCalls();
  }

  const NatsOptions options_;
  std::chrono::milliseconds launch_timeout_{};
  std::optional<Environment> control_;
  std::thread ticker_;

  services::IncomingCalls incoming_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  Calls calls_;
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
