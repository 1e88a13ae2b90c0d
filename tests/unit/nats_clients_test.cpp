// What a worker remembers of the services that call it.
#include <doctest/doctest.h>

#include <string>

#include "services/nats/clients.hpp"

using nodehost::services::nats::Clients;

TEST_CASE("a restart is noticed once, and whoever called last is not forgotten") {
  Clients clients;
  CHECK_FALSE(clients.NoteRestarts("a", 0));
  CHECK(clients.NoteRestarts("a", 1));
  CHECK_FALSE(clients.NoteRestarts("a", 1));
  CHECK(clients.NoteRestarts("b", 2));
  CHECK_FALSE(clients.NoteRestarts("b", 1));
  for (std::size_t i = 0; i < 3 * Clients::kMost; ++i) {
    clients.NoteRestarts("client " + std::to_string(i), 0);
    clients.NoteRestarts("a", 1);
  }
  CHECK(clients.size() == Clients::kMost);
  CHECK_FALSE(clients.NoteRestarts("a", 1));
  CHECK(clients.NoteRestarts("b", 2));  // forgotten
}

TEST_CASE("a call that was begun and forgotten is not taken for a new one") {
  Clients clients;
  CHECK_FALSE(clients.MayBeDropped("a", 1));
  clients.NoteDropped("a", 7);
  clients.NoteDropped("a", 5);
  CHECK(clients.MayBeDropped("a", 7));
  CHECK_FALSE(clients.MayBeDropped("a", 8));
  CHECK_FALSE(clients.MayBeDropped("b", 7));
}
