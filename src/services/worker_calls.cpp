#include "worker_calls.hpp"

#include <fcntl.h>
#include <node.h>

#include <exception>
#include <optional>
#include <utility>

#include "engine/catch.hpp"
#include "engine/clone_bytes.hpp"
#include "engine/js_errors.hpp"
#include "engine/promises.hpp"
#include "engine/realm.hpp"
#include "loop_turn.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/inspector.hpp"
#include "service_scripts.hpp"

namespace nodehost::services {

namespace {

Frame KindOf(Body body) { return body.empty() ? Frame::kClone : static_cast<Frame>(body.front()); }

Value Keep(detail::Realm& realm, v8::Local<v8::Value> value) {
  return Value(realm.references().Make(realm.isolate(), value));
}

v8::Local<v8::Value> LocalOf(detail::Realm& realm, const Value& value) {
  return value.ref() ? value.ref().get()->Get(realm.isolate())
                     : v8::Undefined(realm.isolate()).As<v8::Value>();
}

}  // namespace

// Waits for a promise that a function has returned.
class WorkerCalls::Answer final : public detail::PromiseWaiter {
 public:
  Answer(WorkerCalls& calls, std::uint64_t id) : calls_(calls), id_(id) {}

  void Fulfilled(detail::Realm& realm, v8::Local<v8::Value> value) noexcept override {
    calls_.Complete(realm, id_, value);
  }
  void Rejected(detail::Realm& realm, v8::Local<v8::Value> reason) noexcept override {
    calls_.Fail(realm, id_, reason);
  }
  void Cancelled(const std::exception_ptr&) noexcept override {}  // the process ends

