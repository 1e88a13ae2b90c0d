// Track: plain data with text, an array of objects and an optional, to be converted.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace test {

struct Point {
  double x = 0;
  double y = 0;
};

struct Track {
  std::string name;
  std::vector<Point> points;
  std::optional<std::string> note;
};

}  // namespace test
