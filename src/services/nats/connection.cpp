#include "connection.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <condition_variable>
#include <memory>

#include "nodehost/errors.hpp"

namespace nodehost::services::nats {

struct Deliveries {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t count = 0;
};

namespace {

constexpr std::int64_t kReconnectWait = 100;    // ms between two attempts
constexpr std::int64_t kReconnectJitter = 100;  // ms, so that not all come at once
constexpr std::int64_t kFlushTimeout = 2000;    // ms

using Options = std::unique_ptr<natsOptions, decltype(Library::natsOptions_Destroy)>;

Options MakeOptions(const Library& library, const NatsOptions& options, const std::string& name) {
  natsOptions* made = nullptr;
  const auto check = [&](natsStatus status, const char* what) { library.Check(status, what); };
  check(library.natsOptions_Create(&made), "NATS could not be started");
  Options guard(made, library.natsOptions_Destroy);
  std::vector<const char*> servers;
  servers.reserve(options.servers.size());
  for (const std::string& server : options.servers) servers.push_back(server.c_str());
  check(library.natsOptions_SetServers(made, servers.data(), static_cast<int>(servers.size())),
        "NatsOptions::servers are no addresses like nats://host:4222");
  check(library.natsOptions_SetName(made, name.c_str()), "NATS's name of the connection");
  if (!options.credentials_file.empty()) {
    check(library.natsOptions_SetUserCredentialsFromFiles(made, options.credentials_file.c_str(),
                                                          nullptr),
          "NatsOptions::credentials_file");
  }
  if (options.tls) check(library.natsOptions_SetSecure(made, true), "NatsOptions::tls");
  if (!options.ca_file.empty()) {
    check(library.natsOptions_LoadCATrustedCertificates(made, options.ca_file.c_str()),
          "NatsOptions::ca_file cannot be read");
  }
  if (!options.certificate_file.empty()) {
    check(library.natsOptions_LoadCertificatesChain(made, options.certificate_file.c_str(),
                                                    options.key_file.c_str()),
          "NatsOptions::certificate_file and key_file cannot be read");
  }
  check(library.natsOptions_SetMaxReconnect(made, -1), "NATS's reconnect");
  check(library.natsOptions_SetReconnectWait(made, kReconnectWait), "NATS's reconnect");
  check(library.natsOptions_SetReconnectJitter(made, kReconnectJitter, kReconnectJitter),
        "NATS's reconnect");
  check(library.natsOptions_SetSendAsap(made, true), "NATS's writes");
  return guard;
}

// What a subscription calls, until it has told that it is complete.
struct Delivery {
  const Library& library;
  Connection::Handler handler;
  Connection::OnError on_error;
  std::shared_ptr<Deliveries> all;

