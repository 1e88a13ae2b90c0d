#include "spin.hpp"

#include <atomic>
#include <thread>

namespace nodehost::detail {

namespace {

unsigned Cores() noexcept {
  static const unsigned cores = std::thread::hardware_concurrency();
  return cores;
}

constinit std::atomic<unsigned> places_taken{0};

}  // namespace

bool Spin::SeveralCores() noexcept { return Cores() > 1; }

SpinPlace::SpinPlace() noexcept
    : taken_(places_taken.fetch_add(1, std::memory_order_relaxed) + 1 < Cores()) {}

SpinPlace::~SpinPlace() { places_taken.fetch_sub(1, std::memory_order_relaxed); }

}  // namespace nodehost::detail
