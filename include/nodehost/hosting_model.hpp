// HostingModel: where the module functions of a NodeServices run. Two come with the library; a
// program may bring its own.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nodehost/array.hpp"
#include "nodehost/confinement.hpp"
#include "nodehost/detail/export.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/js.hpp"
#include "nodehost/module.hpp"
#include "nodehost/rights.hpp"
#include "nodehost/value.hpp"

namespace nodehost {

class NodejsPlatform;

/// An instance - an environment, a worker process - ended before a call to it was answered.
class InstanceEnded : public HostError {
 public:
  InstanceEnded(const std::string& text, bool started) : HostError(text), started_(started) {}

  /// Whether the function had begun, and may have had effects.
  bool started() const noexcept { return started_; }

 private:
  bool started_;
};

/// One call on its way to an instance. A hosting model gets it, has the function called, and ends
/// it by `Complete` or `Fail`; the first of them counts. Members may be called on any thread but
/// where it is said.
class NODEHOST_API Invocation {
 public:
  Invocation(std::string module, std::string export_name)
      : module_(std::move(module)), export_name_(std::move(export_name)) {}
  virtual ~Invocation();
  Invocation(const Invocation&) = delete;
  Invocation& operator=(const Invocation&) = delete;

  /// Different for each call of a process.
  std::uint64_t id() const noexcept { return id_; }
  /// As the program named it: a path below the project's directory, or a package.
  const std::string& module() const noexcept { return module_; }
  /// The export that is called; empty: the module itself, or its default export.
  const std::string& export_name() const noexcept { return export_name_; }
  /// What people know the function by: "./math#add".
  std::string name() const;

  /// The arguments as JavaScript values. On the JS thread of any environment.
  virtual Array Arguments(Js& js) const = 0;

  /// When the caller stops waiting.
  std::chrono::steady_clock::time_point deadline() const noexcept { return deadline_; }
  /// For the library, before the model gets it.
  void set_deadline(std::chrono::steady_clock::time_point deadline) noexcept {
    deadline_ = deadline;
  }

  /// Says that `instance` is about to call the function. False if the caller waits no more: then it
  /// must not be called.
  bool Begin(std::string_view instance);
  /// Takes that back: the instance has not called the function, and will not.
  void NotBegun();
  bool begun() const noexcept { return begun_.load(std::memory_order_acquire); }
  /// Which instance has begun it last; empty before.
  std::string instance() const;

  /// Ends it with the function's result, on the JS thread of `result`. What cannot be converted to
  /// what the caller wants is a failure, which the caller gets.
  void Complete(const Value& result);
  /// Ends it with a failure. A `JsError` gets properties `module` and `instance`, and a line of the
  /// stack that names them.
  void Fail(const std::exception_ptr& error);
  bool settled() const noexcept { return settled_.load(std::memory_order_acquire); }

  /// Called once, when it is settled; for the library.
  void OnSettled(std::function<void()> function) { on_settled_ = std::move(function); }

 protected:
  /// Converts the result and gives it to the caller, or throws.
  virtual void Deliver(const Value& result) = 0;
  virtual void DeliverFailure(std::exception_ptr error) noexcept = 0;

 private:
  bool Claim() noexcept { return !settled_.exchange(true, std::memory_order_acq_rel); }
  void EndWith(const std::exception_ptr& error) noexcept;

  const std::uint64_t id_ = NewId();
  const std::string module_;
  const std::string export_name_;
  std::chrono::steady_clock::time_point deadline_{};
  std::function<void()> on_settled_;
  std::atomic<bool> begun_{false};
  std::atomic<bool> settled_{false};
  mutable std::mutex mutex_;
  std::string instance_;  // guarded by mutex_

  static std::uint64_t NewId() noexcept;
};

/// What a hosting model is told at its start.
struct HostingContext {
  NodejsPlatform& platform;
  std::string project_dir;  ///< Absolute.
  std::map<std::string, std::optional<std::string>> env;
  std::size_t instances = 1;
  std::function<void(std::string_view)> on_output;  ///< Empty: the process's own.
  std::optional<int> debug_port;
  std::chrono::milliseconds launch_timeout;
};

/// Where module functions run. NodeServices calls `Start` first and `Stop` last, one of each, and
/// the others between, on any thread.
class HostingModel {
 public:
  virtual ~HostingModel() = default;

  /// Brings up the instances. Throws what prevents it.
  virtual void Start(const HostingContext& context) = 0;

  /// Has the call made. Must not wait for it. What it throws, the caller gets.
  virtual void Invoke(std::shared_ptr<Invocation> invocation) = 0;

  /// The caller of the call `id` waits no more: an instance that is stuck in it is to be freed.
  virtual void Cancel(std::uint64_t id) = 0;

  /// How many instances in a row have ended soon after their start, if all have and the next is not
  /// due yet; else 0. A worker of NATS takes no call in such a pause: another may make it at once.
  virtual int PausesAfter() const { return 0; }

  /// Has the calls that come from now on made by new instances, which load all modules anew. Those
  /// under way end where they are.
  virtual void Restart() = 0;

  /// Ends all instances. Calls that are under way have ended, or are given up.
  virtual void Stop() = 0;
};

/// The functions run in environments of this process, an EnvironmentPool: nothing is faster, and a
/// crash of native code takes the program along. Results are read where they are, without the copy
/// that `ChildProcess` makes: what its clone refuses or loses (functions, getters of classes) is
/// passed over or read, as the C++ type asks. The default.
NODEHOST_API std::shared_ptr<HostingModel> InProcess();

struct ChildProcessOptions {
  /// The program that is started: `command... worker --project DIR`, which calls `RunWorker`.
  /// Empty: the `nodehost` command beside the library, or else on the PATH.
  std::vector<std::string> command = {};

  /// What the functions may do, for code that may crash or that nobody trusts. Each worker gives
  /// the rest up before any JavaScript runs, by `Confine`: the kernel holds files, sockets and
  /// processes. `read_files` must list the project's directory. Where this kernel cannot hold a
  /// right, the worker says so on standard error; without `network` it then does not start.
  Rights rights = {};
  ResourceLimits limits = {};  ///< Of each worker.

  /// Whose identity the workers take, if given; only root may give it. They have no supplementary
  /// groups then. A user without a group has the group of its account.
  std::optional<std::uint32_t> user = {};
  std::optional<std::uint32_t> group = {};
};

/// The functions run in child processes, which are replaced when they end and which end with this
/// process. Arguments and results are copied by the structured clone algorithm: what has no copy -
/// functions, symbols - is a DataCloneError of the call.
NODEHOST_API std::shared_ptr<HostingModel> ChildProcess(ChildProcessOptions options = {});

struct WorkerOptions {
  /// The directory modules are looked for from.
  std::string project_dir = ".";
  /// The socket to the process that gives the work.
  int descriptor = 3;
  std::vector<Module> modules = {};  ///< Modules of C++'s for the functions to use.
  /// What JavaScript may do; `Confine`, called before the platform starts, has the kernel hold it.
  Rights rights = {};
};

/// Serves calls until the other side of the socket closes, and returns the exit code: the main
/// function of a worker process. `nodehost worker` is this alone.
NODEHOST_API int RunWorker(NodejsPlatform& platform, WorkerOptions options = {});

}  // namespace nodehost
