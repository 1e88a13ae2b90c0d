// Batch: several calls of Methods in one hop to the JS thread. Where the calls depend on each
// other, or need a Js&, make them inside one `node.Run` instead.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "nodehost/any_environment.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/method.hpp"

namespace nodehost {

namespace detail {

/// A call of a batch, and what became of it.
class BatchedCall {
 public:
  BatchedCall() = default;
  BatchedCall(const BatchedCall&) = delete;
  BatchedCall& operator=(const BatchedCall&) = delete;
  virtual ~BatchedCall() = default;

  void Make() noexcept {
    try {
      Call();
    } catch (...) {
      error = std::current_exception();
    }
    is_done = true;
  }

  /// Throws what the call threw, and HostError if it was not made.
  void Check() const {
    if (!is_done) {
      throw HostError(
          "The result of a call was asked for before its batch has run. Call Batch::Run first.");
    }
    if (error) std::rethrow_exception(error);
  }

  bool is_done = false;
  std::exception_ptr error;

 private:
  virtual void Call() = 0;
};

template <class R>
class BatchedCallOf : public BatchedCall {
 public:
  using Result = std::conditional_t<std::is_void_v<R>, std::monostate, R>;
  std::optional<Result> result;
};

}  // namespace detail

/// The result of a call of a `Batch`. It may outlive the batch. Any thread, one at a time.
template <class R>
class BatchResult {
 public:
  /// The call's result; throws what the call threw. `HostError` before `Batch::Run`.
  R Get() const {
    call_->Check();
    if constexpr (!std::is_void_v<R>) return *call_->result;
  }

 private:
  friend class Batch;
  explicit BatchResult(std::shared_ptr<const detail::BatchedCallOf<R>> call) noexcept
      : call_(std::move(call)) {}

  std::shared_ptr<const detail::BatchedCallOf<R>> call_;
};

/// Calls of Methods that are collected, and made one after the other in one hop:
///
///     nh::Batch batch(node);
///     auto a = batch.Call(marked.parse, "# a");
///     auto b = batch.Call(marked.parse, "# b");
///     batch.Run();
///     std::string both = a.Get() + b.Get();
///
/// Each call has its own result or error; one that throws does not stop those behind it. Any
/// thread, one at a time. A batch that is destroyed without `Run` makes no calls.
class Batch {
 public:
  /// For Methods of `node`, which must outlive it.
  explicit Batch(AnyEnvironment& node) noexcept : node_(node) {}
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  /// Adds a call. The arguments are copied, as what the signature says: a string literal for a
  /// `std::string` may be gone by the time of `Run`, what a view or a span points to may not.
  template <class R, class... A, class... P>
  requires(sizeof...(A) == sizeof...(P)) &&
      (std::is_convertible_v<P&&, std::decay_t<A>> &&
       ...) BatchResult<R> Call(const Method<R(A...)>& method, P&&... arguments) {
    auto call = std::make_shared<MethodCall<R, A...>>(method, std::forward<P>(arguments)...);
    calls_.push_back(call);
    return BatchResult<R>(std::move(call));
  }

  /// Makes the calls that were added since the last `Run`, in their order, and returns when all are
  /// done. Throws `EnvironmentStopped` if the environment ended first; calls that were made by then
  /// have their results.
  void Run() {
    const std::vector<std::shared_ptr<detail::BatchedCall>> calls = std::exchange(calls_, {});
    try {
      node_.Run([&](Js&) {
        for (const auto& call : calls) call->Make();
      });
    } catch (...) {
      for (const auto& call : calls) {
        if (call->is_done) continue;
        call->error = std::current_exception();
        call->is_done = true;
      }
      throw;
    }
  }

 private:
  template <class R, class... A>
  class MethodCall final : public detail::BatchedCallOf<R> {
   public:
    template <class... P>
    explicit MethodCall(const Method<R(A...)>& method, P&&... arguments)
        : method_(method), arguments_(std::forward<P>(arguments)...) {}

   private:
    void Call() override {
      std::apply(
          [this](std::decay_t<A>&... arguments) {
            if constexpr (std::is_void_v<R>) {
              method_(static_cast<A>(arguments)...);
            } else {
              this->result.emplace(method_(static_cast<A>(arguments)...));
            }
          },
          arguments_);
    }

    const Method<R(A...)> method_;
    std::tuple<std::decay_t<A>...> arguments_;
  };

  AnyEnvironment& node_;
  std::vector<std::shared_ptr<detail::BatchedCall>> calls_;
};

}  // namespace nodehost
