// What a worker remembers of the services that call it.
#include <doctest/doctest.h>

#include <string>

#include "services/nats/restarts.hpp"

using nodehost::services::nats::Restarts;

TEST_CASE("a restart is noticed once, and whoever called last is not forgotten") {
  Restarts restarts;
  CHECK_FALSE(restarts.Note("a", 0));
  CHECK(restarts.Note("a", 1));
  CHECK_FALSE(restarts.Note("a", 1));
  CHECK(restarts.Note("b", 2));
  CHECK_FALSE(restarts.Note("b", 1));
  for (std::size_t i = 0; i < 3 * Restarts::kMostClients; ++i) {
    restarts.Note("client " + std::to_string(i), 0);
    restarts.Note("a", 1);
  }
  CHECK(restarts.size() == Restarts::kMostClients);
  CHECK_FALSE(restarts.Note("a", 1));
  CHECK(restarts.Note("b", 2));  // forgotten
}
