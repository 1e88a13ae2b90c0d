#include <nodehost/nodehost.hpp>

#include <cstdio>
#include <filesystem>
#include <string>

namespace nh = nodehost;

struct Marked {
  nh::Method<std::string(std::string)> parse;
};

int main() {
  const auto folder = std::filesystem::canonical("/proc/self/exe").parent_path();
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment({.base_dir = folder.string()});
  auto marked = node.Import<Marked>("marked");
  std::puts(marked.parse("from *here*").c_str());
}
