#include "result_streams.hpp"

#include <utility>

#include "engine/entry.hpp"
#include "engine/realm.hpp"
#include "loop_turn.hpp"

namespace nodehost::services {

void ResultStreams::AddFunctions(const Object& functions) {
  functions.Set("readStream", [this](int number, double id) {
    if (const auto stream = Find(number, IdOf(id))) stream->Look();
  });
  functions.Set("leaveStream", [this](int number, double id) {
    if (const auto stream = Find(number, IdOf(id))) stream->Leave();
  });
  functions.Set("breakStream", [this](int number, double id, const Value& error) {
    const detail::Entry entry(error.ref());
    if (const auto stream = Take(number, IdOf(id))) stream->Fail(entry.realm(), entry.value());
  });
  functions.Set("breakStreams", [this](int number, const Value& error) {
    const detail::Entry entry(error.ref());
    Worker* const worker = workers_.Find(number);
    if (!worker) return;
    for (const auto& [id, stream] : std::exchange(worker->streams, {})) {
      stream->Fail(entry.realm(), entry.value());
    }
  });
}

std::shared_ptr<ResultStream> ResultStreams::Open(Worker& worker, std::uint64_t id) {
  const int number = worker.number;
  auto stream = std::make_shared<ResultStream>(
      thread_,
      ResultStream::Wire{
          .grant = [this, number, id](std::uint64_t more) { Send(number, Frame::kMore, id, more); },
          .leave =
              [this, number, id] {
                Send(number, Frame::kGone, id);
                Take(number, id);
              },
      });
  worker.streams[id] = stream;
  return stream;
}

void ResultStreams::Refuse(const Worker& worker, std::uint64_t id) {
  Send(worker.number, Frame::kGone, id);
}

void ResultStreams::Receive(Worker& worker, Frame kind, BodyReader& reader, LoopTurn& turn) {
  const auto found = worker.streams.find(reader.Number64());
  if (found == worker.streams.end()) return;
  const std::shared_ptr<ResultStream> stream = found->second;
  if (!stream->is_fed()) turn.set_has_called();
  if (kind == Frame::kOver) {
    Take(worker.number, found->first);
    stream->End();
    return;
  }
  if (fed_.empty() || fed_.back() != stream) fed_.push_back(stream);
  detail::Realm& realm = detail::Realm::Of(*thread_);
  if (kind == Frame::kData) {
    stream->TakeBytes(realm, reader.Text(reader.size()));
  } else {
    stream->TakeClone(realm, reader.Rest());
  }
}

void ResultStreams::Deliver() {
  for (const auto& stream : std::exchange(fed_, {})) stream->Deliver();
}

void ResultStreams::Send(int number, Frame kind, std::uint64_t id, std::uint64_t more) {
  Worker* const worker = workers_.Find(number);
  if (!worker) return;
  FramePipe::Writer frame(*worker->pipe, kind);
  frame.Number(id);
  if (kind == Frame::kMore) frame.Number(more);
  frame.Send();
}

std::shared_ptr<ResultStream> ResultStreams::Find(int number, std::uint64_t id) {
  Worker* const worker = workers_.Find(number);
  if (!worker) return nullptr;
  const auto found = worker->streams.find(id);
  return found == worker->streams.end() ? nullptr : found->second;
}

std::shared_ptr<ResultStream> ResultStreams::Take(int number, std::uint64_t id) {
  std::shared_ptr<ResultStream> stream = Find(number, id);
  if (!stream) return nullptr;
  Worker& worker = *workers_.Find(number);
  worker.streams.erase(id);
  on_over_(worker);
  return stream;
}

}  // namespace nodehost::services
