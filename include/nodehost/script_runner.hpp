// ScriptRunner: scripts that end with all that they have begun. To run one whose timers and servers
// may stay, use Js::Eval; to stop a single call, Method::With. Not part of nodehost.hpp.
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "nodehost/any_environment.hpp"
#include "nodehost/convert/abort.hpp"
#include "nodehost/method.hpp"
#include "nodehost/run_options.hpp"
#include "nodehost/task.hpp"
#include "nodehost/value.hpp"

namespace nodehost {

namespace detail {

/// `run` of js/first_use/script_jobs.js. On the JS thread.
NODEHOST_API Value ScriptJobFunction(Js& js);

}  // namespace detail

/// Runs scripts as jobs whose asynchronous work has the limits of the script: when the time is up,
/// or the token says stop, the timers, immediates, servers, sockets, watchers, Workers and child
/// processes that it has begun are closed, also if the script itself was done long before; what it
/// begins after that, in a callback that was under way, is closed at once; and the promises that
/// wait for those are never settled. The environment and the other scripts in it go on; but what
/// scripts share, as the connections that an http agent or `fetch` keeps, or a file that two of
/// them watch, belongs to the script that began it. Listeners of signals stay. What a script has
/// begun is closed by the methods of its own objects: code that replaces those is to have an
/// environment of its own, which `Stop` ends.
///
///     const nh::ScriptRunner<int> scripts(node);
///     nh::Task<int> sum = scripts.Run(code, {.timeout = 100ms});
///
/// T is what the script's last expression gives; of a promise, its result. While such a script has
/// something going on, or promises that are not collected yet, Node's async_hooks are on in the
/// environment, and all promises in it take longer. Once the script itself has returned, promise
/// callbacks that never let the loop turn are not ended, nor are those that wait for nothing but
/// files: `Environment::Stop` ends them.
template <class T = void>
class ScriptRunner {
 public:
  /// Waits for a hop to the JS thread. Throws `EnvironmentStopped`.
  explicit ScriptRunner(AnyEnvironment& node)
      : run_(node.Run([](Js& js) { return detail::ScriptJobFunction(js).template As<Call>(); })) {}

  /// Runs `code` in the global scope, under `file_name` in stacks. Any thread; does not wait. Fails
  /// with what the script throws, and with `DeadlineExceeded` or `Cancelled` at the limit.
  Task<T> Run(std::string code, const RunOptions& limits = {},
              std::string file_name = "[script]") const {
    std::optional<double> milliseconds;
    if (limits.timeout) milliseconds = static_cast<double>(limits.timeout->count());
    return run_.With(limits)(std::move(code), std::move(file_name), milliseconds, limits.stop,
                             std::stop_token());
  }

 private:
  using Call = Method<Task<T>(std::string, std::string, std::optional<double>, std::stop_token,
                              std::stop_token)>;
  Call run_;
};

}  // namespace nodehost
