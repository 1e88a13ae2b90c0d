// BackOff: the pauses between instances that end soon after their start.
#include <doctest/doctest.h>

#include <chrono>

#include "host/back_off.hpp"

using namespace std::chrono_literals;
using nodehost::host::BackOff;

TEST_CASE("a place whose instances come to nothing stays empty for ever longer, up to a limit") {
  BackOff place;
  CHECK(place.pause() == 0ms);
  for (const auto pause : {50ms, 100ms, 200ms, 400ms, 800ms, 1600ms, 3200ms, 6400ms}) {
    place = place.AfterEnd(/*served=*/false, 20ms);
    CHECK(place.pause() == pause);
  }
  for (int i = 0; i < 2000; ++i) {
    place = place.AfterFailure();
    CHECK(place.pause() == 10'000ms);
  }
}

TEST_CASE("an instance that has answered, or lived for two seconds, is replaced at once") {
  const BackOff place{.failures = 7};
  CHECK(place.AfterEnd(/*served=*/true, 1ms).pause() == 0ms);
  CHECK(place.AfterEnd(/*served=*/false, 2001ms).pause() == 0ms);
  CHECK(place.AfterEnd(/*served=*/false, 2000ms).failures == 8);
}

TEST_CASE("who waits is told at the fifth failure in a row, and at each one after that") {
  BackOff place;
  for (int failures = 1; failures <= 10; ++failures) {
    place = place.AfterFailure();
    CHECK(place.gives_up() == (failures >= 5));
  }
}
