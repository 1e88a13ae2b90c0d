// Rights that the kernel cannot hold: a worker says so at its start, where seccomp makes this
// kernel one that has neither Landlock nor filters.
#include <doctest/doctest.h>

#include <string>

#include "models.hpp"
#include "service_host.hpp"
#include "support/lacks.hpp"

using namespace test;

TEST_CASE("a worker says what its kernel cannot hold, and serves") {
  if (LacksFileRights()) return;
  ServiceHost host("old kernel");
  const std::string printed = host.ReadAll();
  CAPTURE(printed);
  CHECK(host.Wait() == 0);
  CHECK(printed.find("no Landlock") != std::string::npos);
  CHECK(printed.find("no seccomp filters") != std::string::npos);
  CHECK(printed.find("3 = 3") != std::string::npos);
}

TEST_CASE("a worker that is to have no network does not start where the kernel cannot see to it") {
  ServiceHost host("old kernel, no network");
  const std::string printed = host.ReadAll();
  CAPTURE(printed);
  CHECK(host.Wait() == 1);
  CHECK(printed.find("3 = 3") == std::string::npos);
  CHECK(printed.find("ended with exit code 1") != std::string::npos);
}
