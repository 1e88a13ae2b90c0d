#include <nodehost/nodehost.hpp>

#include <filesystem>

namespace nh = nodehost;

int main() {
  const auto folder = std::filesystem::canonical("/proc/self/exe").parent_path();
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment({.base_dir = folder.string()});
  node.Run([](nh::Js& js) { js.Import("./own.mjs"); });
}
