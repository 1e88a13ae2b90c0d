// PlatformState: what environments need of the platform they come from.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <node.h>

#include "nodehost/platform.hpp"

namespace nodehost {

namespace host {

class NodeThread;

struct PlatformState {
  PlatformOptions options;
  Versions versions;
  std::unique_ptr<node::MultiIsolatePlatform> node_platform;
  std::vector<std::string> args;       // process.argv, as Node left it
  std::vector<std::string> exec_args;  // process.execArgv

  /// The JS threads that may still have to be joined.
  std::mutex mutex;
  std::vector<std::shared_ptr<NodeThread>> threads;
};

}  // namespace host

class NodejsPlatform::Impl : public host::PlatformState {};

}  // namespace nodehost
