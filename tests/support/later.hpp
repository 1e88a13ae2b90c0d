// The fixture later.mjs: functions whose Tasks end later, or never.
#pragma once

#include "nodehost/nodehost.hpp"

namespace test {

struct Later {
  nodehost::Method<nodehost::Task<void>()> never;
  nodehost::Method<nodehost::Task<int>(int)> soon;
};

}  // namespace test
