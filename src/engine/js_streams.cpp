#include "js_streams.hpp"

#include <fmt/format.h>

#include <atomic>
#include <optional>
#include <string>
#include <utility>

#include "callbacks.hpp"
#include "catch.hpp"
#include "convert/conversion.hpp"
#include "encode_decode.hpp"
#include "host_functions.hpp"
#include "js_errors.hpp"
#include "native_call.hpp"
#include "nodehost/detail/job.hpp"
#include "nodehost/detail/member.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/keep_alive.hpp"
#include "realm.hpp"
#include "stream_pusher.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::detail {

namespace {

thread_local const FeedScope* innermost_feed = nullptr;

constexpr const char* kFunctionNames[] = {"readFrom",  "writeTo",   "readable",    "writable",
                                          "duplex",    "transform", "webReadable", "webWritable",
                                          "generator", "messages"};
static_assert(std::size(kFunctionNames) == static_cast<std::size_t>(StreamFunction::kCount));

v8::Local<v8::Value> CallStreamFunction(Realm& realm, StreamFunction function,
                                        std::span<v8::Local<v8::Value>> arguments) {
  const v8::Local<v8::Function> made = realm.streams().Get(realm, function);
  const Catch caught(realm);
  v8::Local<v8::Value> result;
  if (!made->Call(realm.context(), v8::Undefined(realm.isolate()),
                  static_cast<int>(arguments.size()), arguments.data())
           .ToLocal(&result)) {
    ThrowCaught(realm, caught);
  }
  return result;
}

// ---- What JavaScript calls ----

// Of whose stream an end is. JavaScript that waits for one of C++'s keeps the loop going, as it
// does for a file or a socket; streams of its own do so themselves.
enum class Whose : bool { kCpp, kJavaScript };

// The first argument says what it wants.
class StreamEnd : public NativeFunction {
 public:
  StreamEnd(Realm& realm, const TypeInfo& type, std::shared_ptr<StreamQueue> state, Whose whose)
      : type_(type),
        state_(std::move(state)),
        thread_(realm.thread().shared_from_this()),
        whose_(whose) {}

  void Serve(NativeCall& call) final {
    const v8::Local<v8::Value> operation = call.argument(0);
    if (!operation->IsInt32()) return;
    const int asked = operation.As<v8::Int32>()->Value();
    if (asked == kReason) {
      ReturnReason(call);
    } else {
      Do(call, asked);
    }
  }

 protected:
  static constexpr int kReason = 5;  // of both ends, behind the operations of each

  virtual void Do(NativeCall& call, int operation) = 0;

  static void ReturnNumber(NativeCall& call, int number) {
    call.Return(v8::Integer::New(call.realm().isolate(), number));
  }
  // An Error, or undefined where no reason was given.
  void ReturnReason(NativeCall& call) const {
    if (const std::exception_ptr error = state_->error(); error && !state_->closed_silently()) {
      call.Return(ToJsError(call.realm(), error));
    }
  }
  // What JavaScript gives as its reason; null for none.
  static std::exception_ptr ReasonIn(NativeCall& call) {
    const v8::Local<v8::Value> reason = call.argument(1);
    return reason->IsNullOrUndefined() ? nullptr : ToException(call.realm(), reason);
  }
  // Why a stream ends that JavaScript has dropped: null for a premature close, while JavaScript
  // runs.
  std::exception_ptr Forgotten() const {
    return thread_->life().over() || !thread_->realm() ? thread_->StoppedError() : nullptr;
  }

  // Whether JavaScript waits for C++ from here on.
  void SetWaits(bool waits) {
    if (whose_ == Whose::kJavaScript || waits == waits_.has_value()) return;
    waits_ = waits ? std::optional(KeepAlive::Here()) : std::nullopt;
  }

  const TypeInfo& type_;
  const std::shared_ptr<StreamQueue> state_;
  const std::shared_ptr<JsThread> thread_;

 private:
  const Whose whose_;
  std::optional<KeepAlive> waits_;
};

// JavaScript writes.
class Producer final : public StreamEnd {
 public:
  Producer(Realm& realm, const TypeInfo& type, std::shared_ptr<StreamQueue> state, Whose whose)
      : StreamEnd(realm, type, std::move(state), whose) {
    state_->producer().set_origin(thread_);
  }
  // What has been ended is read to its end, also after the environment's.
  ~Producer() override {
    if (!ended_) state_->producer().Fail(Forgotten());
  }

