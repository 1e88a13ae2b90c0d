// Environment: one Node.js with a JS thread of its own, which is what most programs want. One that
// runs on a thread of the program's, in its event loop, is a `PumpedEnvironment`.
#pragma once

#include <memory>
#include <utility>

#include "nodehost/any_environment.hpp"
#include "nodehost/environment_options.hpp"

namespace nodehost {

/// One Node.js environment: isolate, event loop and JS thread. `NodejsPlatform::CreateEnvironment`
/// makes one; the destructor is `Stop(stop_timeout)`. Movable. Its verbs are in `AnyEnvironment`.
class NODEHOST_API Environment : public AnyEnvironment {
 public:
  Environment(Environment&&) noexcept = default;
  Environment& operator=(Environment&&) noexcept = default;

 private:
  friend class NodejsPlatform;
  explicit Environment(std::shared_ptr<detail::JsThread> thread) noexcept
      : AnyEnvironment(std::move(thread)) {}
};

}  // namespace nodehost
