// AbortSignal and AbortController: JavaScript's way to say "no longer needed", as C++ has it. An
// AbortSignal is a std::stop_token that knows a reason; where the reason does not matter, a
// std::stop_token crosses as well.
#pragma once

#include <concepts>
#include <exception>
#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>

#include "nodehost/detail/export.hpp"

namespace nodehost {

namespace detail {

/// Why something was aborted; shared by a controller and its signals. Any thread.
class AbortReason {
 public:
  void Set(std::exception_ptr reason) {
    const std::lock_guard lock(mutex_);
    if (!reason_) reason_ = std::move(reason);
  }
  std::exception_ptr Get() const {
    const std::lock_guard lock(mutex_);
    return reason_;
  }

 private:
  mutable std::mutex mutex_;
  std::exception_ptr reason_;
};

/// The reason of an abort that gave none: a JsError with the name AbortError.
NODEHOST_API std::exception_ptr DefaultAbortReason();

}  // namespace detail

/// Tells that something is no longer needed, and why. An `AbortSignal` in JavaScript, both ways: as
/// an argument, a result or a field of a struct, and inside a `std::optional`. Copies are the same
/// signal, and one signal is one object in an environment, and back. A default-constructed one is
/// never aborted, and is undefined there.
///
/// Its members may be called on any thread. What comes from JavaScript is aborted in its `abort`
/// event; what goes to it, in a job of its environment.
class AbortSignal {
 public:
  AbortSignal() noexcept = default;
  /// The signal of a C++ source, which knows no reason.
  AbortSignal(std::stop_token token) noexcept : token_(std::move(token)) {}

  bool aborted() const noexcept { return token_.stop_requested(); }

  /// Why: what JavaScript gave as the reason, as it would be thrown in C++; null unless aborted.
  std::exception_ptr reason() const {
    if (!aborted()) return nullptr;
    const std::exception_ptr given = reason_ ? reason_->Get() : nullptr;
    return given ? given : detail::DefaultAbortReason();
  }

  /// `signal.throwIfAborted()`
  void ThrowIfAborted() const {
    if (aborted()) std::rethrow_exception(reason());
  }

  /// For std::stop_callback and all else that takes one. `stop_possible()` is false for a signal
  /// that is never aborted.
  const std::stop_token& token() const noexcept { return token_; }
  operator std::stop_token() const noexcept { return token_; }

  /// For the library's own use.
  AbortSignal(std::stop_token token, std::shared_ptr<detail::AbortReason> reason) noexcept
      : token_(std::move(token)), reason_(std::move(reason)) {}
  const std::shared_ptr<detail::AbortReason>& shared_reason() const noexcept { return reason_; }

 private:
  std::stop_token token_;
  std::shared_ptr<detail::AbortReason> reason_;
};

/// Aborts its signal, from any thread. Copies abort the same one. A std::stop_source serves where
/// there is no reason to give.
class AbortController {
 public:
  AbortController() : reason_(std::make_shared<detail::AbortReason>()) {}

  AbortSignal signal() const { return {source_.get_token(), reason_}; }

  /// The first call counts; returns whether this was it. Without a reason JavaScript gets its own,
  /// a DOMException with the name AbortError.
  bool Abort(std::exception_ptr reason = nullptr) {
    if (source_.stop_requested()) return false;
    reason_->Set(std::move(reason));
    return source_.request_stop();
  }
  template <std::derived_from<std::exception> E>
  bool Abort(E reason) {
    return Abort(std::make_exception_ptr(std::move(reason)));
  }

 private:
  std::stop_source source_;
  std::shared_ptr<detail::AbortReason> reason_;
};

}  // namespace nodehost
