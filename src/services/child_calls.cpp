#include "child_calls.hpp"

#include <fmt/format.h>
#include <node.h>

#include <algorithm>
#include <utility>

#include "engine/catch.hpp"
#include "engine/clone_bytes.hpp"
#include "engine/entry.hpp"
#include "engine/js_errors.hpp"
#include "engine/js_streams.hpp"
#include "engine/realm.hpp"
#include "loop_turn.hpp"
#include "nodehost/function.hpp"
#include "service_scripts.hpp"

namespace nodehost::services {

// Takes what other threads have asked for: one job for all of it.
class ChildCalls::TakeIncoming final : public detail::Job {
 public:
  explicit TakeIncoming(std::shared_ptr<ChildCalls> calls) : calls_(std::move(calls)) {}

  void Run(Js& js) noexcept override { calls_->GiveAll(js); }

  void Cancel(const std::exception_ptr& reason) noexcept override {
    for (const auto& invocation : calls_->incoming_.Take()) invocation->Fail(reason);
  }

 private:
  const std::shared_ptr<ChildCalls> calls_;
};

std::shared_ptr<ChildCalls> ChildCalls::New(Js& js) {
  std::shared_ptr<ChildCalls> made(new ChildCalls(js));
  node::AddEnvironmentCleanupHook(
      detail::Realm::Of(js.thread()).isolate(),
      [](void* data) {
        auto* const self = static_cast<ChildCalls*>(data);
        const std::exception_ptr reason = self->thread_->StoppedError();
        for (const auto& [id, call] : std::exchange(self->calls_, {})) {
          call.invocation->Fail(reason);
        }
        self->workers_.EndStreams(reason);
      },
      made.get());
  return made;
}

Object ChildCalls::Functions(Js& js) {
  Object functions = Object::New(js);
  workers_.AddFunctions(functions);
  functions.Set("open", [this](Js& inner, int number) {
    return workers_.Open(inner, number, EventsOf(number));
  });
  functions.Set("ready", [this](Js& inner, int number) {
    workers_.Find(number)->ready = true;
    GiveWaiting(inner);
  });
  functions.Set("fail", [this](Js& inner, int number, double id, const Value& error) {
    Worker& worker = *workers_.Find(number);
    const auto call = Find(worker, IdOf(id));
    if (call == calls_.end()) return;
    const detail::Entry entry(error.ref());
    worker.served = true;
    Fail(call, detail::ToException(entry.realm(), entry.value()));
    AfterAnswer(worker);
    GiveWaiting(inner);
  });
  functions.Set("lose", [this](Js& inner, int number, const std::string& reason, bool stopping) {
    Lose(inner, number, reason, stopping);
  });
  functions.Set("giveUpWaiting", [this](const std::string& reason) {
    const std::deque<std::uint64_t> lost = std::exchange(waiting_, {});
    for (const std::uint64_t id : lost) {
      const auto call = calls_.find(id);
      if (call == calls_.end() || call->second.worker) continue;
      Fail(call, std::make_exception_ptr(InstanceEnded(reason, false)));
    }
  });
  streams_.AddFunctions(functions);
  return functions;
}

template <class... A>
void ChildCalls::Tell(const char* function, const A&... arguments) noexcept {
  try {
    children_.Call(function, arguments...);
  } catch (const EnvironmentStopped&) {
    // Then the processes end, too.
  } catch (...) {
    detail::ReportUncaught(thread_->js(), std::current_exception());
  }
}

void ChildCalls::Invoke(std::shared_ptr<Invocation> invocation) {
  if (!incoming_.Add(std::move(invocation))) return;
  thread_->Enqueue(std::make_unique<TakeIncoming>(shared_from_this()), /*must_accept=*/false);
}

void ChildCalls::GiveAll(Js& js) {
  for (std::shared_ptr<Invocation>& invocation : incoming_.Take()) {
    if (invocation->settled()) continue;
    const std::uint64_t id = invocation->id();
    Give(js, calls_.emplace(id, Call{.invocation = std::move(invocation)}).first);
  }
  workers_.Flush();
}

void ChildCalls::Give(Js& js, Calls::iterator call) {
  const std::uint64_t id = call->first;
  Worker* const worker = workers_.LeastBusy();
  if (!worker) {
    waiting_.push_back(id);
    return;
  }
  try {
    Write(js, id, call->second, *worker);
  } catch (...) {
    Fail(calls_.find(id), std::current_exception());
    return;
  }
  call->second.worker = worker;
  ++worker->calls;
}

void ChildCalls::GiveWaiting(Js& js) {
  while (!waiting_.empty() && workers_.LeastBusy()) {
    const auto call = calls_.find(waiting_.front());
    waiting_.pop_front();
    if (call != calls_.end() && !call->second.worker) Give(js, call);
  }
}

void ChildCalls::Write(Js& js, std::uint64_t id, Call& call, Worker& worker) {
  detail::Realm& realm = detail::Realm::Of(js.thread());
  const v8::HandleScope scope(realm.isolate());
  const Invocation& invocation = *call.invocation;
  call.has_arguments = true;
  const Array arguments = invocation.Arguments(js);
  const auto list = arguments.ref().get()->Get(realm.isolate()).As<v8::Array>();
  const std::string& module = invocation.module();
  const std::string& name = invocation.export_name();
  if (HasStream(realm, list)) {
    children_.Call("send", worker.number, static_cast<double>(id), module, name, arguments);
    call.has_streams = true;
    return;
  }
  const detail::Catch caught(realm);
  FramePipe::Writer frame(*worker.pipe, Frame::kCall);
  frame.Number(id)
      .Number(static_cast<std::uint32_t>(module.size()))
      .Number(static_cast<std::uint32_t>(name.size()))
      .Text(module)
      .Text(name);
  if (!detail::AppendClone(realm, list, frame.bytes())) detail::ThrowCaught(realm, caught);
  frame.Send();
}

FramePipe::Events ChildCalls::EventsOf(int number) {
  return {.on_frames = [this, number](const std::vector<Body>& bodies) { Receive(number, bodies); },
          .on_end =
              [this, number](int) {
                if (!thread_->access().MayEnter()) return;
                LoopTurn turn(detail::Realm::Of(*thread_));
                turn.set_has_called();
                Tell("ended", number);
              }};
}

void ChildCalls::Receive(int number, const std::vector<Body>& bodies) {
  Worker* const found = workers_.Find(number);
  if (!found || !thread_->access().MayEnter()) return;
  Worker& worker = *found;
  LoopTurn turn(detail::Realm::Of(*thread_));
  std::string mistake;
  try {
    for (const Body body : bodies) Receive(worker, body, turn);
    streams_.Deliver();
    return;
  } catch (const EnvironmentStopped&) {
    return;
  } catch (const JsError& error) {
    mistake = error.message();
  } catch (const std::exception& error) {
    mistake = error.what();
  }
  streams_.Discard();
  // What it runs has got at the socket.
  worker.pipe->StopReading();
  turn.set_has_called();
  Tell("kill", number, fmt::format("sent what is no message ({}) and was killed", mistake));
}

void ChildCalls::Receive(Worker& worker, Body body, LoopTurn& turn) {
  BodyReader reader(body);
  const auto kind = static_cast<Frame>(reader.Byte());
  switch (kind) {
    case Frame::kBegun:
      while (!reader.empty()) {
        const auto call = Find(worker, reader.Number64());
        if (call == calls_.end()) continue;
        call->second.begun = true;
        call->second.invocation->Begin(worker.name);
      }
      return;
    case Frame::kDone: {
      const auto call = Find(worker, reader.Number64());
      if (call == calls_.end()) return;
      Answer(worker, call, Decode(detail::Realm::Of(*thread_), reader.Rest()));
      return;
    }
    case Frame::kStream:
      turn.set_has_called();
      streams_.Deliver();
      OpenStream(worker, reader.Number64());
      return;
    case Frame::kData:
    case Frame::kValue:
    case Frame::kOver:
      streams_.Receive(worker, kind, reader, turn);
      return;
    default:
      turn.set_has_called();
      children_.Call("receive", worker.number, MessageOf(detail::Realm::Of(*thread_), body));
  }
}

ChildCalls::Calls::iterator ChildCalls::Find(const Worker& worker, std::uint64_t id) {
  const auto found = calls_.find(id);
  return found != calls_.end() && found->second.worker == &worker ? found : calls_.end();
}

ChildCalls::Call ChildCalls::Take(Calls::iterator call) {
  if (Worker* const worker = call->second.worker) --worker->calls;
  return std::move(calls_.extract(call).mapped());
}

void ChildCalls::Answer(Worker& worker, Calls::iterator call, const Value& result) {
  if (call == calls_.end()) return;
  const std::uint64_t id = call->first;
  const Call answered = Take(call);
  worker.served = true;
  answered.invocation->Complete(result);
  if (answered.has_streams) Tell("forgetStreams", static_cast<double>(id));
  AfterAnswer(worker);
  if (!waiting_.empty()) GiveWaiting(thread_->js());
}

// C++ takes the Readable, or a Convert of the program's hands it on to JavaScript.
void ChildCalls::OpenStream(Worker& worker, std::uint64_t id) {
  const auto call = Find(worker, id);
  if (call == calls_.end()) return streams_.Refuse(worker, id);
  const auto stream = streams_.Open(worker, id);
  const Value readable = children_.Call("openStream", worker.number, static_cast<double>(id));
  stream->set_readable(readable);
  {
    const detail::Entry entry(readable.ref());
    const detail::FeedScope feed(entry.value(), *stream);
    Answer(worker, call, readable);
  }
  if (!stream->is_fed()) Tell("closeUnused", readable);
}

void ChildCalls::AfterAnswer(Worker& worker) {
  if (worker.retired && worker.calls == 0 && worker.streams.empty()) {
    Tell("closeIfDone", worker.number);
  }
}

// No function has answered it: nobody reads its arguments any more.
void ChildCalls::Fail(Calls::iterator call, const std::exception_ptr& error) {
  const std::uint64_t id = call->first;
  const Call failed = Take(call);
  failed.invocation->Fail(error);
  DestroyStreams(id, failed);
}

void ChildCalls::DestroyStreams(std::uint64_t id, const Call& call) {
  if (call.has_streams) {
    Tell("destroyStreams", static_cast<double>(id));
  } else if (!call.has_arguments && thread_->access().MayEnter()) {
    try {
      Tell("destroyUnread", call.invocation->Arguments(thread_->js()));
    } catch (...) {
      // What cannot be made is no stream.
    }
  }
}

void ChildCalls::Cancel(std::uint64_t id) {
  const auto call = calls_.find(id);
  if (call == calls_.end()) return;
  Worker* const worker = call->second.worker;
  Fail(call,
       std::make_exception_ptr(InstanceEnded("The caller waits no more.", call->second.begun)));
  if (!worker) return;
  AfterAnswer(*worker);
  Tell("probe", worker->number);
}

void ChildCalls::Lose(Js& js, int number, const std::string& reason, bool stopping) {
  Worker& worker = *workers_.Find(number);
  std::vector<std::uint64_t> lost;
  for (const auto& [id, call] : calls_) {
    if (call.worker == &worker) lost.push_back(id);
  }
  std::ranges::sort(lost);
  for (const std::uint64_t id : lost) {
    const auto at = calls_.find(id);
    Call& call = at->second;
    // A stream is read once.
    if (!call.begun && !call.retried && !stopping && !call.has_streams) {
      call.retried = true;
      call.worker = nullptr;
      waiting_.push_back(id);
      continue;
    }
    const std::string text = fmt::format("The {} {} {} {}.", worker.name, reason,
                                         call.begun ? "while it called" : "before it had called",
                                         call.invocation->module());
    Fail(at, std::make_exception_ptr(InstanceEnded(text, call.begun)));
  }
  workers_.Erase(worker);
  GiveWaiting(js);
}

}  // namespace nodehost::services
