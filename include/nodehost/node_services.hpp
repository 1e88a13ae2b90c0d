// NodeServices: calls functions of a project's JavaScript modules by path, wherever they run.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "nodehost/detail/holds_js.hpp"
#include "nodehost/hosting_model.hpp"
#include "nodehost/task.hpp"

namespace nodehost {

struct NodeServicesOptions {
  /// The directory of the project: modules are looked for from there.
  std::string project_dir = ".";

  /// Where the functions run: `InProcess()`, `ChildProcess()`, or a model of the program's own.
  /// Empty: in process.
  std::shared_ptr<HostingModel> hosting = {};

  /// How many instances share the calls.
  std::size_t instances = 1;

  /// Laid over the process's environment variables for the functions; an empty optional takes one
  /// away.
  std::map<std::string, std::optional<std::string>> env = {};

  /// After how long a call fails with `DeadlineExceeded`. An instance that is stuck in it is
  /// replaced a second later.
  std::chrono::milliseconds invocation_timeout = std::chrono::minutes(1);

  /// How long a worker process may take to be ready before it is killed, and another started. An
  /// environment of this process runs nothing of the project's before its first call: it is waited
  /// for.
  std::chrono::milliseconds launch_timeout = std::chrono::seconds(30);

  /// How long the destructor waits for the calls that are under way.
  std::chrono::milliseconds stop_timeout = std::chrono::seconds(1);

  /// Files whose change brings in new instances: those in `project_dir` and below, but for
  /// `node_modules`, with these extensions. Empty: none are watched.
  std::vector<std::string> watched_extensions = {".js", ".jsx", ".ts", ".tsx", ".json", ".html"};

  /// Gets what the functions write to standard output and error, on a thread of the library's.
  /// Empty: it goes to the process's own.
  std::function<void(std::string_view)> on_output = {};

  /// Opens the inspector of the first instance on this port of 127.0.0.1; 0 takes a free one, which
  /// Node.js says on standard error. After a restart the newest instance has it, once the one
  /// before has let go: one that a debugger has paused does so when it goes on. A port that
  /// somebody else has is a `HostError` at the start; later, `on_output` is told, and calls go on
  /// without. Not with `ChildProcessOptions::rights`, and of no effect with `Nats`.
  std::optional<int> debug_port = {};
};

/// What one call may have that others have not.
struct InvokeOptions {
  std::optional<std::chrono::milliseconds> timeout = {};  ///< Empty: `invocation_timeout`.

  /// Gives the call up when its source says stop: it fails with `Cancelled`, and an instance that
  /// is stuck in it is replaced, as after the timeout. One that has said so already keeps the
  /// function from being called.
  std::stop_token stop = {};
};

namespace detail {

class ServicesState;

template <class T, class... A>
class TypedInvocation final : public Invocation {
 public:
  template <class... P>
  TypedInvocation(std::string module, std::string name, P&&... arguments)
      : Invocation(std::move(module), std::move(name)), arguments_(std::forward<P>(arguments)...) {}

  Task<T> task() const { return source_->task(); }

  Array Arguments(Js& js) const override {
    return std::apply([&](const A&... all) { return Array::Of(js, all...); }, arguments_);
  }

 private:
  void Deliver(const Value& result) override {
    if constexpr (std::is_void_v<T>) {
      static_cast<void>(result);
      source_->Resolve();
    } else {
      source_->Resolve(result.As<T>());
    }
    source_.reset();  // a stream is the caller's alone
  }
  void DeliverFailure(std::exception_ptr error) noexcept override {
    source_->Reject(std::move(error));
  }

  std::tuple<A...> arguments_;
  std::optional<PromiseSource<T>> source_{std::in_place};  // until there is a result
};

}  // namespace detail

/// Calls module functions by path. What a module exports is an ordinary function: it returns its
/// result, or a promise of it, or its first parameter is named `callback`, `cb`, `done` or `next`
/// and is called with `(error, result)`.
///
///     nh::NodeServices services(platform, {.project_dir = "app"});
///     nh::Task<int> sum = services.InvokeAsync<int>("./add", 1, 2);
///     auto html = services.InvokeExportAsync<std::string>("./pages", "render", page);
///
/// The results are the same for all hosting models, and so are the errors: `JsError` for what the
/// function throws, `DeadlineExceeded` for one that takes too long, `Cancelled` for one that is
/// given up, `InstanceEnded` where its environment or process ends under it. A call is never made
/// twice: one that had not begun when its instance ended is given to another, once; one that had
/// fails.
///
/// Members may be called on any thread; none of them waits for a call.
class NODEHOST_API NodeServices {
 public:
  /// Brings up the instances. Throws what prevents it: `HostError`, `PlatformError`.
  explicit NodeServices(NodejsPlatform& platform, NodeServicesOptions options = {});
  /// `Stop(stop_timeout)`.
  ~NodeServices();
  NodeServices(const NodeServices&) = delete;
  NodeServices& operator=(const NodeServices&) = delete;

  /// Calls the function that the module is, or exports by default. The arguments are copied, but
  /// for what is shared by its type.
  template <class T, class... A>
  Task<T> InvokeAsync(std::string_view module, A&&... arguments) {
    return Invoke<T>({}, module, {}, std::forward<A>(arguments)...);
  }

  /// Calls its export `name`.
  template <class T, class... A>
  Task<T> InvokeExportAsync(std::string_view module, std::string_view name, A&&... arguments) {
    return Invoke<T>({}, module, name, std::forward<A>(arguments)...);
  }

  /// Calls with options of their own: `services.With({.timeout = 50ms}).InvokeAsync<int>("./add")`
  class Configured;
  Configured With(const InvokeOptions& options);

  /// Has the calls that come from now on made by new instances, as after a change of a watched
  /// file. After `Stop` it does nothing.
  void Restart();

  /// Takes no more calls, waits for those under way for `timeout` at most, fails the rest with
  /// `InstanceEnded`, and ends the instances. Again, it does nothing. Not on a JS thread of its
  /// own.
  void Stop(std::chrono::milliseconds timeout);

 private:
  template <class T, class... A>
  Task<T> Invoke(const InvokeOptions& options, std::string_view module, std::string_view name,
                 A&&... arguments) {
    static_assert(!detail::kHoldsJs<T>,
                  "A Value cannot leave its instance: take data, with a type of C++'s.");
    auto invocation = detail::MakePooled<detail::TypedInvocation<T, std::decay_t<A>...>>(
        std::string(module), std::string(name), std::forward<A>(arguments)...);
    Task<T> task = invocation->task();
    Send(invocation, options);
    return task;
  }
  void Send(const std::shared_ptr<Invocation>& invocation, const InvokeOptions& options);

  std::shared_ptr<detail::ServicesState> state_;
};

/// A NodeServices with options for the calls that are made by it; good for as long as that lives.
class NodeServices::Configured {
 public:
  template <class T, class... A>
  Task<T> InvokeAsync(std::string_view module, A&&... arguments) const {
    return services_.Invoke<T>(options_, module, {}, std::forward<A>(arguments)...);
  }
  template <class T, class... A>
  Task<T> InvokeExportAsync(std::string_view module, std::string_view name,
                            A&&... arguments) const {
    return services_.Invoke<T>(options_, module, name, std::forward<A>(arguments)...);
  }

 private:
  friend class NodeServices;
  Configured(NodeServices& services, const InvokeOptions& options)
      : services_(services), options_(options) {}

  NodeServices& services_;
  const InvokeOptions options_;
};

inline NodeServices::Configured NodeServices::With(const InvokeOptions& options) {
  return Configured(*this, options);
}

}  // namespace nodehost
