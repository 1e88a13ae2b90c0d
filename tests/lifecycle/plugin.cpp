// A plug-in that hosts Node.js: loaded with RTLD_LOCAL by a program that knows nothing of it.
#include <exception>
#include <optional>
#include <string>

#include "nodehost/nodehost.hpp"

namespace nh = nodehost;

namespace {

std::optional<nh::NodejsPlatform> platform;
std::optional<nh::Environment> environment;

}  // namespace

/// 0, or what went wrong: 1 no platform, 2 no addon, 3 another exception.
extern "C" __attribute__((visibility("default"))) int Start(const char* addon) {
  try {
    platform.emplace();
  } catch (const nh::PlatformError&) {
    return 1;
  }
  try {
    environment.emplace(platform->CreateEnvironment());
    return environment->Run([&](nh::Js& js) {
      nh::Value module = js.Import(addon);
      module.Call("sleep", 0.0);
      js.Eval("setInterval(() => {}, 1)");
      return 0;
    });
  } catch (const nh::JsError&) {
    return 2;
  } catch (const std::exception&) {
    return 3;
  }
}

/// Ends Node.js. Where the program does not call it, the destructors of the static objects end it
/// when the plug-in is closed.
extern "C" __attribute__((visibility("default"))) void End() {
  environment.reset();
  platform.reset();
}
