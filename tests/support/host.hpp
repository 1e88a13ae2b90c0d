// What most tests start from: the process's platform and an environment on the fixtures.
#pragma once

#include <string>

#include "nodehost/future.hpp"
#include "nodehost/nodehost.hpp"

namespace nh = nodehost;

namespace test {

/// The one platform of the test's process. Its destructor runs at the normal end of the process.
inline nh::NodejsPlatform& Platform() {
  static nh::NodejsPlatform platform;
  return platform;
}

/// The fixture modules: tests/fixtures/modules.
inline const std::string kModules = NODEHOST_FIXTURES "/modules";

inline nh::Environment NewEnvironment() {
  return Platform().CreateEnvironment({.base_dir = kModules});
}

/// One whose JavaScript has `process.binding`, to bring a process down with.
inline nh::Environment NewEnvironmentWithBindings() {
  return Platform().CreateEnvironment({.base_dir = kModules, .process_binding = true});
}

/// The JsError that `function` throws; fails the test if it throws none.
template <class F>
nh::JsError ErrorOf(F&& function) {
  try {
    function();
  } catch (const nh::JsError& error) {
    return error;
  }
  return nh::JsError(nh::JsErrorData{.message = "nothing was thrown"});
}

}  // namespace test
