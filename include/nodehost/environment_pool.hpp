// EnvironmentPool: several environments as one, for JavaScript that keeps more than one core busy.
// What one JS thread has time for is simpler with one `Environment`.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "nodehost/detail/callable.hpp"
#include "nodehost/detail/chrono.hpp"
#include "nodehost/detail/export.hpp"
#include "nodehost/environment.hpp"

namespace nodehost {

class NodejsPlatform;

struct PoolOptions {
  /// How many environments work. 0: as many as the machine has cores.
  std::size_t size = 0;

  /// How many more are kept ready, to take the place of one that ends. They cost memory, no CPU.
  std::size_t spares = 0;

  /// Of each environment. Its `name` gets "-1", "-2", ... at its end.
  EnvironmentOptions environment = {};

  /// Called for each environment before it takes work, the spares and the replacements included; on
  /// a thread of the pool's, for several at a time. What it throws, the pool's constructor throws;
  /// for a replacement, see `PoolStatistics::last_error`.
  std::function<void(Environment&)> set_up = {};
};

/// A pool in numbers.
struct PoolStatistics {
  std::size_t environments = 0;  ///< That work, of `PoolOptions::size`.
  std::size_t spares = 0;        ///< That are ready to take the place of one that ends.
  std::size_t running = 0;       ///< Calls and jobs under way or waiting, in all of them.
  std::uint64_t done = 0;        ///< Calls and jobs that have come to their end.
  std::uint64_t replaced = 0;    ///< Environments that ended and had their place taken.
  std::string last_error;        ///< Why the latest attempt to make one failed; empty: it did not.
};

namespace detail {

class PoolMember;
class PoolState;

/// Makes the interface that one environment of a pool has. What it returns is a T.
using PoolImport = std::function<std::shared_ptr<void>(Environment&)>;

/// One use of one environment of a pool: counts as work under way as long as it lives.
class NODEHOST_API PoolLease {
 public:
  explicit PoolLease(std::shared_ptr<PoolMember> member) noexcept : member_(std::move(member)) {}
  PoolLease(PoolLease&&) noexcept = default;
  PoolLease& operator=(PoolLease&&) = delete;
  ~PoolLease();

  Environment& environment() const noexcept;
  /// What the import with that number made here.
  void* imported(std::size_t number) const noexcept;

 private:
  std::shared_ptr<PoolMember> member_;
};

/// A free environment; waits where there is none that lives. Throws what keeps one from being made.
NODEHOST_API PoolLease TakeLease(PoolState& state);

}  // namespace detail

/// A typed interface of every environment of a pool, made by `EnvironmentPool::Import`. Copies are
/// the same interface. Any thread; after the pool has stopped, calls throw `EnvironmentStopped`.
template <class T>
class Pooled {
 public:
  /// One environment's interface, for one expression.
  class Use {
   public:
    T* operator->() const noexcept { return static_cast<T*>(lease_.imported(number_)); }
    T& operator*() const noexcept { return *operator->(); }

   private:
    friend class Pooled;
    Use(detail::PoolLease lease, std::size_t number) noexcept
        : lease_(std::move(lease)), number_(number) {}
    detail::PoolLease lease_;
    std::size_t number_;
  };

  /// The interface in the least busy environment: `marked->parse(text)` is made there, and blocks.
  Use operator->() const { return Use(detail::TakeLease(*state_), number_); }

  /// Calls a member, `marked.CallAsync(&Marked::parse, text)`, in the least busy environment, and
  /// returns a future of the result. The arguments are copied. The future always completes; with
  /// `EnvironmentStopped` if the environment ends first.
  template <class M, class... P>
  auto CallAsync(M T::*member, P&&... arguments) const {
    auto use = operator->();
    Environment& node = use.lease_.environment();
    return node.RunAsync([use = std::move(use), member,
                          all = std::tuple<std::decay_t<P>...>(std::forward<P>(arguments)...)](
                             Js&) { return std::apply((*use).*member, all); });
  }

 private:
  friend class EnvironmentPool;
  Pooled(std::shared_ptr<detail::PoolState> state, std::size_t number) noexcept
      : state_(std::move(state)), number_(number) {}

  std::shared_ptr<detail::PoolState> state_;
  std::size_t number_;
};

/// Environments that share the work: each call goes to the least busy one. They have nothing in
/// common, so that what JavaScript remembers from one call, another call may not find.
///
///     nh::EnvironmentPool pool(platform, {.size = 4, .environment = {.base_dir = "app"}});
///     auto marked = pool.Import<Marked>("marked");
///     std::string html = marked->parse("# hi");                              // blocks
///     std::future<std::string> later = marked.CallAsync(&Marked::parse, "# hi");
///
/// An environment that has ended - by `process.exit`, an uncaught error, a limit - is found by the
/// next call and replaced, by a spare at once where there is one. The calls it had taken get
/// `EnvironmentStopped`: they are not repeated, for nobody knows how far they came.
///
/// Members may be called on any thread. On the JS thread of one of its environments the pool uses
/// that one, so that environments never wait for each other.
class NODEHOST_API EnvironmentPool {
 public:
  /// Makes the environments, several at a time, and returns when all are ready. Throws what
  /// `NodejsPlatform::CreateEnvironment` and `set_up` throw. `platform` must outlive the pool.
  explicit EnvironmentPool(NodejsPlatform& platform, PoolOptions options = {});

  /// `Stop()`.
  ~EnvironmentPool();

  EnvironmentPool(const EnvironmentPool&) = delete;
  EnvironmentPool& operator=(const EnvironmentPool&) = delete;

  /// As `Environment::Run` in the least busy environment. Where none lives, it waits until one is
  /// made, and throws what prevents that. After `Stop` it throws `EnvironmentStopped`.
  template <std::invocable<Js&> F>
  std::invoke_result_t<F&, Js&> Run(F&& function, const RunOptions& options = {}) {
    const detail::PoolLease lease = detail::TakeLease(*state_);
    return lease.environment().Run(std::forward<F>(function), options);
  }

  /// As `Environment::RunAsync` in the least busy environment. It waits and throws as `Run` where
  /// none lives.
  template <detail::JsFunction F>
  typename detail::FutureOf<detail::JobResult<F>>::Type RunAsync(F&& function,
                                                                 const RunOptions& options = {}) {
    detail::PoolLease lease = detail::TakeLease(*state_);
    Environment& node = lease.environment();
    return node.RunAsync(
        [lease = std::move(lease), function = std::decay_t<F>(std::forward<F>(function))](
            Js& js) mutable -> detail::JobResult<F> {
          return detail::InvokeCallable(function, js);
        },
        options);
  }

  /// Imports a module, or its export `name`, as a typed interface into every environment, and later
  /// into each replacement before it takes work. Throws what `Environment::Import` throws.
  template <class T>
  Pooled<T> Import(std::string_view module, std::string_view name = {}) {
    const std::size_t number =
        AddImport([module = std::string(module), name = std::string(name)](Environment& node) {
          return std::make_shared<T>(node.Import<T>(module, name));
        });
    return Pooled<T>(state_, number);
  }

  /// Takes no more work, and stops all environments at once, each as `Environment::Stop` does: what
  /// was handed to them is done until `timeout` has passed. Their results; again, nothing.
  std::vector<StopResult> Stop(std::chrono::milliseconds timeout);
  std::vector<StopResult> Stop();  ///< With the option `stop_timeout` of the environments.

  PoolStatistics ReadStatistics() const;

 private:
  std::size_t AddImport(detail::PoolImport import);

  std::shared_ptr<detail::PoolState> state_;
};

}  // namespace nodehost
