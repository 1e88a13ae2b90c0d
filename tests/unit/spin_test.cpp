// Spin: it looks for a while, and not at all for a while after that was in vain.
#include <doctest/doctest.h>

#include <chrono>
#include <deque>
#include <thread>

#include "thread/spin.hpp"

namespace nd = nodehost::detail;

namespace {

// How often it looks for what never happens.
int LooksInVain(nd::Spin& spin) {
  int looks = 0;
  CHECK_FALSE(spin.Until([&] {
    ++looks;
    return false;
  }));
  return looks;
}

}  // namespace

TEST_CASE("what is done already is seen at the first look") {
  nd::Spin spin(std::chrono::microseconds(1));
  int looks = 0;
  CHECK(spin.Until([&] { return ++looks == 1; }));
  CHECK(looks == 1);
}

TEST_CASE("what is done a moment later is seen, however often") {
  if (std::thread::hardware_concurrency() == 1) return;  // there it never spins
  nd::Spin spin(std::chrono::hours(1));
  for (int i = 0; i < 200; ++i) {
    int looks = 0;
    CHECK(spin.Until([&] { return ++looks == 2; }));
  }
}

TEST_CASE("after each time in vain it looks once in twice as many waits, 64 at most") {
  nd::Spin spin(std::chrono::microseconds(1));
  for (const int rests : {1, 2, 4, 8, 16, 32, 64, 64}) {
    CHECK(LooksInVain(spin) > 1);
    for (int i = 0; i < rests; ++i) CHECK(LooksInVain(spin) == 1);
  }
}

TEST_CASE("a core is left to what the spinning threads wait for") {
  const unsigned cores = std::thread::hardware_concurrency();
  for (int round = 0; round < 2; ++round) {
    std::deque<nd::SpinPlace> places;
    while (places.size() + 1 < cores) CHECK(static_cast<bool>(places.emplace_back()));
    CHECK_FALSE(static_cast<bool>(nd::SpinPlace()));
  }
}

TEST_CASE("once it was not in vain it tries again soon") {
  if (std::thread::hardware_concurrency() == 1) return;  // there it never spins
  nd::Spin spin(std::chrono::milliseconds(10));
  LooksInVain(spin);
  LooksInVain(spin);
  int looks = 0;
  CHECK(spin.Until([&] { return ++looks == 2; }));
  CHECK(LooksInVain(spin) > 1);
  CHECK(LooksInVain(spin) == 1);
  CHECK(LooksInVain(spin) > 1);
}