 private:
  enum { kPush, kEnd, kFail, kRoom, kDeliver };

  void Do(NativeCall& call, int operation) override {
    switch (operation) {
      case kPush:
        ReturnRoom(call, pusher_.Push(call.realm(), call.argument(1)));
        break;
      case kEnd:
        SetWaits(false);
        pusher_.End();
        ended_ = true;
        break;
      case kFail:
        SetWaits(false);
        state_->producer().Fail(ReasonIn(call));
        break;
      case kRoom:
        ReturnRoom(call, state_->producer().FindRoom());
        break;
      case kDeliver:
        state_->producer().Deliver();
        break;
      default:
        break;
    }
  }

  void ReturnRoom(NativeCall& call, StreamRoom room) {
    SetWaits(room == StreamRoom::kNone);
    ReturnNumber(call, static_cast<int>(room));
  }

  StreamPusher pusher_{type_, state_};
  bool ended_ = false;
};

// JavaScript reads.
class Consumer final : public StreamEnd {
 public:
  Consumer(Realm& realm, const TypeInfo& type, std::shared_ptr<StreamQueue> state, Whose whose)
      : StreamEnd(realm, type, std::move(state), whose) {
    state_->consumer().set_origin(thread_);
  }
  ~Consumer() override { state_->consumer().Cancel(Forgotten()); }

 private:
  enum { kFind, kTake, kCancel, kFinish };

  void Do(NativeCall& call, int operation) override {
    switch (operation) {
      case kFind:
        Find(call);
        break;
      case kTake: {
        auto visit = [&](const void* chunk, const void*) {
          call.Return(Encode(call.realm(), *type_.element, chunk));
        };
        state_->TakeVisited(VisitorOf(visit));
        break;
      }
      case kCancel:
        SetWaits(false);
        state_->consumer().Cancel(ReasonIn(call));
        break;
      case kFinish:
        state_->consumer().Finish();
        break;
      default:
        break;
    }
  }

  void Find(NativeCall& call) {
    const StreamFound found = state_->consumer().Find();
    SetWaits(found == StreamFound::kNothing);
    ReturnNumber(call, static_cast<int>(found));
  }
};

// ---- What C++ calls ----

// Tells JavaScript that there is something new: one job at a time.
class Waker : public std::enable_shared_from_this<Waker> {
 public:
  Waker(std::shared_ptr<JsThread> thread, Ref function)
      : thread_(std::move(thread)), function_(std::move(function)) {}

  void Wake() {
    if (!queued_.exchange(true)) {
      thread_->Enqueue(std::make_unique<WakeJob>(shared_from_this()), /*must_accept=*/false);
    }
  }

 private:
  class WakeJob final : public CallbackJob {
   public:
    explicit WakeJob(std::shared_ptr<Waker> waker) : waker_(std::move(waker)) {}
    void Run(Js& js) noexcept override { waker_->Run(js); }
    void Cancel(const std::exception_ptr&) noexcept override {}

   private:
    const std::shared_ptr<Waker> waker_;
  };

  void Run(Js& js) noexcept {
    queued_ = false;
    try {
      static constexpr Signature kSignature{&kTypeInfo<void>, nullptr, 0, false};
      InvokeValue(function_, kSignature, nullptr, nullptr);
    } catch (const EnvironmentStopped&) {
      // The environment has ended; the destructor of its end tells the stream.
    } catch (...) {
      ReportUncaught(js, std::current_exception());
    }
  }

