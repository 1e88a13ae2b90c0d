// ResultStreams: the results of worker processes' functions that are streams: what their frames and
// service_children.js say of them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "child_workers.hpp"
#include "frame_pipe.hpp"
#include "nodehost/object.hpp"
#include "result_stream.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::services {

class LoopTurn;

/// On the JS thread. The streams themselves are the workers' (ChildWorkers::Worker::streams).
class ResultStreams {
 public:
  using Worker = ChildWorkers::Worker;

  /// `on_over` is called when one of the worker's is over.
  ResultStreams(std::shared_ptr<detail::JsThread> thread, ChildWorkers& workers,
                std::function<void(Worker&)> on_over)
      : thread_(std::move(thread)), workers_(workers), on_over_(std::move(on_over)) {}
  ResultStreams(const ResultStreams&) = delete;
  ResultStreams& operator=(const ResultStreams&) = delete;

  /// What service_children.js gets.
  void AddFunctions(const Object& functions);

  /// The result of the call `id` is one.
  std::shared_ptr<ResultStream> Open(Worker& worker, std::uint64_t id);
  /// Nobody waits for the call, and so nobody reads.
  void Refuse(const Worker& worker, std::uint64_t id);

  /// A chunk, or the end. JavaScript that reads the stream may be called.
  void Receive(Worker& worker, Frame kind, BodyReader& reader, LoopTurn& turn);
  /// Who reads is told of the chunks that have come.
  void Deliver();
  /// Nobody is told any more.
  void Discard() noexcept { fed_.clear(); }

 private:
  void Send(int number, Frame kind, std::uint64_t id, std::uint64_t more = 0);
  /// Null if it is over.
  std::shared_ptr<ResultStream> Find(int number, std::uint64_t id);
  /// It is over.
  std::shared_ptr<ResultStream> Take(int number, std::uint64_t id);

  const std::shared_ptr<detail::JsThread> thread_;
  ChildWorkers& workers_;
  const std::function<void(Worker&)> on_over_;
  std::vector<std::shared_ptr<ResultStream>> fed_;  // with chunks that nobody was told of
};

/// A process that is not trusted may send any number. No call has the number 0.
inline std::uint64_t IdOf(double number) noexcept {
  return number >= 1 && number < 0x1p53 ? static_cast<std::uint64_t>(number) : 0;
}

}  // namespace nodehost::services
