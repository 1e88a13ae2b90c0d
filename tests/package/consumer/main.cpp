#include <nodehost/nodehost.hpp>

#include <cstdio>
#include <string>

namespace nh = nodehost;

int main() {
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment();
  const std::string text = node.Run([](nh::Js& js) {
    return js.Eval("`${6 * 7} from Node.js ${process.version}`").As<std::string>();
  });
  std::puts(text.c_str());
}
