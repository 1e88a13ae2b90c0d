// Nats: a hosting model whose workers are found through a NATS server, on any number of machines.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "nodehost/detail/export.hpp"
#include "nodehost/hosting_model.hpp"

namespace nodehost {

class NodejsPlatform;

/// How a NATS server is reached; the same for both sides.
struct NatsOptions {
  /// Addresses of one server, or of several of a cluster: `nats://host:4222`, `tls://…`,
  /// `nats://user:password@…`, `nats://token@…`.
  std::vector<std::string> servers = {"nats://127.0.0.1:4222"};

  /// The subject of the project: its workers listen to `SUBJECT.call`, `SUBJECT.health` and
  /// `SUBJECT.restart`. Several projects on a server take a subject each.
  std::string subject;

  /// A file of credentials as `nsc` writes it, with a user's JWT and its key. Empty: none.
  std::string credentials_file = {};

  bool tls = false;                   ///< Encrypted also where the address does not say `tls:`.
  std::string ca_file = {};           ///< Trusted certificates. Empty: the system's.
  std::string certificate_file = {};  ///< This side's own certificate, with `key_file`.
  std::string key_file = {};
};

/// The functions run in the workers that listen to `options.subject`: `nodehost worker --nats URL
/// --project DIR --subject NAME`, or `RunNatsWorker`. NATS finds them, and shares the calls out:
/// each is offered to all, and the worker that NATS chooses has it. A worker that has answered one
/// is sent the next straight away, for a tenth of a second from when it was chosen. A worker whose
/// instances have all ended soon after their start takes no call until the next is due. A call
/// counts as begun from when a worker has been told to make it; one that no worker has been told to
/// make, or that has reached none, is offered again. A server that goes and comes back costs no
/// call: what was lost with it is asked for again.
///
/// Arguments and results are copied as for `ChildProcess`; they may be larger than the server's
/// messages. Of `NodeServicesOptions`, the number of instances, the variables, the output and the
/// debugger are the workers' own affair; `launch_timeout` is how long a server, and a worker with
/// an instance, are waited for. `NodeServices::Restart` restarts all workers' instances.
///
/// Throws `HostError` where the client library of NATS (`libnats`) is not to be had.
NODEHOST_API std::shared_ptr<HostingModel> Nats(NatsOptions options);

struct NatsWorkerOptions {
  NatsOptions nats;
  /// The directory modules are looked for from.
  std::string project_dir = ".";
  /// Where this worker runs the functions. Empty: `InProcess()`.
  std::shared_ptr<HostingModel> hosting = {};
  std::size_t instances = 1;
  /// As in `NodeServicesOptions`.
  std::vector<std::string> watched_extensions = {};
  /// How many calls are taken on at a time; others are left to other workers, or wait.
  std::size_t max_calls = 65536;
  /// How long the calls that are under way may take when it is to stop.
  std::chrono::milliseconds drain_timeout = std::chrono::seconds(30);
};

/// Serves calls until `stop` says stop; then it takes no more, and returns when those under way
/// have been answered. Throws what prevents it from starting; a server that is not there yet is
/// waited for. Blocks: not on a JS thread.
NODEHOST_API void RunNatsWorker(NodejsPlatform& platform, NatsWorkerOptions options,
                                const std::stop_token& stop);

}  // namespace nodehost
