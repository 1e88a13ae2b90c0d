#include "spin.hpp"

#include <thread>

namespace nodehost::detail {

bool Spin::SeveralCores() noexcept {
  static const bool several = std::thread::hardware_concurrency() > 1;
  return several;
}

}  // namespace nodehost::detail
