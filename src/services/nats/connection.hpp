// Connection: a connection to a NATS server, which is made again when it is lost.
#pragma once

#include <nats/nats.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "library.hpp"
#include "nodehost/nats.hpp"

namespace nodehost::services::nats {

/// A message that has come, as long as its handler runs.
struct Message {
  std::string_view subject;
  std::string_view reply;  ///< Where an answer is to go; may be empty.
  std::string_view data;
  bool no_responders = false;  ///< In place of an answer: nobody listens to what was sent.
};

/// The subscriptions whose last handler has not returned.
struct Deliveries;

/// All members may be called on any thread.
class Connection {
 public:
  using Handler = std::function<void(const Message&)>;
  using OnError = std::function<void(std::string_view subject, const std::exception& error)>;

  /// Connects. When a handler throws, because a stranger sent the message for instance, that
  /// message is lost and `on_error` is told, if there is one. Throws HostError.
  Connection(const NatsOptions& options, const std::string& name, OnError on_error = {});
  /// Closes it, and waits for the handlers that run.
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Sends `data`; what cannot be sent now is sent after a reconnect, or lost.
  void Publish(const std::string& subject, std::string_view data, const std::string& reply = {});

  /// Has `handler` called for each message, on a thread of the subscription's own, one after the
  /// other. With a `queue`, each message goes to one of its subscribers. Throws HostError.
  natsSubscription* Subscribe(const std::string& subject, Handler handler,
                              const std::string& queue = {});

  /// Takes no more messages of `subscription`, and waits until its handler has had those that have
  /// come.
  void Drain(natsSubscription* subscription);

  /// Waits until the server has got what was sent, for two seconds at most.
  void Flush();

  /// Of one message, in bytes.
  std::size_t max_payload() const;
  bool connected() const;
  /// How often it was made again.
  std::uint64_t reconnects() const;

  /// A subject of this side's own, for answers.
  std::string NewInbox() const;

  void Close();

 private:
  const Library& library_ = Library::Get();
  natsConnection* connection_ = nullptr;
  const OnError on_error_;
  const std::shared_ptr<Deliveries> deliveries_;
  std::mutex mutex_;
  std::vector<natsSubscription*> subscriptions_;  // guarded by mutex_
};

}  // namespace nodehost::services::nats
