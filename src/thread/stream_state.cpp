#include "nodehost/detail/stream_state.hpp"

#include <fmt/format.h>

#include <chrono>

#include "js_thread.hpp"
#include "nodehost/errors.hpp"
#include "task_thread.hpp"

namespace nodehost::detail {

namespace {

std::exception_ptr StreamError(const char* code, const char* message) {
  return std::make_exception_ptr(
      JsError(JsErrorData{.name = "Error", .message = message, .code = code}));
}

// A producer that blocks its thread, before it comes to deliver, holds its chunks back for so long.
constexpr std::chrono::milliseconds kLatestDelivery{2};
// A consumer in JavaScript that was woken a moment ago is woken again at once only when half of the
// room is used: who sends one chunk after the other does not wake it for each. Who waits for an
// answer to each chunk gets it later by as much, at most.
constexpr std::chrono::microseconds kWakesApart{100};

void Fulfil(std::vector<StreamWaiter>& waiters, const std::exception_ptr& failure) {
  for (const StreamWaiter& waiter : waiters) {
    if (failure) {
      waiter->Fail(failure);
    } else {
      waiter->Fulfil(std::monostate());
    }
  }
}

void Append(std::vector<StreamWaiter>& to, std::vector<StreamWaiter>& from) {
  to.insert(to.end(), from.begin(), from.end());
  from.clear();
}

}  // namespace

void ThrowEmptyStream() {
  throw HostError("An empty stream was used. Get one from JavaScript or from NewPipe.");
}

const StreamWaiter& DoneWait() {
  static const auto* const done = [] {
    auto* const made = new StreamWaiter(MakePooled<TaskState<void>>());
    (*made)->set_origin(nullptr);  // no environment's, as it outlives all
    (*made)->Fulfil(std::monostate());
    return made;
  }();
  return *done;
}

void StreamSide::ThrowGiven(const char* what) {
  throw HostError(fmt::format(
      "This {} was handed to JavaScript, whose it is now. Use NewPipe to have one end here and one "
      "there.",
      what));
}

// ---- The queue ----

void StreamQueue::Aftermath::Do() {
  for (const auto& read : ready) read->Publish();
  Fulfil(settled, failure);
  for (const Wake* wake : {&wake_producer, &wake_consumer}) {
    if (*wake && **wake) (**wake)();
  }
}

bool StreamQueue::HandOver(Delivery delivery, Aftermath& after) {
  if (count_ == 0 || (!consumer_waits_ && reads_.empty())) return true;
  if (size_ < mark_ / 2) {
    const Clock::time_point now = Clock::now();
    const Clock::time_point until = delivery == Delivery::kDeferred    ? now + kLatestDelivery
                                    : consumer_waits_ && MayWakeLate() ? last_wake_ + kWakesApart
                                                                       : now;
    if (until > now) {
      DeliverAt(until);
      return false;
    }
  }
  SettleReads(after);
  if (count_ > 0 && std::exchange(consumer_waits_, false)) {
    last_wake_ = Clock::now();
    after.wake_consumer = to_;
  }
  return true;
}

// Not on the thread that runs the consumer's JavaScript: where it waits for a Task it gives up when
// nothing is left to do, so the job that wakes the consumer has to be queued before. Nor on the
// task thread, which wakes it once the coroutine that writes has suspended.
bool StreamQueue::MayWakeLate() const noexcept {
  return !TaskThread::IsCurrent() && !(origin_ && origin_->IsOwnedHere());
}

void StreamQueue::DeliverAt(Clock::time_point when) {
  if (late_delivery_ <= when) return;
  late_delivery_ = when;
  CallAt(when, [weak = weak_from_this(), when] {
    if (const auto queue = weak.lock()) queue->DeliverLate(when);
  });
}

void StreamQueue::DeliverLate(Clock::time_point when) {
  Aftermath after;
  {
    const std::lock_guard lock(mutex_);
    if (late_delivery_ != when) return;  // there was an earlier one
    late_delivery_ = kNever;
    HandOver(Delivery::kNow, after);
  }
  after.Do();
}

void StreamQueue::SettleReads(Aftermath& after) {
  while (!reads_.empty() && (count_ > 0 || phase_ != kOpen)) {
    const std::shared_ptr<TaskStateBase> read = std::move(reads_.front());
    reads_.pop_front();
    if (!read->Claim()) continue;
    if (count_ == 0 && phase_ != kEnded && phase_ != kFinished) {
      read->StoreError(ErrorOrEnd());
    } else {
      const bool is_end = count_ == 0;
      try {
        StoreNext(*read, after);
      } catch (...) {
        read->StoreError(std::current_exception());
      }
      if (is_end && !consumer_.finish_deferred()) MarkFinished(after);
    }
    after.ready.push_back(read);
  }
}

std::exception_ptr StreamQueue::ErrorOrEnd() const {
  if (error_) return error_;
  return StreamError("ERR_STREAM_WRITE_AFTER_END", "write after end");
}

void StreamQueue::ReleaseRoom(Aftermath& after) {
  // Only below half of the mark: a consumer that takes chunk by chunk does not wake the producer
  // for each.
  if (size_ > mark_ / 2 && reads_.size() <= count_) return;
  Append(after.settled, writes_);
  if (std::exchange(producer_waits_, false) && from_) after.wake_producer = from_;
}

void StreamQueue::AddWrite(const StreamWaiter& write) {
  write->set_origin(origin_);
  writes_.push_back(write);
}

void StreamQueue::MarkFinished(Aftermath& after) {
  if (phase_ != kEnded) return;
  phase_ = kFinished;
  Append(after.settled, finishes_);
  after.wake_producer = std::exchange(from_, nullptr);
  after.dropped = std::exchange(to_, nullptr);
}

void StreamQueue::Close(Phase phase, std::exception_ptr reason, Aftermath& after) {
  phase_ = phase;
  silently_ = !reason;
  error_ =
      reason ? std::move(reason) : StreamError("ERR_STREAM_PREMATURE_CLOSE", "Premature close");
  SettleReads(after);
  // What the reads have made room for is of no use any more.
  Append(after.settled, writes_);
  Append(after.settled, finishes_);
  after.failure = error_;
}

std::exception_ptr StreamQueue::error() {
  const std::lock_guard lock(mutex_);
  return error_;
}

bool StreamQueue::closed_silently() {
  const std::lock_guard lock(mutex_);
  return silently_;
}

// ---- The end that writes ----

std::exception_ptr StreamProducer::ClosedError() {
  const std::lock_guard lock(queue_.mutex_);
  return queue_.ErrorOrEnd();
}

void StreamProducer::End(const StreamWaiter& waiter) {
  StreamQueue::Aftermath after;
  std::exception_ptr error;
  bool finished = false;
  {
    const std::lock_guard lock(queue_.mutex_);
    const auto phase = queue_.phase_;
    if (phase == StreamQueue::kFailed || phase == StreamQueue::kCancelled) error = queue_.error_;
    finished = phase == StreamQueue::kFinished;
    if (phase == StreamQueue::kOpen) {
      queue_.phase_ = StreamQueue::kEnded;
      // Those who wait for room do not any more.
      after.settled.swap(queue_.writes_);
      after.wake_consumer = std::exchange(queue_.to_, nullptr);
    }
    if (queue_.phase_ == StreamQueue::kEnded && waiter) {
      waiter->set_origin(queue_.origin_);
      queue_.finishes_.push_back(waiter);
    }
    queue_.SettleReads(after);
  }
  after.Do();
  if (!waiter) return;
  if (error) waiter->Fail(error);
  if (finished) waiter->Fulfil(std::monostate());
}

void StreamProducer::Fail(std::exception_ptr error) {
  StreamQueue::Aftermath after;
  {
    const std::lock_guard lock(queue_.mutex_);
    if (queue_.phase_ != StreamQueue::kOpen && queue_.phase_ != StreamQueue::kEnded) return;
    queue_.Close(StreamQueue::kFailed, std::move(error), after);
    after.wake_consumer = std::exchange(queue_.to_, nullptr);
    after.dropped = std::exchange(queue_.from_, nullptr);
  }
  after.Do();
}

void StreamProducer::Abandon() {
  {
    const std::lock_guard lock(queue_.mutex_);
    if (queue_.phase_ != StreamQueue::kOpen) return;
  }
  Fail(nullptr);
}

StreamRoom StreamProducer::FindRoom() {
  const std::lock_guard lock(queue_.mutex_);
  switch (queue_.phase_) {
    case StreamQueue::kFinished:
      return StreamRoom::kFinished;
    case StreamQueue::kFailed:
    case StreamQueue::kCancelled:
      return StreamRoom::kClosed;
    case StreamQueue::kOpen:
    case StreamQueue::kEnded:
      break;
  }
  if (queue_.HasRoom() && queue_.phase_ == StreamQueue::kOpen) return StreamRoom::kSome;
  queue_.producer_waits_ = true;
  return StreamRoom::kNone;
}

void StreamProducer::Deliver() {
  StreamQueue::Aftermath after;
  {
    const std::lock_guard lock(queue_.mutex_);
    queue_.HandOver(StreamQueue::Delivery::kNow, after);
  }
  after.Do();
}

void StreamProducer::set_origin(std::shared_ptr<JsThread> origin) {
  const std::lock_guard lock(queue_.mutex_);
  if (!queue_.origin_) queue_.origin_ = std::move(origin);
}

void StreamProducer::Listen(StreamListener listener) {
  auto made = std::make_shared<const StreamListener>(std::move(listener));
  {
    const std::lock_guard lock(queue_.mutex_);
    if (queue_.phase_ == StreamQueue::kOpen || queue_.phase_ == StreamQueue::kEnded) {
      queue_.from_ = std::move(made);
      return;
    }
  }
  // The consumer has gone before there was anyone to tell.
  (*made)();
}

// ---- The end that reads ----

void StreamConsumer::Cancel(std::exception_ptr reason) {
  StreamQueue::Aftermath after;
  {
    const std::lock_guard lock(queue_.mutex_);
    const auto phase = queue_.phase_;
    if (phase == StreamQueue::kFinished || phase == StreamQueue::kCancelled) return;
    after.chunks = queue_.TakeQueue();
    queue_.size_ = 0;
    queue_.count_ = 0;
    if (phase == StreamQueue::kFailed) {
      queue_.phase_ = StreamQueue::kCancelled;
      return;
    }
    queue_.Close(StreamQueue::kCancelled, std::move(reason), after);
    after.wake_producer = std::exchange(queue_.from_, nullptr);
    after.dropped = std::exchange(queue_.to_, nullptr);
  }
  after.Do();
}

void StreamConsumer::Finish() {
  StreamQueue::Aftermath after;
  {
    const std::lock_guard lock(queue_.mutex_);
    queue_.MarkFinished(after);
  }
  after.Do();
}

StreamFound StreamConsumer::Find() {
  StreamQueue::Aftermath after;
  {
    const std::lock_guard lock(queue_.mutex_);
    if (queue_.count_ > 0) return StreamFound::kChunk;
    const auto phase = queue_.phase_;
    if (phase == StreamQueue::kEnded || phase == StreamQueue::kFinished) return StreamFound::kEnd;
    if (phase != StreamQueue::kOpen) return StreamFound::kFailure;
    queue_.consumer_waits_ = true;
    queue_.ReleaseRoom(after);
  }
  after.Do();
  return StreamFound::kNothing;
}

void StreamConsumer::set_origin(std::shared_ptr<JsThread> origin) {
  const std::lock_guard lock(queue_.mutex_);
  queue_.origin_ = std::move(origin);
}

void StreamConsumer::Listen(StreamListener listener) {
  auto made = std::make_shared<const StreamListener>(std::move(listener));
  const std::lock_guard lock(queue_.mutex_);
  if (queue_.phase_ == StreamQueue::kOpen) queue_.to_ = std::move(made);
  queue_.consumer_waits_ = true;  // for the first chunk
}

}  // namespace nodehost::detail
