// WaitFlag: the waiter comes back when the flag is set, and may free it at once.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "thread/wait_flag.hpp"

namespace nd = nodehost::detail;

TEST_CASE("waiting for a flag that is set returns at once") {
  nd::WaitFlag flag;
  flag.Set();
  flag.Wait();
  flag.Wait();
}

TEST_CASE("a flag holds the waiter until it is set, and shows what was done before") {
  nd::WaitFlag flag;
  int result = 0;
  std::atomic<bool> returned = false;
  std::thread waiter([&] {
    flag.Wait();
    returned = true;
    CHECK(result == 42);
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK_FALSE(returned);
  result = 42;
  flag.Set();
  waiter.join();
}

TEST_CASE(
    "a wait with an end says whether the flag was set, and the flag can be waited for again") {
  using Clock = std::chrono::steady_clock;
  nd::WaitFlag flag;
  const Clock::time_point start = Clock::now();
  CHECK_FALSE(flag.WaitUntil(start));
  CHECK_FALSE(flag.WaitUntil(Clock::time_point::min()));
  CHECK_FALSE(flag.WaitUntil(start + std::chrono::milliseconds(20)));
  CHECK(Clock::now() - start >= std::chrono::milliseconds(20));
  std::thread setter([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    flag.Set();
  });
  CHECK(flag.WaitUntil(Clock::time_point::max()));
  CHECK(flag.WaitUntil(Clock::time_point::min()));
  flag.Wait();
  setter.join();
}

// A setter that touched the flag after the waiter has seen it set would be told by TSan and ASan.
TEST_CASE("the waiter frees the flag as soon as it is set") {
  std::atomic<nd::WaitFlag*> handed_over = nullptr;
  std::atomic<bool> over = false;
  std::thread setter([&] {
    while (!over) {
      if (nd::WaitFlag* const flag = handed_over.exchange(nullptr)) flag->Set();
    }
  });
  for (int i = 0; i < 5000; ++i) {
    auto flag = std::make_unique<nd::WaitFlag>();
    handed_over = flag.get();
    flag->Wait();
  }
  over = true;
  setter.join();
}
