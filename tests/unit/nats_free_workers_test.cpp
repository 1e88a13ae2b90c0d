// The workers that have just answered a call.
#include <doctest/doctest.h>

#include <chrono>

#include "services/nats/free_workers.hpp"

using nodehost::services::nats::FreeWorkers;

TEST_CASE("a place is given again while it is fresh, the one that was used last first") {
  const std::chrono::steady_clock::time_point start{};
  FreeWorkers workers;
  CHECK_FALSE(workers.Take(start));
  workers.Add({"old", "", start});
  workers.Add({"a", "", start + FreeWorkers::kKept});
  workers.Add({"b", "", start + FreeWorkers::kKept});
  CHECK(workers.Take(start + 2 * FreeWorkers::kKept)->worker == "b");
  CHECK(workers.Take(start + 2 * FreeWorkers::kKept)->worker == "a");
  CHECK_FALSE(workers.Take(start + 2 * FreeWorkers::kKept));
}

TEST_CASE("the places of a worker that is gone are given to nobody") {
  const std::chrono::steady_clock::time_point start{};
  FreeWorkers workers;
  for (const char* const worker : {"a", "gone", "gone"}) workers.Add({worker, "", start});
  workers.Drop("gone");
  CHECK(workers.Take(start)->worker == "a");
  CHECK_FALSE(workers.Take(start));
}