 private:
  WorkerCalls& calls_;
  const std::uint64_t id_;
};

WorkerCalls::WorkerCalls(Js& js, Environment& node, int descriptor)
    : thread_(js.thread()), node_(node), modules_(ModuleFunctions(js)) {
#ifndef _WIN32
  fcntl(descriptor, F_SETFD, FD_CLOEXEC);  // no process that a function starts has it
#endif
  pipe_ =
      FramePipe::Open(detail::Realm::Of(thread_).isolate(), descriptor,
                      {.on_frames = [this](const std::vector<Body>& bodies) { Receive(bodies); },
                       .on_end = [this](int error) { End(error); },
                       .on_room = [this] { LetStreamsFlow(); }});
  shared_->pipe = pipe_;
  const Object options = WireOptions(js);
  options.Set("invoke", modules_["invoke"]);
  options.Set("calls", Functions(js));
  functions_ = RunScript(js, "worker", options);
  pipe_->StartReading();
}

Object WorkerCalls::Functions(Js& js) {
  Object functions = Object::New(js);
  functions.Set("send",
                [this](Js& inner, const Value& message) { SendMessage(inner, *pipe_, message); });
  functions.Set("sendChunk", [this](Js&, const std::string& key, const Value& bytes) {
    SendChunk(*pipe_, key, bytes);
  });
  functions.Set("begin", [this](double id) {
    FramePipe::Writer(*pipe_, Frame::kBegun).Number(static_cast<std::uint64_t>(id)).Send();
    pipe_->Flush();
  });
  functions.Set("complete", [this](Js& inner, double id, const Value& result) {
    detail::Realm& realm = detail::Realm::Of(inner.thread());
    Complete(realm, static_cast<std::uint64_t>(id), LocalOf(realm, result));
  });
  functions.Set("openStream", [this](Js& inner, double id, const Value& wake) {
    return OpenStream(detail::Realm::Of(inner.thread()), static_cast<std::uint64_t>(id), wake);
  });
  functions.Set("closeStream", [this](double id, bool at_end) {
    CloseStream(static_cast<std::uint64_t>(id), at_end);
  });
  functions.Set("openInspector", [this](int port) { return OpenInspector(node_, {.port = port}); });
  functions.Set("closeInspector", [this] { CloseInspector(node_); });
  return functions;
}

void WorkerCalls::Receive(const std::vector<Body>& bodies) {
  Begin(bodies);
  for (const Body body : bodies) {
    if (!thread_.access().MayEnter()) return;
    Serve(body);
  }
  pipe_->Flush();
}

// Written before any function runs, so that the other side knows what may have happened.
void WorkerCalls::Begin(const std::vector<Body>& bodies) {
  std::optional<FramePipe::Writer> begun;
  for (const Body body : bodies) {
    if (KindOf(body) != Frame::kCall) continue;
    if (!begun) begun.emplace(*pipe_, Frame::kBegun);
    begun->Number(BodyReader(body.subspan(1)).Number64());
  }
  if (!begun) return;
  begun->Send();
  begun.reset();
  pipe_->Flush();
}

// Each call is a callback of the loop's to Node: nextTicks and microtasks run behind it, and what
// an AsyncLocalStorage holds is its own.
template <class F>
void WorkerCalls::Enter(F&& function) {
  detail::Realm& realm = detail::Realm::Of(thread_);
  v8::Isolate* const isolate = realm.isolate();
  const v8::HandleScope scope(isolate);
  const node::CallbackScope callback(isolate, v8::Object::New(isolate), {0, 0});
  const detail::JobCatch caught(&realm);
  try {
    function(realm);
  } catch (const EnvironmentStopped&) {
    // The process ends, and the other side is told by that.
  } catch (...) {
    detail::ReportUncaught(thread_.js(), std::current_exception());
  }
}

void WorkerCalls::Serve(Body body) {
  Enter([&](detail::Realm& realm) {
    const Frame kind = KindOf(body);
    if (kind == Frame::kCall) {
      Call(realm, BodyReader(body.subspan(1)));
    } else if (kind == Frame::kMore || kind == Frame::kGone) {
      ServeStream(kind, BodyReader(body.subspan(1)));
    } else {
      functions_.Call("receive", MessageOf(realm, body));
    }
  });
}

// The socket has room again: one stream after the other fills it, in large parts, so that who reads
// them is seldom woken.
void WorkerCalls::LetStreamsFlow() {
  while (!shared_->waiting.empty() && pipe_->FlushMuch()) {
    if (!thread_.access().MayEnter()) return;
    const std::shared_ptr<SentStream> stream = std::move(shared_->waiting.front());
    shared_->waiting.pop_front();
    Enter([&](detail::Realm&) { stream->Flow(); });
  }
}

// Of one that may be over.
void WorkerCalls::ServeStream(Frame kind, BodyReader reader) {
  const auto found = streams_.find(reader.Number64());
  if (found == streams_.end()) return;
  const std::shared_ptr<SentStream> stream = found->second;
  if (kind == Frame::kMore) {
    stream->Grant(reader.Number64());
  } else {
    streams_.erase(found);
    stream->Leave();
  }
}

void WorkerCalls::Call(detail::Realm& realm, BodyReader call) {
  const v8::Local<v8::Context> context = realm.context();
  const std::uint64_t id = call.Number64();
  const std::uint8_t* const key_start = call.data();
  const std::uint32_t module_size = call.Number32();
  const std::uint32_t name_size = call.Number32();
  const std::string_view module = call.Text(module_size);
  const std::string_view name = call.Text(name_size);
  const std::string_view key(reinterpret_cast<const char*>(key_start),
                             static_cast<std::size_t>(call.data() - key_start));
  const auto known = known_.find(key);

  v8::Local<v8::Value> result;
  v8::Local<v8::Value> thrown;
  {
    const detail::Catch caught(realm);
    v8::Local<v8::Value> arguments;
    if (!detail::ReadClone(realm, call.Rest()).ToLocal(&arguments)) {
      detail::ThrowCaught(realm, caught);
    }
    const auto list = arguments.As<v8::Array>();
    std::vector<v8::Local<v8::Value>> all;
    v8::Local<v8::Value> function;
    v8::Local<v8::Value> receiver = v8::Undefined(realm.isolate());
    if (known != known_.end()) {
      function = LocalOf(realm, known->second.function);
      receiver = LocalOf(realm, known->second.receiver);
      all.resize(list->Length());
      for (std::uint32_t i = 0; i < list->Length(); ++i) {
        if (!list->Get(context, i).ToLocal(&all[i])) detail::ThrowCaught(realm, caught);
      }
    } else {
      function = LocalOf(realm, modules_["invoke"]);
      all = {realm.String(module), realm.String(name), list};
    }
    if (!function.As<v8::Function>()
             ->Call(context, receiver, static_cast<int>(all.size()), all.data())
             .ToLocal(&result)) {
      detail::ThrowIfTerminated(realm, caught);
      thrown = static_cast<const v8::TryCatch&>(caught).Exception();
    }
  }
  if (!thread_.access().MayEnter()) return;
  if (known == known_.end()) Remember(key, module, name);
  if (!thrown.IsEmpty()) {
    Fail(realm, id, thrown);
  } else {
    Settle(realm, id, result);
  }
}

// What takes a callback goes through module_functions.js each time.
void WorkerCalls::Remember(std::string_view key, std::string_view module, std::string_view name) {
  const Value found = modules_.Call("known", module, name);
  if (found.IsUndefined() || found["takesCallback"].ToBoolean()) return;
  known_.emplace(key, Known{found["function"], found["receiver"]});
}

void WorkerCalls::Settle(detail::Realm& realm, std::uint64_t id, v8::Local<v8::Value> result) {
  if (!result->IsPromise()) {
    Complete(realm, id, result);
    return;
  }
  const auto promise = result.As<v8::Promise>();
  if (promise->State() == v8::Promise::kFulfilled) {
    Complete(realm, id, promise->Result());
  } else {
    realm.waiters().Add(realm, promise, std::make_unique<Answer>(*this, id));
  }
}

void WorkerCalls::Complete(detail::Realm& realm, std::uint64_t id, v8::Local<v8::Value> result) {
  v8::Local<v8::Value> thrown;
  try {
    if (IsStream(realm, result)) {
      functions_.Call("giveStream", static_cast<double>(id), Keep(realm, result));
      return;
    }
    const detail::Catch caught(realm);
    FramePipe::Writer frame(*pipe_, Frame::kDone);
    frame.Number(id);
    if (detail::AppendClone(realm, result, frame.bytes())) {
      frame.Send();
      return;
    }
    detail::ThrowIfTerminated(realm, caught);
    thrown = static_cast<const v8::TryCatch&>(caught).Exception();
  } catch (const EnvironmentStopped&) {
    return;
  } catch (...) {
    thrown = detail::ToJsError(realm, std::current_exception());
  }
  Fail(realm, id, thrown);
}

void WorkerCalls::Fail(detail::Realm& realm, std::uint64_t id, v8::Local<v8::Value> thrown) {
  try {
    functions_.Call("fail", static_cast<double>(id), Keep(realm, thrown));
  } catch (const EnvironmentStopped&) {
    // The process ends, and the other side is told by that.
  } catch (...) {
    detail::ReportUncaught(thread_.js(), std::current_exception());
  }
}

Value WorkerCalls::OpenStream(detail::Realm& realm, std::uint64_t id, const Value& wake) {
  const auto stream = std::make_shared<SentStream>(shared_, id, wake);
  streams_[id] = stream;
  FramePipe::Writer(*pipe_, Frame::kStream).Number(id).Send();
  const v8::HandleScope scope(realm.isolate());
  return Keep(realm, realm.natives().FunctionOf(realm, stream, {.name = "write"}));
}

void WorkerCalls::CloseStream(std::uint64_t id, bool at_end) {
  streams_.erase(id);
  if (at_end) FramePipe::Writer(*pipe_, Frame::kOver).Number(id).Send();
}

// The process that gave the work has ended, or wants no more of it.
void WorkerCalls::End(int error) {
  if (!thread_.access().MayEnter()) return;
  LoopTurn turn(detail::Realm::Of(thread_));
  turn.set_has_called();
  try {
    functions_.Call("exit", error == UV_EOF ? 0 : 1);
  } catch (const EnvironmentStopped&) {
    // That is what was asked for.
  } catch (...) {
    detail::ReportUncaught(thread_.js(), std::current_exception());
  }
}

}  // namespace nodehost::services
