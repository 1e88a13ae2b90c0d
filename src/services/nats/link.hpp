// Link: what the ports of a call's streams (js/first_use/service_streams.js) say to each other, on
// its way by NATS.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "nodehost/bytes.hpp"
#include "nodehost/object.hpp"
#include "nodehost/posted.hpp"
#include "transfer.hpp"

namespace nodehost::services::nats {

struct Link {
  /// `made` is what bytesPort has returned. On its JS thread.
  explicit Link(Object made)
      : port(std::move(made)),
        take(port["take"].As<std::function<Posted(std::vector<Bytes>)>>()),
        end(port["end"].As<std::function<Posted(std::string)>>()),
        close_unused(port["closeUnused"].As<std::function<Posted()>>()) {}

  /// What is behind the channel of a kData frame.
  void Take(FrameReader& frame) {
    if (const std::vector<Bytes> messages = in.Take(frame); !messages.empty()) Tell(take, messages);
  }
  /// Breaks its streams.
  void End(const std::string& reason) { Tell(end, reason); }
  /// The function has answered: an argument that it has not begun to read is closed soon.
  void CloseUnused() { Tell(close_unused); }

  template <class F, class... A>
  static void Tell(const F& function, const A&... arguments) {
    try {
      function(arguments...);
    } catch (const EnvironmentStopped&) {
      // Then its streams have ended.
    }
  }

  const Object port;
  const std::function<Posted(std::vector<Bytes>)> take;
  const std::function<Posted(std::string)> end;
  const std::function<Posted()> close_unused;
  MessagesOut out;
  MessagesIn in;
  bool idle = false;  // no stream is open
};

}  // namespace nodehost::services::nats
