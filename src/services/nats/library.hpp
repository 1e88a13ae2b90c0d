// The client library of NATS, loaded when it is first needed: a program that does not speak NATS
// does not need it. It is loaded with names of its own, since libnode exports another OpenSSL than
// the one that it is linked to.
#pragma once

#include <nats/nats.h>

#include <string>

namespace nodehost::services::nats {

#define NODEHOST_NATS_FUNCTIONS(X)           \
  X(natsOptions_Create)                      \
  X(natsOptions_Destroy)                     \
  X(natsOptions_SetServers)                  \
  X(natsOptions_SetName)                     \
  X(natsOptions_SetUserCredentialsFromFiles) \
  X(natsOptions_SetSecure)                   \
  X(natsOptions_LoadCATrustedCertificates)   \
  X(natsOptions_LoadCertificatesChain)       \
  X(natsOptions_SetMaxReconnect)             \
  X(natsOptions_SetReconnectWait)            \
  X(natsOptions_SetReconnectJitter)          \
  X(natsOptions_SetSendAsap)                 \
  X(natsConnection_Connect)                  \
  X(natsConnection_Close)                    \
  X(natsConnection_Destroy)                  \
  X(natsConnection_Publish)                  \
  X(natsConnection_PublishRequest)           \
  X(natsConnection_QueueSubscribe)           \
  X(natsConnection_Subscribe)                \
  X(natsConnection_FlushTimeout)             \
  X(natsConnection_GetMaxPayload)            \
  X(natsConnection_GetStats)                 \
  X(natsConnection_Status)                   \
  X(natsStatistics_Create)                   \
  X(natsStatistics_GetCounts)                \
  X(natsStatistics_Destroy)                  \
  X(natsSubscription_SetPendingLimits)       \
  X(natsSubscription_SetOnCompleteCB)        \
  X(natsSubscription_Drain)                  \
  X(natsSubscription_WaitForDrainCompletion) \
  X(natsSubscription_Destroy)                \
  X(natsMsg_GetSubject)                      \
  X(natsMsg_GetReply)                        \
  X(natsMsg_GetData)                         \
  X(natsMsg_GetDataLength)                   \
  X(natsMsg_IsNoResponders)                  \
  X(natsMsg_Destroy)                         \
  X(natsInbox_Create)                        \
  X(natsInbox_Destroy)                       \
  X(natsStatus_GetText)                      \
  X(nats_GetLastError)

/// Its functions by their own names, which NATS documents.
struct Library {
// NOLINTNEXTLINE(bugprone-macro-parentheses): a declaration
#define NODEHOST_NATS_MEMBER(name) decltype(&::name) name = nullptr;
  NODEHOST_NATS_FUNCTIONS(NODEHOST_NATS_MEMBER)
#undef NODEHOST_NATS_MEMBER

  /// Loads it, once a process. Throws HostError where that cannot be done.
  static const Library& Get();

  /// Throws HostError: "`what`: …", unless `status` is good.
  void Check(natsStatus status, const std::string& what) const;
};

}  // namespace nodehost::services::nats
