// ChildCalls: the calls of a service whose functions run in worker processes: which process has
// which, and what becomes of them. An ordinary call runs no JavaScript here. What does is rare:
// js/first_use/service_children.js starts the processes, replaces them, and has the streams.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "child_workers.hpp"
#include "frame_pipe.hpp"
#include "incoming_calls.hpp"
#include "nodehost/hosting_model.hpp"
#include "nodehost/object.hpp"
#include "result_streams.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::services {

class LoopTurn;

/// Made on the JS thread of the environment that it is for, which it outlives.
class ChildCalls : public std::enable_shared_from_this<ChildCalls> {
 public:
  static std::shared_ptr<ChildCalls> New(Js& js);
  ChildCalls(const ChildCalls&) = delete;
  ChildCalls& operator=(const ChildCalls&) = delete;

  /// What service_children.js gets as `calls`.
  Object Functions(Js& js);
  /// What it has returned.
  void set_children(Value children) { children_ = std::move(children); }
  const Value& children() const noexcept { return children_; }

  /// Any thread. The invocation fails if the environment ends before it is answered.
  void Invoke(std::shared_ptr<Invocation> invocation);

  /// Nobody waits for the call any more.
  void Cancel(std::uint64_t id);

 private:
  using Worker = ChildWorkers::Worker;
  struct Call {
    std::shared_ptr<Invocation> invocation;
    Worker* worker = nullptr;  // null: it waits for one
    bool begun = false;
    bool retried = false;
    bool has_arguments = false;  // JavaScript has got them, once
    bool has_streams = false;    // among these
  };
  using Calls = std::unordered_map<std::uint64_t, Call>;
  class TakeIncoming;

  explicit ChildCalls(Js& js)
      : thread_(js.thread().shared_from_this()),
        streams_(thread_, workers_, [this](Worker& worker) { AfterAnswer(worker); }) {}

  /// Calls a function of `children`'s.
  template <class... A>
  void Tell(const char* function, const A&... arguments) noexcept;

  void GiveAll(Js& js);
  void Give(Js& js, Calls::iterator call);
  void GiveWaiting(Js& js);
  void Write(Js& js, std::uint64_t id, Call& call, Worker& worker);

  FramePipe::Events EventsOf(int number);
  void Receive(int number, const std::vector<Body>& bodies);
  void Receive(Worker& worker, Body body, LoopTurn& turn);
  Calls::iterator Find(const Worker& worker, std::uint64_t id);
  /// Takes it from its worker. It is answered, or fails.
  Call Take(Calls::iterator call);
  void Answer(Worker& worker, Calls::iterator call, const Value& result);
  void OpenStream(Worker& worker, std::uint64_t id);
  void Fail(Calls::iterator call, const std::exception_ptr& error);
  void AfterAnswer(Worker& worker);
  void Lose(Js& js, int number, const std::string& reason, bool stopping);
  void DestroyStreams(std::uint64_t id, const Call& call);

  const std::shared_ptr<detail::JsThread> thread_;
  Value children_;
  ChildWorkers workers_;
  ResultStreams streams_;
  Calls calls_;
  std::deque<std::uint64_t> waiting_;  // some are gone

  IncomingCalls incoming_;
};

}  // namespace nodehost::services
