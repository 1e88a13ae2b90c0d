// How much of a stream may be under way.
#include <doctest/doctest.h>

#include "services/stream_window.hpp"

using namespace nodehost::services;

TEST_CASE(
    "the two sides of a window agree on what may be sent, and half of it is granted at once") {
  WindowOut out;
  WindowIn in;
  std::int64_t under_way = 0;
  int grants = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::int64_t cost = CostOfBytes(static_cast<std::size_t>(i * 7919 % 20'000));
    if (!out.is_open()) {
      const std::uint64_t more = in.TakeGrant();
      CHECK(more >= kStreamWindow / 2);
      CHECK(out.Grant(more));
      under_way = 0;
      ++grants;
    }
    out.Take(cost);
    in.Take(cost);
    under_way += cost;
    CHECK(under_way <= kStreamWindow + 20'064);
  }
  CHECK(grants > 100);
  CHECK(grants < 250);
}

TEST_CASE("a chunk of any size may be sent as long as a window is open, and none after that") {
  WindowOut out;
  WindowIn in;
  const std::int64_t large = CostOfBytes(100 << 20);
  out.Take(large);
  in.Take(large);
  CHECK_FALSE(out.is_open());
  CHECK_THROWS_AS(in.Take(1), nodehost::HostError);
  CHECK(out.Grant(in.TakeGrant()));
  CHECK(in.TakeGrant() == 0);
  in.Take(1);
}

TEST_CASE("a grant to a window that is open is no news, and neither is one that opens nothing") {
  WindowOut out;
  CHECK_FALSE(out.Grant(1));
  out.Take(kStreamWindow + 1000);
  CHECK_FALSE(out.Grant(900));
  CHECK(out.Grant(UINT64_MAX));
  CHECK_FALSE(out.Grant(1));
}

TEST_CASE("empty Buffers and small values use a window up, too") {
  CHECK(CostOfBytes(0) > 0);
  CHECK(CostOfValue(1) * 64 == kStreamWindow);
  CHECK(CostOfValue(1 << 20) == 1 << 20);
}