  static void OnMessage(natsConnection*, natsSubscription*, natsMsg* message, void* closure) {
    const auto& self = *static_cast<const Delivery*>(closure);
    const auto text = [](const char* string) { return string ? std::string_view(string) : ""; };
    const auto size =
        static_cast<std::size_t>(std::max(self.library.natsMsg_GetDataLength(message), 0));
    try {
      self.handler({.subject = text(self.library.natsMsg_GetSubject(message)),
                    .reply = text(self.library.natsMsg_GetReply(message)),
                    .data = {self.library.natsMsg_GetData(message), size},
                    .no_responders = self.library.natsMsg_IsNoResponders(message)});
    } catch (const std::exception& error) {
      if (self.on_error) {
        self.on_error(text(self.library.natsMsg_GetSubject(message)), error);
      }
    }
    self.library.natsMsg_Destroy(message);
  }
};

void OnComplete(void* closure) {
  const std::unique_ptr<Delivery> delivery(static_cast<Delivery*>(closure));
  delivery->handler = nullptr;
  delivery->on_error = nullptr;
  const std::lock_guard lock(delivery->all->mutex);
  --delivery->all->count;
  delivery->all->changed.notify_all();
}

}  // namespace

Connection::Connection(const NatsOptions& options, const std::string& name, OnError on_error)
    : on_error_(std::move(on_error)), deliveries_(std::make_shared<Deliveries>()) {
  if (options.servers.empty()) throw HostError("NatsOptions::servers is empty; it needs one.");
  const Options made = MakeOptions(library_, options, name);
  library_.Check(
      library_.natsConnection_Connect(&connection_, made.get()),
      fmt::format("No NATS server could be reached at {}", fmt::join(options.servers, ", ")));
}

Connection::~Connection() {
  Close();
  library_.natsConnection_Destroy(connection_);
}

void Connection::Close() {
  std::vector<natsSubscription*> all;
  {
    const std::lock_guard lock(mutex_);
    all.swap(subscriptions_);
  }
  library_.natsConnection_Close(connection_);
  for (natsSubscription* const one : all) library_.natsSubscription_Destroy(one);
  std::unique_lock lock(deliveries_->mutex);
  deliveries_->changed.wait_for(lock, std::chrono::seconds(5),
                                [this] { return deliveries_->count == 0; });
}

void Connection::Publish(const std::string& subject, std::string_view data,
                         const std::string& reply) {
  // Who waits for an answer asks again, so that a failure needs no other answer than that.
  const auto size = static_cast<int>(data.size());
  if (reply.empty()) {
    library_.natsConnection_Publish(connection_, subject.c_str(), data.data(), size);
  } else {
    library_.natsConnection_PublishRequest(connection_, subject.c_str(), reply.c_str(), data.data(),
                                           size);
  }
}

natsSubscription* Connection::Subscribe(const std::string& subject, Handler handler,
                                        const std::string& queue) {
  auto delivery =
      std::make_unique<Delivery>(Delivery{library_, std::move(handler), on_error_, deliveries_});
  natsSubscription* made = nullptr;
  const natsStatus status =
      queue.empty() ? library_.natsConnection_Subscribe(&made, connection_, subject.c_str(),
                                                        &Delivery::OnMessage, delivery.get())
                    : library_.natsConnection_QueueSubscribe(&made, connection_, subject.c_str(),
                                                             queue.c_str(), &Delivery::OnMessage,
                                                             delivery.get());
  library_.Check(status, fmt::format("NATS's subject {} cannot be listened to", subject));
  {
    const std::lock_guard lock(deliveries_->mutex);
    ++deliveries_->count;
  }
  library_.natsSubscription_SetOnCompleteCB(made, &OnComplete, delivery.release());
  library_.natsSubscription_SetPendingLimits(made, -1, -1);
  const std::lock_guard lock(mutex_);
  subscriptions_.push_back(made);
  return made;
}

void Connection::Drain(natsSubscription* subscription) {
  if (library_.natsSubscription_Drain(subscription) != NATS_OK) return;  // closed, or no server
  library_.natsSubscription_WaitForDrainCompletion(subscription, kFlushTimeout);
}

void Connection::Flush() { library_.natsConnection_FlushTimeout(connection_, kFlushTimeout); }

std::size_t Connection::max_payload() const {
  return static_cast<std::size_t>(library_.natsConnection_GetMaxPayload(connection_));
}

bool Connection::connected() const {
  return library_.natsConnection_Status(connection_) == NATS_CONN_STATUS_CONNECTED;
}

std::uint64_t Connection::reconnects() const {
  natsStatistics* statistics = nullptr;
  std::uint64_t reconnects = 0;
  if (library_.natsStatistics_Create(&statistics) != NATS_OK) return 0;
  if (library_.natsConnection_GetStats(connection_, statistics) == NATS_OK) {
    library_.natsStatistics_GetCounts(statistics, nullptr, nullptr, nullptr, nullptr, &reconnects);
  }
  library_.natsStatistics_Destroy(statistics);
  return reconnects;
}

std::string Connection::NewInbox() const {
  natsInbox* inbox = nullptr;
  library_.Check(library_.natsInbox_Create(&inbox), "NATS's inbox");
  std::string name = inbox;
  library_.natsInbox_Destroy(inbox);
  return name;
}

}  // namespace nodehost::services::nats
