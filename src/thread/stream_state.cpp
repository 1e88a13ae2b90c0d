#include "nodehost/detail/stream_state.hpp"

#include <fmt/format.h>

#include "js_thread.hpp"
#include "nodehost/errors.hpp"

namespace nodehost::detail {

namespace {

std::exception_ptr StreamError(const char* code, const char* message) {
  return std::make_exception_ptr(
      JsError(JsErrorData{.name = "Error", .message = message, .code = code}));
}

}  // namespace

void StreamStateBase::Call(const Wake& wake) {
  if (wake && *wake) (*wake)();
}

void StreamStateBase::ThrowGiven(const char* what) {
  throw HostError(fmt::format(
      "This {} was handed to JavaScript, whose it is now. Use NewPipe to have one end here and one "
      "there.",
      what));
}

void StreamStateBase::Aftermath::Do() {
  for (const Waiter& waiter : settled) {
    if (failure) {
      waiter->Fail(failure);
    } else {
      waiter->Fulfil(std::monostate());
    }
  }
  Call(wake);
}

void ThrowEmptyStream() {
  throw HostError("An empty stream was used. Get one from JavaScript or from NewPipe.");
}

std::exception_ptr StreamStateBase::ClosedError() {
  const std::lock_guard lock(mutex_);
  return ErrorOrEnd();
}

std::exception_ptr StreamStateBase::ErrorOrEnd() const {
  if (error_) return error_;
  return StreamError("ERR_STREAM_WRITE_AFTER_END", "write after end");
}

void StreamStateBase::ReleaseRoom(Aftermath& after) {
  // Only below half of the mark: a consumer that takes chunk by chunk does not wake the producer
  // for each.
  if (size_ > mark_ / 2 && reads_.empty()) return;
  after.settled.insert(after.settled.end(), writes_.begin(), writes_.end());
  writes_.clear();
  if (std::exchange(producer_waits_, false)) after.wake = from_;
}

void StreamStateBase::AddRead(const std::shared_ptr<TaskStateBase>& read) {
  reads_.push_back(read);
}

void StreamStateBase::AddWrite(const Waiter& write) {
  write->set_origin(origin_);
  writes_.push_back(write);
}

void StreamStateBase::MarkFinished(Aftermath& after) {
  if (phase_ != kEnded) return;
  phase_ = kFinished;
  after.settled.insert(after.settled.end(), finishes_.begin(), finishes_.end());
  finishes_.clear();
  after.wake = std::exchange(from_, nullptr);
  after.dropped = std::exchange(to_, nullptr);
}

void StreamStateBase::End(const Waiter& waiter) {
  Aftermath after;
  Reads reads;
  Wake wake;
  std::exception_ptr error;
  bool finished = false;
  {
    const std::lock_guard lock(mutex_);
    if (phase_ == kFailed || phase_ == kCancelled) error = error_;
    finished = phase_ == kFinished;
    if (phase_ == kOpen) {
      phase_ = kEnded;
      reads.swap(reads_);
      // Those who wait for room do not any more.
      after.settled.swap(writes_);
      wake = std::exchange(to_, nullptr);
    }
    if (phase_ == kEnded && waiter) {
      waiter->set_origin(origin_);
      finishes_.push_back(waiter);
    }
    if (!reads.empty() && !finish_deferred_) MarkFinished(after);
  }
  for (const auto& read : reads) FulfilEnd(*read);
  after.Do();
  Call(wake);
  if (!waiter) return;
  if (error) waiter->Fail(error);
  if (finished) waiter->Fulfil(std::monostate());
}

void StreamStateBase::Fail(std::exception_ptr error) {
  Aftermath after;
  Reads reads;
  {
    const std::lock_guard lock(mutex_);
    if (phase_ != kOpen && phase_ != kEnded) return;
    phase_ = kFailed;
    silently_ = !error;
    error_ =
        error ? std::move(error) : StreamError("ERR_STREAM_PREMATURE_CLOSE", "Premature close");
    after.failure = error_;
    after.settled.swap(writes_);
    after.settled.insert(after.settled.end(), finishes_.begin(), finishes_.end());
    finishes_.clear();
    reads.swap(reads_);
    after.wake = std::exchange(to_, nullptr);
    after.dropped = std::exchange(from_, nullptr);
  }
  for (const auto& read : reads) read->Fail(after.failure);
  after.Do();
}

void StreamStateBase::Abandon() {
  {
    const std::lock_guard lock(mutex_);
    if (phase_ != kOpen) return;
  }
  Fail(nullptr);
}

void StreamStateBase::Cancel(std::exception_ptr reason) {
  Aftermath after;
  Reads reads;
  {
    const std::lock_guard lock(mutex_);
    if (phase_ == kFinished || phase_ == kCancelled) return;
    const bool failed = phase_ == kFailed;
    phase_ = kCancelled;
    after.chunks = TakeQueue();
    size_ = 0;
    count_ = 0;
    if (failed) return;
    silently_ = !reason;
    error_ =
        reason ? std::move(reason) : StreamError("ERR_STREAM_PREMATURE_CLOSE", "Premature close");
    after.failure = error_;
    after.settled.swap(writes_);
    after.settled.insert(after.settled.end(), finishes_.begin(), finishes_.end());
    finishes_.clear();
    reads.swap(reads_);
    after.wake = std::exchange(from_, nullptr);
    after.dropped = std::exchange(to_, nullptr);
  }
  for (const auto& read : reads) read->Fail(after.failure);
  after.Do();
}

void StreamStateBase::Finish() {
  Aftermath after;
  {
    const std::lock_guard lock(mutex_);
    MarkFinished(after);
  }
  after.Do();
}

StreamStateBase::Room StreamStateBase::FindRoom() {
  const std::lock_guard lock(mutex_);
  switch (phase_) {
    case kFinished:
      return Room::kFinished;
    case kFailed:
    case kCancelled:
      return Room::kClosed;
    case kOpen:
    case kEnded:
      break;
  }
  if (HasRoom() && phase_ == kOpen) return Room::kSome;
  producer_waits_ = true;
  return Room::kNone;
}

StreamStateBase::Found StreamStateBase::Find() {
  Aftermath after;
  {
    const std::lock_guard lock(mutex_);
    if (count_ > 0) return Found::kChunk;
    if (phase_ == kEnded || phase_ == kFinished) return Found::kEnd;
    if (phase_ != kOpen) return Found::kFailure;
    consumer_waits_ = true;
    ReleaseRoom(after);
  }
  after.Do();
  return Found::kNothing;
}

std::exception_ptr StreamStateBase::error() {
  const std::lock_guard lock(mutex_);
  return error_;
}

bool StreamStateBase::closed_silently() {
  const std::lock_guard lock(mutex_);
  return silently_;
}

void StreamStateBase::ListenAsConsumer(Listener listener) {
  auto made = std::make_shared<const Listener>(std::move(listener));
  const std::lock_guard lock(mutex_);
  if (phase_ == kOpen) to_ = std::move(made);
  consumer_waits_ = true;  // for the first chunk
}

void StreamStateBase::ListenAsProducer(Listener listener) {
  auto made = std::make_shared<const Listener>(std::move(listener));
  const std::lock_guard lock(mutex_);
  if (phase_ == kOpen || phase_ == kEnded) from_ = std::move(made);
}

void StreamStateBase::set_origin(std::shared_ptr<JsThread> origin) {
  const std::lock_guard lock(mutex_);
  origin_ = std::move(origin);
}

}  // namespace nodehost::detail