  const std::shared_ptr<JsThread> thread_;
  const Ref function_;
  std::atomic<bool> queued_{false};
};

StreamListener ListenerOf(Realm& realm, v8::Local<v8::Value> wake) {
  auto waker = std::make_shared<Waker>(realm.thread().shared_from_this(),
                                       realm.references().Make(realm.isolate(), wake));
  return [waker] { waker->Wake(); };
}

template <class End>
v8::Local<v8::Value> NativeOfEnd(Realm& realm, const TypeInfo& type,
                                 std::shared_ptr<StreamQueue> state, Whose whose) {
  return realm.natives().FunctionOf(
      realm, std::make_shared<End>(realm, type, std::move(state), whose), {.name = "stream"});
}

// The queue behind an end of C++'s that JavaScript takes over.
std::shared_ptr<StreamQueue> Given(const TypeInfo& type, const void* stream, bool readable) {
  auto state = OpsOf<StreamOps>(type).state(stream);
  if (!state) ThrowEmptyStream();
  if (!(readable ? state->consumer().Give() : state->producer().Give())) {
    ThrowTypeError(fmt::format("This {} was handed to JavaScript before",
                               readable ? "ReadStream" : "WriteStream"));
  }
  return state;
}

v8::Local<v8::Value> PartOf(Realm& realm, v8::Local<v8::Value> made, std::uint32_t index) {
  const Catch caught(realm);
  v8::Local<v8::Value> part;
  if (!made.As<v8::Object>()->Get(realm.context(), index).ToLocal(&part)) {
    ThrowCaught(realm, caught);
  }
  return part;
}

v8::Local<v8::Value> IsObjectMode(Realm& realm, const TypeInfo& type) {
  return v8::Boolean::New(realm.isolate(), OpsOf<StreamOps>(type).kind == ChunkKind::kObjects);
}

v8::Local<v8::Value> IsText(Realm& realm, const TypeInfo& type) {
  return v8::Boolean::New(realm.isolate(), OpsOf<StreamOps>(type).kind == ChunkKind::kText);
}

// What Node calls the encoding of text that is written. Undefined for UTF-8, which is the default
// of a Writable, unless its `defaultEncoding` is another, and for all that is no text.
v8::Local<v8::Value> EncodingOf(Realm& realm, const TypeInfo& type) {
  const auto& ops = OpsOf<StreamOps>(type);
  if (ops.kind != ChunkKind::kText) return v8::Undefined(realm.isolate());
  switch (ops.encoding) {
    case TextEncoding::kUtf16Le:
      return realm.Key("utf16le");
    case TextEncoding::kLatin1:
      return realm.Key("latin1");
    case TextEncoding::kUtf8:
      break;
  }
  return v8::Undefined(realm.isolate());
}

bool HasMethod(Realm& realm, v8::Local<v8::Value> value, v8::Local<v8::Name> name) {
  if (!value->IsObject()) return false;
  const v8::TryCatch caught(realm.isolate());
  v8::Local<v8::Value> method;
  return value.As<v8::Object>()->Get(realm.context(), name).ToLocal(&method) &&
         method->IsFunction();
}

bool HasMethod(Realm& realm, v8::Local<v8::Value> value, std::string_view name) {
  return HasMethod(realm, value, realm.Key(name));
}

}  // namespace

v8::Local<v8::Function> StreamScripts::Get(Realm& realm, StreamFunction function) {
  const auto index = static_cast<std::size_t>(function);
  if (functions_[index].IsEmpty()) {
    LoadHostFunctions(realm, "first_use/streams.js", kFunctionNames, functions_);
  }
  return functions_[index].Get(realm.isolate());
}

void StreamScripts::Clear() noexcept {
  for (auto& function : functions_) function.Reset();
}

bool IsReadable(Realm& realm, v8::Local<v8::Value> value) {
  if (HasMethod(realm, value, "on")) return HasMethod(realm, value, "pause");
  return HasMethod(realm, value, "getReader") ||
         HasMethod(realm, value, v8::Symbol::GetAsyncIterator(realm.isolate())) ||
         HasMethod(realm, value, v8::Symbol::GetIterator(realm.isolate()));
}

bool IsWritable(Realm& realm, v8::Local<v8::Value> value) {
  return HasMethod(realm, value, "on") ? HasMethod(realm, value, "write")
                                       : HasMethod(realm, value, "getWriter");
}

FeedScope::FeedScope(v8::Local<v8::Value> readable, StreamFeed& feed)
    : readable_(readable), feed_(feed), outer_(std::exchange(innermost_feed, this)) {}

FeedScope::~FeedScope() { innermost_feed = outer_; }

StreamFeed* FeedScope::Find(v8::Local<v8::Value> readable) {
  const FeedScope* const scope = innermost_feed;
  return scope && scope->readable_ == readable ? &scope->feed_ : nullptr;
}

void ReadFromJs(Realm& realm, v8::Local<v8::Value> source, const TypeInfo& type, void* stream) {
  const auto state = OpsOf<StreamOps>(type).make(stream);
  if (StreamFeed* const feed = FeedScope::Find(source)) {
    state->producer().set_origin(realm.thread().shared_from_this());
    feed->FeedTo(type, state);
    return;
  }
  v8::Local<v8::Value> arguments[] = {
      source, NativeOfEnd<Producer>(realm, type, state, Whose::kJavaScript)};
  const auto wake = CallStreamFunction(realm, StreamFunction::kReadFrom, arguments);
  state->producer().Listen(ListenerOf(realm, wake));
}

