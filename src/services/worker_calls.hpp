// WorkerCalls: the calls that come to a worker process over its socket, until the other side closes
// it. An ordinary call runs no JavaScript here but the module's function.
#pragma once

#include <v8.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "frame_pipe.hpp"
#include "nodehost/environment.hpp"
#include "nodehost/object.hpp"
#include "sent_stream.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::services {

/// Made on the JS thread of the environment that it is for, which it outlives.
class WorkerCalls {
 public:
  WorkerCalls(Js& js, Environment& node, int descriptor);
  WorkerCalls(const WorkerCalls&) = delete;
  WorkerCalls& operator=(const WorkerCalls&) = delete;

 private:
  class Answer;

  /// A function that was called before.
  struct Known {
    Value function;
    Value receiver;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>()(text);
    }
  };

  Object Functions(Js& js);
  void Receive(const std::vector<Body>& bodies);
  void Begin(const std::vector<Body>& bodies);
  void Serve(Body body);
  template <class F>
  void Enter(F&& function);
  void ServeStream(Frame kind, BodyReader reader);
  void LetStreamsFlow();
  void Call(detail::Realm& realm, BodyReader call);
  void Remember(std::string_view key, std::string_view module, std::string_view name);
  void Settle(detail::Realm& realm, std::uint64_t id, v8::Local<v8::Value> result);
  void Complete(detail::Realm& realm, std::uint64_t id, v8::Local<v8::Value> result);
  void Fail(detail::Realm& realm, std::uint64_t id, v8::Local<v8::Value> thrown);
  Value OpenStream(detail::Realm& realm, std::uint64_t id, const Value& wake);
  void CloseStream(std::uint64_t id, bool at_end);
  void End(int error);

  detail::JsThread& thread_;
  Environment& node_;
  const Object modules_;  // what module_functions.js returns
  std::unordered_map<std::string, Known, Hash, std::equal_to<>> known_;
  std::shared_ptr<FramePipe> pipe_;
  const std::shared_ptr<StreamsOfPipe> shared_ = std::make_shared<StreamsOfPipe>();
  std::unordered_map<std::uint64_t, std::shared_ptr<SentStream>> streams_;
  Object functions_;  // what service_worker.js returns
};

}  // namespace nodehost::services
