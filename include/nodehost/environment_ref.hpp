// EnvironmentRef: an environment as code that does not own it knows it.
#pragma once

#include "nodehost/any_environment.hpp"
#include "nodehost/environment_verbs.hpp"

namespace nodehost {

/// Refers to an environment, or to a Worker (`worker_threads`) in which modules of C++'s are, and
/// does not keep it going: once that has ended, `Run` and `Post` throw `EnvironmentStopped`, and
/// what `RunAsync` returns fails with it. Copies refer to the same one. Any thread may copy, use
/// and destroy it, at any time.
///
/// A function for JavaScript that takes one in front of JavaScript's arguments is handed that of
/// its caller, and may keep it to come back from other threads:
///
///     void Listen(nh::EnvironmentRef node, std::string topic) {
///       bus.Subscribe(topic, [node](std::string text) {
///         node.Post([text](nh::Js& js) { js.Global()["heard"](text); });
///       });
///     }
class NODEHOST_API EnvironmentRef : public EnvironmentVerbs {
 public:
  EnvironmentRef(const AnyEnvironment& node) noexcept : EnvironmentVerbs(node) {}
  /// The environment whose JavaScript `js` may touch.
  explicit EnvironmentRef(const Js& js) noexcept;
};

}  // namespace nodehost