void WriteToJs(Realm& realm, v8::Local<v8::Value> sink, const TypeInfo& type, void* stream) {
  const auto state = OpsOf<StreamOps>(type).make(stream);
  v8::Local<v8::Value> arguments[] = {
      sink, NativeOfEnd<Consumer>(realm, type, state, Whose::kJavaScript), EncodingOf(realm, type)};
  const auto wake = CallStreamFunction(realm, StreamFunction::kWriteTo, arguments);
  state->consumer().Listen(ListenerOf(realm, wake));
}

v8::Local<v8::Value> ReadableOf(Realm& realm, const TypeInfo& type, const void* stream) {
  const auto state = Given(type, stream, true);
  v8::Local<v8::Value> arguments[] = {NativeOfEnd<Consumer>(realm, type, state, Whose::kCpp),
                                      IsObjectMode(realm, type), IsText(realm, type)};
  const auto made = CallStreamFunction(
      realm,
      OpsOf<StreamOps>(type).is_web ? StreamFunction::kWebReadable : StreamFunction::kReadable,
      arguments);
  state->consumer().Listen(ListenerOf(realm, PartOf(realm, made, 1)));
  return PartOf(realm, made, 0);
}

v8::Local<v8::Value> WritableOf(Realm& realm, const TypeInfo& type, const void* stream) {
  const auto state = Given(type, stream, false);
  v8::Local<v8::Value> arguments[] = {NativeOfEnd<Producer>(realm, type, state, Whose::kCpp),
                                      IsObjectMode(realm, type), IsText(realm, type)};
  const auto made = CallStreamFunction(
      realm,
      OpsOf<StreamOps>(type).is_web ? StreamFunction::kWebWritable : StreamFunction::kWritable,
      arguments);
  state->producer().Listen(ListenerOf(realm, PartOf(realm, made, 1)));
  return PartOf(realm, made, 0);
}

v8::Local<v8::Value> PairOf(Realm& realm, const StreamPairOps& ops, void* pair) {
  const auto from = Given(*ops.readable, ops.readable_of(pair), true);
  const auto to = Given(*ops.writable, ops.writable_of(pair), false);
  v8::Local<v8::Value> arguments[] = {
      NativeOfEnd<Consumer>(realm, *ops.readable, from, Whose::kCpp),
      IsObjectMode(realm, *ops.readable),
      IsText(realm, *ops.readable),
      NativeOfEnd<Producer>(realm, *ops.writable, to, Whose::kCpp),
      IsObjectMode(realm, *ops.writable),
      IsText(realm, *ops.writable)};
  const auto made = CallStreamFunction(
      realm, ops.is_transform ? StreamFunction::kTransform : StreamFunction::kDuplex, arguments);
  from->consumer().Listen(ListenerOf(realm, PartOf(realm, made, 1)));
  to->producer().Listen(ListenerOf(realm, PartOf(realm, made, 2)));
  return PartOf(realm, made, 0);
}

v8::Local<v8::Value> IteratorOf(Realm& realm, v8::Local<v8::Value> steps) {
  v8::Local<v8::Value> arguments[] = {PartOf(realm, steps, 0), PartOf(realm, steps, 1)};
  return CallStreamFunction(realm, StreamFunction::kGenerator, arguments);
}

bool IsMessagePort(Realm& realm, v8::Local<v8::Value> value) {
  return HasMethod(realm, value, "postMessage");
}

v8::Local<v8::Value> MessagesFromJs(Realm& realm, v8::Local<v8::Value> port, const TypeInfo& type,
                                    void* stream) {
  const auto state = OpsOf<StreamOps>(type).make(stream);
  v8::Local<v8::Value> arguments[] = {
      port, NativeOfEnd<Producer>(realm, type, state, Whose::kJavaScript)};
  const auto made = CallStreamFunction(realm, StreamFunction::kMessages, arguments);
  state->producer().Listen(ListenerOf(realm, PartOf(realm, made, 1)));
  return PartOf(realm, made, 0);
}

}  // namespace nodehost::detail
