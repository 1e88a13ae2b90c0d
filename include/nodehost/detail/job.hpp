// Job: one piece of work for a JS thread. The templates of Environment fill it; the queue in
// src/thread runs it or, when the environment ends first, cancels it. One of the two always
// happens.
#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "nodehost/detail/callable.hpp"
#include "nodehost/detail/export.hpp"
#include "nodehost/detail/pooled.hpp"

namespace nodehost {
class Js;
}

namespace nodehost::detail {

/// What RunAsync and Post take: a function of a Js&, which they keep a copy of.
template <class F>
concept JsFunction = requires(std::decay_t<F>& function, Js& js) {
  InvokeCallable(function, js);
};

template <class F>
using JobResult = std::invoke_result_t<std::decay_t<F>&, Js&>;

class Job : public Pooled {
 public:
  virtual ~Job() = default;
  /// On the JS thread. Exceptions are the job's own business.
  virtual void Run(Js& js) noexcept = 0;
  /// On any thread: the work will not be done, for the reason given.
  virtual void Cancel(const std::exception_ptr& reason) noexcept = 0;

  /// After either, by the queue, which forgets the job.
  virtual void Finish() noexcept { delete this; }

  Job* next = nullptr;  ///< The queue's link.
};

/// Makes `error` an uncaught exception of the environment, as if a timer's callback had thrown it.
NODEHOST_API void ReportUncaught(Js& js, const std::exception_ptr& error) noexcept;

/// Throws DeadlineExceeded if the job that runs was stopped at its timeout, also if it has caught
/// that. On the JS thread.
NODEHOST_API void ThrowIfStopped(Js& js);

/// The result of a call, or the exception in its place. It lives on the caller's stack.
template <class F>
class RunJob final : public Job {
 public:
  using Result = std::invoke_result_t<F&, Js&>;

  explicit RunJob(F& function) : function_(function) {}

  void Run(Js& js) noexcept override {
    try {
      if constexpr (std::is_void_v<Result>) {
        InvokeCallable(function_, js);
      } else if constexpr (std::is_reference_v<Result>) {
        result_ = std::addressof(InvokeCallable(function_, js));
      } else {
        result_.emplace(InvokeCallable(function_, js));
      }
      ThrowIfStopped(js);
    } catch (...) {
      error_ = std::current_exception();
    }
  }

  void Cancel(const std::exception_ptr& reason) noexcept override { error_ = reason; }

  Result Take() {
    if (error_) std::rethrow_exception(std::move(error_));
    if constexpr (std::is_reference_v<Result>) {
      return static_cast<Result>(*result_);
    } else if constexpr (!std::is_void_v<Result>) {
      return std::move(*result_);
    }
  }

 private:
  struct Nothing {};
  using Storage = std::conditional_t<
      std::is_void_v<Result>, Nothing,
      std::conditional_t<std::is_reference_v<Result>, std::remove_reference_t<Result>*,
                         std::optional<std::remove_cv_t<Result>>>>;

  F& function_;
  [[no_unique_address]] Storage result_{};
  std::exception_ptr error_;
};

/// Nobody waits for it; what it throws is an uncaught exception of the environment.
template <class F>
class PostJob final : public Job {
 public:
  explicit PostJob(F function) : function_(std::move(function)) {}

  void Run(Js& js) noexcept override {
    try {
      InvokeCallable(function_, js);
    } catch (...) {
      ReportUncaught(js, std::current_exception());
    }
  }

  void Cancel(const std::exception_ptr&) noexcept override {}

 private:
  F function_;
};

}  // namespace nodehost::detail
