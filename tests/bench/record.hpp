// The struct of the benches, for all who are measured: the addon in peers/ has no nodehost.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

/// What a small message looks like.
struct Record {
  std::int32_t id = 0;
  double weight = 0;
  bool valid = false;
  std::string name;
  std::vector<double> samples;
};

}  // namespace bench
