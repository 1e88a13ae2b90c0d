// Worker processes end with the process that has started them, however that ends.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "models.hpp"
#include "service_host.hpp"

using namespace test;

namespace {

// A zombie that nobody has waited for has ended, too.
bool HasEnded(int process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  if (!std::getline(file, text)) return true;
  const std::size_t state = text.rfind(") ") + 2;
  return text.at(state) == 'Z' || text.at(state) == 'X';
}

}  // namespace

TEST_CASE("kill -9 of a program ends its workers, one that never returns included") {
  ServiceHost host("two workers");
  int idle = 0;
  int busy = 0;
  std::istringstream(host.ReadLine()) >> idle >> busy;
  REQUIRE(idle > 0);
  REQUIRE(busy > 0);
  REQUIRE(idle != busy);
  CHECK_FALSE(HasEnded(idle));
  CHECK_FALSE(HasEnded(busy));
  host.Kill();
  CHECK(Eventually([&] { return HasEnded(idle) && HasEnded(busy); }));
}
