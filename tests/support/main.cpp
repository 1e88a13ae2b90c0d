#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "lacks.hpp"

#include <doctest/doctest.h>

int test::NodeMajor() { return NODEHOST_TEST_NODE_MAJOR; }
