// The hosting model Nats of a library that was built without NATS's client library.
#include "nodehost/errors.hpp"
#include "nodehost/nats.hpp"

namespace nodehost {

namespace {

[[noreturn]] void ThrowAbsent() {
  throw HostError(
      "This nodehost was built without NATS. Build it where NATS's client library is (Debian: "
      "libnats-dev), with the CMake option NODEHOST_NATS.");
}

}  // namespace

std::shared_ptr<HostingModel> Nats(NatsOptions) { ThrowAbsent(); }

void RunNatsWorker(NodejsPlatform&, NatsWorkerOptions, const std::stop_token&) { ThrowAbsent(); }

}  // namespace nodehost
